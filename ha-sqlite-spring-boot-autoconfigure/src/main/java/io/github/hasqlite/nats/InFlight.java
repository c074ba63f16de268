package io.github.hasqlite.nats;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Messages that were published and not acknowledged yet. One thread adds, any thread removes. */
final class InFlight {

    private final int maxMessages;
    private final long maxBytes;
    private final ConcurrentHashMap<Long, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private long lastToken;

    InFlight(int maxMessages, long maxBytes) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    /** A new entry, or {@code null} if there is no room for it. One message always has room. */
    @Nullable
    Entry add(int size, long deadlineNanos) {
        int messages = count.get();
        if (messages > 0 && (messages >= maxMessages || bytes.get() + size > maxBytes)) {
            return null;
        }
        Entry entry = new Entry(++lastToken, size, deadlineNanos);
        count.incrementAndGet();
        bytes.addAndGet(size);
        entries.put(entry.token, entry);
        return entry;
    }

    /** Takes an entry out, or {@code null} if it is not or no longer there. */
    @Nullable
    Entry remove(long token) {
        Entry entry = entries.remove(token);
        if (entry != null) {
            bytes.addAndGet(-entry.size);
            count.decrementAndGet();
        }
        return entry;
    }

    /** How many there are. */
    int size() {
        return count.get();
    }

    /** Fails one, if it is still there. */
    void fail(Entry entry, PublishException reason) {
        if (remove(entry.token) != null) {
            entry.completeExceptionally(reason);
        }
    }

    /** Fails all that are there now, oldest first. */
    void failAll(PublishException reason) {
        entries.keySet().stream().sorted().forEach(token -> {
            Entry entry = remove(token);
            if (entry != null) {
                entry.completeExceptionally(reason);
            }
        });
    }

    /** Whether the deadline of any has passed. */
    boolean anyOverdue(long nowNanos) {
        for (Entry entry : entries.values()) {
            if (nowNanos - entry.deadlineNanos >= 0) {
                return true;
            }
        }
        return false;
    }

    /** Fails those whose deadline has passed, oldest first. */
    void failOverdue(long nowNanos, PublishException reason) {
        entries.values().stream()
                .filter(entry -> nowNanos - entry.deadlineNanos >= 0)
                .sorted((one, other) -> Long.compare(one.token, other.token))
                .forEach(entry -> fail(entry, reason));
    }

    /** One message on its way, and the future of its sequence. */
    static final class Entry extends CompletableFuture<Long> {
        private final long token;
        private final int size;
        private final long deadlineNanos;

        private Entry(long token, int size, long deadlineNanos) {
            this.token = token;
            this.size = size;
            this.deadlineNanos = deadlineNanos;
        }

        long token() {
            return token;
        }
    }
}
