package io.github.hasqlite.http;

import io.github.hasqlite.http.api.ApiExchange;
import io.github.hasqlite.http.api.SqlApi;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * The API in a servlet container, for a mapping that ends with {@code /*}. Requests are answered by the container's
 * threads; a client that sends or reads nothing is given up by the container, after the time that it is configured with.
 */
public final class SqlApiServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final transient SqlApi api;

    /** A servlet. */
    public SqlApiServlet(SqlApi api) {
        this.api = api;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        api.answer(new Exchange(request, response));
    }

    private record Exchange(HttpServletRequest request, HttpServletResponse response) implements ApiExchange {

        @Override
        public String method() {
            return request.getMethod();
        }

        /** As it was sent: the container decodes it only for the mapping, and may take parameters out. */
        @Override
        public String path() {
            int prefix =
                    request.getContextPath().length() + request.getServletPath().length();
            String uri = request.getRequestURI();
            return prefix <= uri.length() ? uri.substring(prefix) : "";
        }

        @Override
        public @Nullable String query() {
            return request.getQueryString();
        }

        @Override
        public @Nullable String header(String name) {
            return request.getHeader(name);
        }

        @Override
        public InputStream body() throws IOException {
            return request.getInputStream();
        }

        @Override
        public boolean isLocal() {
            return isLoopback(request.getLocalAddr()) && isLoopback(request.getRemoteAddr());
        }

        private static boolean isLoopback(@Nullable String address) {
            try {
                // of an address, so nothing is looked up
                return address != null && InetAddress.getByName(address).isLoopbackAddress();
            } catch (UnknownHostException e) {
                return false;
            }
        }

        @Override
        public boolean isAuthenticated() {
            return request.getUserPrincipal() != null;
        }

        @Override
        public void status(int status) {
            response.setStatus(status);
        }

        @Override
        public void header(String name, String value) {
            response.setHeader(name, value);
        }

        @Override
        public OutputStream answer() throws IOException {
            return response.getOutputStream();
        }
    }
}
