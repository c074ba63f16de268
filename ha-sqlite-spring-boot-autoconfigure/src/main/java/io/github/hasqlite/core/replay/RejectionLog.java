package io.github.hasqlite.core.replay;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what was skipped, on all nodes alike, and remembers the last reason. Thread-safe. */
final class RejectionLog {

    private static final Logger logger = LoggerFactory.getLogger(RejectionLog.class);

    /** Whoever floods the stream with rubbish shall not flood the log. */
    private static final int LOGGED = 100;

    private long count;
    private @Nullable String last;

    /** How it is told of a message of the stream. */
    static String text(InboundMessage received, String reason) {
        return "message " + received.sequence() + ": " + reason;
    }

    synchronized void add(String reason) {
        count++;
        last = reason;
        if (count <= LOGGED) {
            logger.warn("Skipped {}{}", reason, count == LOGGED ? "; further ones are counted only" : "");
        }
    }

    /** How many there were since the start. */
    public synchronized long count() {
        return count;
    }

    /** Why the last one was skipped, or {@code null}. */
    public synchronized @Nullable String last() {
        return last;
    }
}
