package io.github.hasqlite.nats;

import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What travels beside a message: what the stream's last sequence must be, and the context of a trace.
 *
 * @param values by name
 */
record MessageHeaders(Map<String, String> values) {

    private static final MessageHeaders NONE = new MessageHeaders(Map.of());

    private static final String EXPECTED_LAST_SEQUENCE = "Nats-Expected-Last-Sequence";

    /** Headers with such names are the server's. */
    private static final String OF_SERVER = "nats-";

    private static final String BEGIN = "NATS/1.0\r\n";

    /** What stands around a name and a value. */
    private static final int PUNCTUATION = 4;

    /** What all traces' headers may take, in bytes: W3C's {@code traceparent} has 70, the rest is for what comes along. */
    private static final int MAX_TRACE = 512;

    /**
     * Those of a message to be published.
     *
     * @param trace what lets others follow it; what has no room, or is not printable ASCII, is left out
     * @param expected what the stream's last sequence must be, or {@link PublishChannel#ANY_SEQUENCE}
     * @param room how many bytes there may be of a trace
     */
    static MessageHeaders of(Map<String, String> trace, long expected, long room) {
        if (trace.isEmpty() && expected == PublishChannel.ANY_SEQUENCE) {
            return NONE;
        }
        Map<String, String> values = new LinkedHashMap<>();
        if (expected != PublishChannel.ANY_SEQUENCE) {
            values.put(EXPECTED_LAST_SEQUENCE, Long.toString(expected));
        }
        long left = Math.min(MAX_TRACE, room - size(values));
        for (Map.Entry<String, String> header : trace.entrySet()) {
            long size = header.getKey().length() + header.getValue().length() + (long) PUNCTUATION;
            if (size <= left && isName(header.getKey()) && isPrintable(header.getValue())) {
                values.put(header.getKey(), header.getValue());
                left -= size;
            }
        }
        return new MessageHeaders(values);
    }

    /** Those of a received message that are not the server's. */
    static Map<String, String> ofTrace(Message message) {
        Headers headers = message.hasHeaders() ? message.getHeaders() : null;
        if (headers == null || headers.isEmpty()) {
            return Map.of();
        }
        Map<String, String> values = new LinkedHashMap<>();
        headers.forEach((name, all) -> {
            if (!all.isEmpty() && !name.toLowerCase(Locale.ROOT).startsWith(OF_SERVER)) {
                values.put(name, all.get(0));
            }
        });
        return values;
    }

    private static int size(Map<String, String> values) {
        int size = BEGIN.length() + 2;
        for (Map.Entry<String, String> header : values.entrySet()) {
            size += header.getKey().length() + header.getValue().length() + PUNCTUATION;
        }
        return size;
    }

    private static boolean isName(String name) {
        return !name.isEmpty()
                && !name.toLowerCase(Locale.ROOT).startsWith(OF_SERVER)
                && name.chars().allMatch(each -> each > ' ' && each < '\u007f' && each != ':');
    }

    private static boolean isPrintable(String value) {
        return value.chars().allMatch(each -> each >= ' ' && each < '\u007f');
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** As the client library has them. */
    Headers toClient() {
        Headers headers = new Headers();
        values.forEach(headers::put);
        return headers;
    }

    /** As they stand in a frame. */
    String block() {
        StringBuilder block = new StringBuilder(BEGIN);
        values.forEach(
                (name, value) -> block.append(name).append(": ").append(value).append("\r\n"));
        return block.append("\r\n").toString();
    }
}
