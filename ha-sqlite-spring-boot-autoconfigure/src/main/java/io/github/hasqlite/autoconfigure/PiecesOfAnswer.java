package io.github.hasqlite.autoconfigure;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.NettyOutbound;

/**
 * Hands the pieces of an answer to the server in such a way that the answer ends when its last piece is sent.
 *
 * <p>A client that knows how long an answer is may send its next request as soon as it has all of it. Where Reactor Netty
 * (seen in 1.3.7) has not ended the answer by then, it keeps that request until it has, and if the application answers it
 * without leaving the event loop, the connection is not read any more: its next request is never answered. So both come
 * from the event loop, one right behind the other.
 */
final class PiecesOfAnswer {

    private static final boolean REACTOR_NETTY =
            ClassUtils.isPresent("reactor.netty.NettyOutbound", PiecesOfAnswer.class.getClassLoader());

    /** Pieces that the server takes before it has sent the first. */
    private static final int AHEAD = 2;

    private PiecesOfAnswer() {}

    /** What the server is to send. */
    static Flux<DataBuffer> inOrder(Flux<DataBuffer> pieces, ServerHttpResponse response) {
        Scheduler loop = REACTOR_NETTY ? Netty.eventLoop(response) : null;
        if (loop == null) {
            return pieces;
        }
        // of two neighbours each time the first is sent, so that the last is kept until it is known to be the last
        return pieces.publishOn(loop, AHEAD).buffer(2, 1).map(neighbours -> neighbours.get(0));
    }

    /** Only loaded where there is Reactor Netty. */
    private static final class Netty {

        static @Nullable Scheduler eventLoop(ServerHttpResponse response) {
            if (!(plain(response) instanceof AbstractServerHttpResponse plain)
                    || !(plain.getNativeResponse() instanceof NettyOutbound outbound)) {
                return null;
            }
            AtomicReference<Executor> loop = new AtomicReference<>();
            NettyOutbound unused = outbound.withConnection(
                    connection -> loop.set(connection.channel().eventLoop()));
            Executor found = loop.get();
            return found == null ? null : Schedulers.fromExecutor(found);
        }

        private static ServerHttpResponse plain(ServerHttpResponse response) {
            ServerHttpResponse found = response;
            while (found instanceof ServerHttpResponseDecorator decorator) {
                found = decorator.getDelegate();
            }
            return found;
        }
    }
}
