package io.github.hasqlite.http;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Lets another node answer requests whose method is not safe (RFC 9110, 9.2.1: all but GET, HEAD, OPTIONS and TRACE), if
 * this one should not. Thread-safe.
 */
public final class ForwardingFilter implements Filter {

    private final Forwarder forwarder;
    private final ForwardTo to;

    /**
     * A filter.
     *
     * @param forwarder forwards what is not this node's
     * @param to whose it is
     */
    public ForwardingFilter(Forwarder forwarder, ForwardTo to) {
        this.forwarder = forwarder;
        this.to = to;
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

    private void filter(HttpServletRequest http, HttpServletResponse answer, FilterChain chain)
            throws IOException, ServletException {
        if (ReadYourWritesFilter.isSafe(http)) {
            chain.doFilter(http, answer);
        } else if (to == ForwardTo.LEADER && !forwarder.leads()) {
            forwarder.forwardToLeader(http, answer);
        } else if (to == ForwardTo.WRITER && forwarder.isReadOnly()) {
            forwarder.forwardToWriter(http, answer);
        } else {
            chain.doFilter(http, answer);
        }
    }
}
