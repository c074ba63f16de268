package io.github.hasqlite.nats;

import io.github.hasqlite.PublishException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Messages that were published and not acknowledged yet. One thread adds, any thread removes.
 *
 * <p>The stream answers in the order of sending. So a message has been lost, or its answer, if one sent after it
 * has been answered, or if nothing at all has been answered for a while. That while is short at first and becomes
 * twice as long each time it was for nothing, up to a limit, so that a slow line is not filled with repetitions.
 */
final class InFlight {

    /** An answer takes a round trip and a write to disk; one that takes longer than this is taken for lost. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final int maxMessages;
    private final long maxBytes;
    private final ConcurrentHashMap<Long, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final long maxPatienceNanos;
    private long lastToken;

    /** Written by the thread that reads answers. */
    private volatile long lastAnsweredToken;

    private volatile long lastAnswerNanos = System.nanoTime();
    private volatile long patienceNanos;

    /**
     * Nothing yet.
     *
     * @param maxPatienceNanos how long to wait for an answer at most
     */
    InFlight(int maxMessages, long maxBytes, long maxPatienceNanos) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.maxPatienceNanos = maxPatienceNanos;
        patienceNanos = Math.min(PATIENCE_NANOS, maxPatienceNanos);
    }

    /** A new entry, or {@code null} if there is no room for it. One message always has room. */
    @Nullable
    Entry add(int size) {
        int messages = count.get();
        if (messages > 0 && (messages >= maxMessages || bytes.get() + size > maxBytes)) {
            return null;
        }
        Entry entry = new Entry(++lastToken, size, System.nanoTime());
        count.incrementAndGet();
        bytes.addAndGet(size);
        entries.put(entry.token, entry);
        return entry;
    }

    /** Takes out what was answered; {@code null} if it is not waited for any more. Called by one thread. */
    @Nullable
    Entry answered(long token) {
        lastAnswerNanos = System.nanoTime();
        lastAnsweredToken = Math.max(lastAnsweredToken, token);
        Entry entry = remove(token);
        if (entry != null && patienceNanos != PATIENCE_NANOS) {
            patienceNanos = Math.min(PATIENCE_NANOS, maxPatienceNanos);
        }
        return entry;
    }

    private @Nullable Entry remove(long token) {
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

    /**
     * Whether one has been lost on its way, or its answer on the way back. Then the patience with the next ones
     * grows, until one of them is answered.
     */
    boolean anyLost(long nowNanos) {
        long patience = patienceNanos;
        boolean silent = nowNanos - lastAnswerNanos >= patience;
        long shortest = Math.min(PATIENCE_NANOS, maxPatienceNanos);
        for (Entry entry : entries.values()) {
            long age = nowNanos - entry.sentNanos;
            if (age >= shortest && entry.token < lastAnsweredToken) {
                return true;
            }
            if (silent && age >= patience) {
                patienceNanos = Math.min(patience * 2, maxPatienceNanos);
                return true;
            }
        }
        return false;
    }

    /** One message on its way, and the future of its sequence. */
    static final class Entry extends CompletableFuture<Long> {
        private final long token;
        private final int size;
        private final long sentNanos;

        private Entry(long token, int size, long sentNanos) {
            this.token = token;
            this.size = size;
            this.sentNanos = sentNanos;
        }

        long token() {
            return token;
        }
    }
}
