package io.github.hasqlite.postgres;

import io.github.hasqlite.postgres.wire.FrontendMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Messages of a client that wait for its worker, and whether it has one. Thread-safe. */
final class Mailbox {

    private static final int MOST_MESSAGES = 1000;
    private static final long MOST_BYTES = 1024 * 1024;

    private final Deque<FrontendMessage> messages = new ArrayDeque<>();
    private long bytes;
    private boolean working;

    /** Whether a worker is to begin. */
    synchronized boolean add(FrontendMessage message) {
        messages.add(message);
        bytes += message.body().length;
        boolean begin = !working;
        working = true;
        return begin;
    }

    /** Whether nothing more should be read from the client now. */
    synchronized boolean isFull() {
        return messages.size() >= MOST_MESSAGES || bytes >= MOST_BYTES;
    }

    /** The next message for the worker; {@code null} if there is none, and the worker is to end. */
    synchronized @Nullable FrontendMessage poll() {
        FrontendMessage message = messages.poll();
        if (message == null) {
            working = false;
        } else {
            bytes -= message.body().length;
        }
        return message;
    }

    /** The letter of the one that follows; 0 if there is none yet. */
    synchronized char next() {
        FrontendMessage message = messages.peek();
        return message == null ? FrontendMessage.STARTUP : message.type();
    }

    synchronized boolean isWorking() {
        return working;
    }

    synchronized void clear() {
        messages.clear();
        bytes = 0;
    }
}
