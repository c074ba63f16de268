package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.http.api.SqlApi;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The HTTP API in a reactive application. SQLite blocks, so each request is answered by a thread that is not one of the
 * server's; how fast the client reads decides how fast it writes. A client that is gone ends what was run for it, and
 * so does one that reads nothing.
 */
final class ReactiveApiFilter implements WebFilter, Ordered, AutoCloseable {

    /** Behind Spring Security, which is at -100. */
    private static final int ORDER = 0;

    /** As many threads as servlet containers have. */
    private static final int THREADS = 200;

    /** Requests that wait for a thread. */
    private static final int QUEUE = 1_000;

    private static final int IDLE_SECONDS = 60;

    /** In bytes. */
    private static final int PIECE = 8_192;

    private static final int LOOKS = 4;

    private final SqlApi api;
    private final String path;
    private final Duration bodyTimeout;
    private final Duration patience;
    private final Scheduler workers =
            Schedulers.newBoundedElastic(THREADS, QUEUE, "ha-sqlite-http", IDLE_SECONDS, true);

    /**
     * A filter.
     *
     * @param path below which it answers
     * @param bodyTimeout after what silence a client has not sent its body
     * @param patience how long a client may read nothing of its answer
     */
    ReactiveApiFilter(SqlApi api, String path, Duration bodyTimeout, Duration patience) {
        this.api = api;
        this.path = path;
        this.bodyTimeout = bodyTimeout;
        this.patience = patience;
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String asked = exchange.getRequest().getPath().pathWithinApplication().value();
        if (!asked.equals(path) && !asked.startsWith(path + "/")) {
            return chain.filter(exchange);
        }
        String below = asked.substring(path.length());
        return exchange.getPrincipal()
                .map(principal -> true)
                .defaultIfEmpty(false)
                .flatMap(authenticated -> answer(new ReactiveExchange(exchange, below, authenticated, bodyTimeout)));
    }

    private Mono<Void> answer(ReactiveExchange exchange) {
        ServerHttpResponse response = exchange.response();
        Flux<DataBuffer> pieces = Flux.from(DataBufferUtils.outputStreamPublisher(
                        out -> run(exchange, out), DefaultDataBufferFactory.sharedInstance, workers::schedule, PIECE))
                .doOnCancel(exchange::gone);
        Mono<Void> answered = response.writeWith(PiecesOfAnswer.inOrder(pieces, response));
        Duration look = patience.dividedBy(LOOKS).plusMillis(1);
        Mono<Void> stalled = Flux.interval(look)
                .filter(tick -> exchange.isStalled(patience))
                .next()
                .flatMap(tick ->
                        Mono.error(new TimeoutException("The client has read nothing of its answer for " + patience)));
        return Mono.firstWithSignal(answered, stalled);
    }

    private void run(ReactiveExchange exchange, OutputStream out) {
        exchange.open(out);
        try {
            api.answer(exchange);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        workers.dispose();
    }
}
