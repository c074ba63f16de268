package io.github.hasqlite.http.api;

import io.github.hasqlite.ReplicationPosition;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.Semaphore;

/** Sends copies of the database, a few at once: each takes as much room on the disk as the database. Thread-safe. */
final class FileAnswer {

    private static final int AT_ONCE = 2;

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Semaphore free = new Semaphore(AT_ONCE);

    /** Takes the right to make a copy; who has it calls {@link #leave}. */
    void enter() throws ApiException {
        if (!free.tryAcquire()) {
            throw QueryCall.tooMany(AT_ONCE);
        }
    }

    void leave() {
        free.release();
    }

    /**
     * Sends a file, or says that the client has it already.
     *
     * @param what it is, for its name
     * @param etag of its content, with its quotation marks
     * @param sequence up to which it goes
     */
    static void send(
            ApiExchange exchange, SentFile file, String what, String etag, ReplicationPosition position, long sequence)
            throws IOException {
        String stream = position.stream();
        if (!stream.isEmpty()) {
            exchange.header(QueryCall.POSITION, new PositionToken(stream, sequence).toString());
        }
        exchange.header("X-Sequence", Long.toString(sequence));
        exchange.header("ETag", etag);
        exchange.header("Cache-Control", "no-cache");
        exchange.status(200);
        exchange.header("Content-Type", "application/vnd.sqlite3");
        exchange.header("Content-Length", Long.toString(file.size()));
        exchange.header(
                "Content-Disposition",
                "attachment; filename=\"" + what + "-" + NAME.format(Instant.now()) + "-" + sequence + ".db\"");
        file.sendTo(exchange.answer());
    }

    /** Whether the client has what has this tag (RFC 9110, 13.1.2). */
    static boolean isKnown(ApiExchange exchange, String etag) {
        String known = exchange.header("If-None-Match");
        if (known == null) {
            return false;
        }
        for (String each : known.split(",", -1)) {
            if (each.trim().equals("*") || strong(each.trim()).equals(strong(etag))) {
                return true;
            }
        }
        return false;
    }

    private static String strong(String etag) {
        return etag.startsWith("W/") ? etag.substring(2) : etag;
    }

    static void sendKnown(ApiExchange exchange, String etag) {
        exchange.header("ETag", etag);
        exchange.status(304);
    }
}
