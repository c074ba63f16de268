package io.github.hasqlite.http.api;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer whose beginning is held back, so that what fails before the limit is reached can still become a
 * problem, and what ends before has a length. Not thread-safe.
 */
final class AnswerStream extends OutputStream {

    private static final int FIRST = 1_024;
    private static final int OK = 200;

    /** What becomes of an answer that is longer than what may be held back. */
    enum Beyond {
        /** It goes out as it is made, without a length. */
        SEND,
        /** It fails. */
        REFUSE
    }

    /** An answer is longer than may be held in memory. */
    static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        TooLongException(int limit) {
            super("the answer has more than " + limit + " bytes");
        }
    }

    private final ApiExchange exchange;
    private final Runnable headers;
    private final int limit;
    private final Beyond beyond;

    private byte[] held = new byte[FIRST];
    private int count;
    private @Nullable OutputStream out;

    /**
     * A body.
     *
     * @param limit how many bytes are held back at most
     * @param headers sets the headers, when it is known that there is an answer
     */
    AnswerStream(ApiExchange exchange, int limit, Beyond beyond, Runnable headers) {
        this.exchange = exchange;
        this.limit = limit;
        this.beyond = beyond;
        this.headers = headers;
    }

    /** Whether something has gone out, so that the answer cannot become another one any more. */
    boolean isSent() {
        return out != null;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (out != null) {
            out.write(bytes, offset, length);
        } else if (length <= limit - count) {
            hold(bytes, offset, length);
        } else if (beyond == Beyond.REFUSE) {
            throw new TooLongException(limit);
        } else {
            send().write(bytes, offset, length);
        }
    }

    private void hold(byte[] bytes, int offset, int length) {
        if (length > held.length - count) {
            held = Arrays.copyOf(held, (int) Math.min(limit, Math.max(2L * held.length, count + (long) length)));
        }
        System.arraycopy(bytes, offset, held, count, length);
        count += length;
    }

    private OutputStream send() throws IOException {
        exchange.status(OK);
        headers.run();
        OutputStream opened = exchange.answer();
        out = opened;
        opened.write(held, 0, count);
        held = new byte[0];
        return opened;
    }

    /** Sends what is held back, and all else that is on its way. */
    void complete() throws IOException {
        if (out == null) {
            exchange.header("Content-Length", Integer.toString(count));
            send();
        }
    }

    /** What is written goes out when there is enough of it, or with {@link #complete}. */
    @Override
    public void flush() {
        // see above
    }

    /** Does not complete it: whoever fails closes, too. */
    @Override
    public void close() {
        // see above
    }
}
