package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.http.api.ApiExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * A request of a reactive server, as the thread that answers it sees it. Only {@link #gone} and {@link #isStalled} are
 * called by others.
 */
final class ReactiveExchange implements ApiExchange {

    /** Pieces of a body that are read ahead. */
    private static final int AHEAD = 4;

    private static final long NOT_WRITING = Long.MAX_VALUE;

    private final ServerHttpRequest request;
    private final ServerHttpResponse response;
    private final String path;
    private final boolean authenticated;
    private final Duration bodyTimeout;

    private volatile Runnable whenGone = () -> {};
    private volatile boolean gone;
    private @Nullable OutputStream out;

    /** Since when a piece of the answer is not taken. */
    private volatile long writingSince = NOT_WRITING;

    ReactiveExchange(ServerWebExchange exchange, String path, boolean authenticated, Duration bodyTimeout) {
        this.request = exchange.getRequest();
        this.response = exchange.getResponse();
        this.path = path;
        this.authenticated = authenticated;
        this.bodyTimeout = bodyTimeout;
    }

    ServerHttpResponse response() {
        return response;
    }

    void open(OutputStream opened) {
        this.out = new Watched(opened);
    }

    /** The client is not there any more. */
    void gone() {
        gone = true;
        whenGone.run();
    }

    boolean isStalled(Duration patience) {
        long since = writingSince;
        return since != NOT_WRITING && System.nanoTime() - since > patience.toNanos();
    }

    @Override
    public String method() {
        return request.getMethod().name();
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public @Nullable String query() {
        return request.getURI().getRawQuery();
    }

    @Override
    public @Nullable String header(String name) {
        return request.getHeaders().getFirst(name);
    }

    @Override
    public InputStream body() {
        Mono<Void> late = Mono.delay(bodyTimeout)
                .then(Mono.error(() -> new TimeoutException("The body was not there within " + bodyTimeout)));
        return DataBufferUtils.subscriberInputStream(request.getBody().takeUntilOther(late), AHEAD);
    }

    @Override
    public boolean isLocal() {
        return isLoopback(request.getLocalAddress()) && isLoopback(request.getRemoteAddress());
    }

    private static boolean isLoopback(@Nullable InetSocketAddress address) {
        return address != null
                && address.getAddress() != null
                && address.getAddress().isLoopbackAddress();
    }

    @Override
    public boolean isAuthenticated() {
        return authenticated;
    }

    @Override
    public void whenGone(Runnable action) {
        whenGone = action;
        // it may have gone before
        if (gone) {
            action.run();
        }
    }

    @Override
    public void status(int status) {
        response.setStatusCode(HttpStatusCode.valueOf(status));
    }

    @Override
    public void header(String name, String value) {
        response.getHeaders().set(name, value);
    }

    @Override
    public OutputStream answer() {
        return Objects.requireNonNull(out);
    }

    /** Knows how long a piece has been on its way. */
    private final class Watched extends OutputStream {

        private final OutputStream target;

        Watched(OutputStream target) {
            this.target = target;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            writingSince = System.nanoTime();
            try {
                target.write(bytes, offset, length);
            } finally {
                writingSince = NOT_WRITING;
            }
        }
    }
}
