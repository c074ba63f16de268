package io.github.hasqlite.http;

import io.github.hasqlite.PositionNotReachedException;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.http.api.PositionToken;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a client that goes from node to node read what it has written. Each answer says in a header and a cookie up to
 * which position its client has seen the database; a request with one waits until this node has applied that. A
 * position of another stream than this node follows means nothing here, and is not waited for. Thread-safe.
 */
public final class ReadYourWritesFilter implements Filter {

    /** The header of requests and answers. */
    public static final String HEADER = "HA-Sqlite-Position";

    private static final Logger logger = LoggerFactory.getLogger(ReadYourWritesFilter.class);

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    /** Errors are dispatched with GET, whatever has failed (Jakarta Servlet 6.1, 10.9.2). */
    private static final String FAILED_METHOD = "jakarta.servlet.error.method";

    private final ReplicationPosition position;
    private final String cookie;
    private final Duration timeout;
    private final @Nullable Forwarder forwarder;

    /**
     * A filter.
     *
     * @param position of this node
     * @param cookie the name of the cookie; empty for none
     * @param timeout how long a request waits for the position it has seen, and an answer for the position of what was
     *     written
     * @param forwarder where requests go for which this node has waited in vain; {@code null} to answer them with 503
     */
    public ReadYourWritesFilter(
            ReplicationPosition position, String cookie, Duration timeout, @Nullable Forwarder forwarder) {
        this.position = position;
        this.cookie = cookie;
        this.timeout = timeout;
        this.forwarder = forwarder;
    }

    static boolean isSafe(HttpServletRequest request) {
        Object method =
                request.getDispatcherType() == DispatcherType.ERROR ? request.getAttribute(FAILED_METHOD) : null;
        return SAFE.contains(method == null ? request.getMethod() : method);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse answer) {
            filter(DecodedRequest.of(http), answer, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    private void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        long seen = seen(request);
        // what is dispatched again has waited; where a request fails, the answer to that has a position, too
        if (request.getDispatcherType() == DispatcherType.REQUEST) {
            try {
                position.await(seen, timeout);
            } catch (PositionNotReachedException e) {
                if (forwarder == null) {
                    Refusal.unavailable("This node does not show what you have seen already: " + e.getMessage())
                            .send(response);
                } else {
                    forwarder.forwardBeyond(seen, request, response);
                }
                return;
            }
        }
        StampedResponse stamped = new StampedResponse(response, () -> stamp(seen, request, response));
        try {
            chain.doFilter(request, stamped);
        } catch (IOException | ServletException | RuntimeException | Error e) {
            // what was committed before counts, too
            stamped.stampAgain();
            throw e;
        }
        if (!request.isAsyncStarted()) {
            stamped.stampAgain();
        }
    }

    /** The position that the request's client has seen, 0 if that is none of this stream. */
    private long seen(HttpServletRequest request) {
        String stream = position.stream();
        return Math.max(
                sequence(PositionToken.parse(request.getHeader(HEADER)), stream), seenByCookie(request, stream));
    }

    private long seenByCookie(HttpServletRequest request, String stream) {
        long seen = 0;
        Cookie[] cookies = request.getCookies();
        if (cookies != null && !cookie.isEmpty()) {
            for (Cookie each : cookies) {
                if (each.getName().equals(cookie)) {
                    seen = Math.max(seen, sequence(PositionToken.parse(each.getValue()), stream));
                }
            }
        }
        return seen;
    }

    private static long sequence(@Nullable PositionToken token, String stream) {
        return token != null && token.stream().equals(stream) ? token.sequence() : 0;
    }

    private void stamp(long seen, HttpServletRequest request, HttpServletResponse response) {
        String stream = position.stream();
        if (stream.isEmpty()) {
            return;
        }
        long reached;
        try {
            reached = isSafe(request) ? position.applied() : position.current(timeout);
        } catch (PositionNotReachedException e) {
            // what was written stays, and the client keeps the position that it has
            logger.debug("The answer has no position", e);
            return;
        }
        long known = Math.max(seen, reached);
        String token = new PositionToken(stream, known).toString();
        response.setHeader(HEADER, token);
        // a cookie that says nothing new could only replace a later one, of an answer that was quicker
        if (!cookie.isEmpty() && seenByCookie(request, stream) < known) {
            setCookie(token, request, response);
        }
    }

    /** In place of the one that was set before, if there is one. */
    private void setCookie(String token, HttpServletRequest request, HttpServletResponse response) {
        String name = "Set-Cookie";
        String start = cookie + "=";
        String[] others = response.getHeaders(name).stream()
                .filter(each -> !each.startsWith(start))
                .toArray(String[]::new);
        String path = request.getContextPath();
        response.setHeader(
                name,
                start + token + "; Path=" + (path.isEmpty() ? "/" : path) + "; HttpOnly; SameSite=Lax"
                        + (request.isSecure() ? "; Secure" : ""));
        for (String other : others) {
            response.addHeader(name, other);
        }
    }
}
