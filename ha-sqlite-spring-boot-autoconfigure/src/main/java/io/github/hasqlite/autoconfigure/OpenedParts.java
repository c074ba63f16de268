package io.github.hasqlite.autoconfigure;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was opened one after the other, and is closed in reverse order. Thread-safe. */
final class OpenedParts implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(OpenedParts.class);

    private final String owner;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    /**
     * Nothing yet.
     *
     * @param owner whose they are, for the log
     */
    OpenedParts(String owner) {
        this.owner = owner;
    }

    synchronized void push(AutoCloseable part) {
        parts.push(part);
    }

    /** Closes all; one that cannot be closed is logged and does not keep the rest open. */
    @Override
    public void close() {
        for (AutoCloseable part = next(); part != null; part = next()) {
            try {
                part.close();
            } catch (Exception e) {
                logger.warn("Closing {} of {} failed", part, owner, e);
            }
        }
    }

    private synchronized @Nullable AutoCloseable next() {
        return parts.poll();
    }
}
