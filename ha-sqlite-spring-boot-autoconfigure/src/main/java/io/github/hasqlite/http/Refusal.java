package io.github.hasqlite.http;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * An answer that says why a request was not dealt with.
 *
 * @param status of HTTP
 * @param reason for people
 */
record Refusal(int status, String reason) {

    /** In seconds: an election is over in a few. */
    private static final String RETRY_AFTER = "1";

    static Refusal unavailable(String reason) {
        return new Refusal(HttpServletResponse.SC_SERVICE_UNAVAILABLE, reason);
    }

    /** Answers; only what was certainly not dealt with may be tried again. */
    void send(HttpServletResponse response) throws IOException {
        response.resetBuffer();
        response.setStatus(status);
        if (status == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
            response.setHeader("Retry-After", RETRY_AFTER);
        }
        response.setHeader("Cache-Control", "no-store");
        response.setContentType("text/plain;charset=UTF-8");
        response.getOutputStream().write((reason + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
