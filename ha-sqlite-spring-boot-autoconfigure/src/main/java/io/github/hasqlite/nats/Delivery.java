package io.github.hasqlite.nats;

import org.jspecify.annotations.Nullable;

/**
 * Where a message stood, from the reply subject a consumer gives it: {@code
 * $JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>}, or the longer
 * form with domain and account hash after {@code ACK} and possibly more at the end (ADR-15 of NATS).
 *
 * @param streamSequence place in the stream
 * @param consumerSequence place among all messages of the consumer, from 1 without gaps
 * @param timestampNs when the stream stored it, nanoseconds since 1970-01-01T00:00Z
 * @param behind how many messages the consumer had to deliver behind this one when it was sent
 */
record Delivery(long streamSequence, long consumerSequence, long timestampNs, long behind) {

    private static final String PREFIX = "$JS.ACK.";
    private static final int SHORT_TOKENS = 9;
    private static final int LONG_TOKENS = 11;
    private static final int MAX_TOKENS = 16;

    /** Reads a reply subject; {@code null} if it is none of a consumer. */
    static @Nullable Delivery parse(@Nullable String reply) {
        if (reply == null || !reply.startsWith(PREFIX)) {
            return null;
        }
        int[] starts = new int[MAX_TOKENS + 1];
        int tokens = 0;
        for (int at = 0; at >= 0 && tokens < MAX_TOKENS; tokens++) {
            starts[tokens] = at;
            int dot = reply.indexOf('.', at);
            at = dot < 0 ? -1 : dot + 1;
            starts[tokens + 1] = dot < 0 ? reply.length() + 1 : at;
        }
        if (tokens < SHORT_TOKENS) {
            return null;
        }
        int delivered = tokens >= LONG_TOKENS ? 6 : 4;
        try {
            return new Delivery(
                    number(reply, starts, delivered + 1),
                    number(reply, starts, delivered + 2),
                    number(reply, starts, delivered + 3),
                    number(reply, starts, delivered + 4));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static long number(String reply, int[] starts, int token) {
        return Long.parseLong(reply, starts[token], starts[token + 1] - 1, 10);
    }
}
