package io.github.hasqlite.http.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The body of a request, read as a whole and no further than a limit. */
final class RequestBody {

    private static final Logger logger = LoggerFactory.getLogger(RequestBody.class);

    /** What is only announced takes no memory. */
    private static final int FIRST = 8_192;

    /** How much of a body that is too large is read for nothing. */
    private static final int DRAINED = 16 * 1024 * 1024;

    private RequestBody() {}

    /**
     * Reads it.
     *
     * @param max how many bytes it has at most
     * @param timeout how long it may take; a client that sends nothing at all is the server's to end
     * @throws ApiException 413 if it is larger, 408 if it takes longer
     * @throws IOException if the client is gone
     */
    static byte[] read(ApiExchange exchange, int max, Duration timeout) throws ApiException, IOException {
        long length = length(exchange.header("Content-Length"));
        long start = System.nanoTime();
        InputStream in = exchange.body();
        if (length > max) {
            if (length <= DRAINED) {
                drain(in, start + timeout.toNanos());
            }
            throw tooLarge(max);
        }
        byte[] bytes = new byte[(int) Math.min(length >= 0 ? length + 1 : max + 1L, FIRST)];
        int read = 0;
        try {
            while (true) {
                int count = in.read(bytes, read, bytes.length - read);
                if (count < 0) {
                    return Arrays.copyOf(bytes, read);
                }
                read += count;
                if (read > max) {
                    drain(in, start + timeout.toNanos());
                    throw tooLarge(max);
                }
                if (System.nanoTime() - start > timeout.toNanos()) {
                    throw tooSlow(timeout, null);
                }
                if (read == bytes.length) {
                    bytes = Arrays.copyOf(bytes, Math.min(max + 1, 2 * read));
                }
            }
        } catch (IOException e) {
            if (isTimeout(e)) {
                throw tooSlow(timeout, e);
            }
            throw e;
        }
    }

    /** Reads on, so that a client that sends all before it reads gets the answer: who closes while it sends resets. */
    private static void drain(InputStream in, long deadline) {
        byte[] bytes = new byte[FIRST];
        int left = DRAINED;
        try {
            int count = 0;
            while (count >= 0 && left > 0 && deadline - System.nanoTime() > 0) {
                count = in.read(bytes);
                left -= count;
            }
        } catch (IOException e) {
            logger.debug("The rest of a body that is too large could not be read", e);
        }
    }

    private static long length(@Nullable String header) {
        try {
            return header == null ? -1 : Long.parseLong(header.trim());
        } catch (NumberFormatException e) {
            // the server has let it through, so it knows how the body ends
            return -1;
        }
    }

    private static boolean isTimeout(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException || cause instanceof TimeoutException) {
                return true;
            }
        }
        return false;
    }

    private static ApiException tooLarge(int max) {
        return new ApiException(new Problem(
                        413,
                        "The body has more than " + max + " bytes. Send it in several requests, or raise"
                                + " ha.sqlite.http.api.max-body."))
                .with("Connection", "close");
    }

    private static ApiException tooSlow(Duration timeout, @Nullable IOException cause) {
        return new ApiException(new Problem(408, "The body was not there within " + timeout.toMillis() + " ms."), cause)
                .with("Connection", "close");
    }
}
