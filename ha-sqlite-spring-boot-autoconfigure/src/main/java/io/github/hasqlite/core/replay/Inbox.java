package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What was received and is not applied yet. Bounded, so that a slow database slows delivery down
 * instead of filling the memory. Thread-safe; messages are taken with the write lock held, so that
 * whoever holds it sees all that is not applied.
 */
final class Inbox {

    private static final int MAX_MESSAGES = 8_192;
    private static final long MAX_BYTES = 32L << 20;

    /**
     * The same while somebody holds the applier up and waits for what comes behind all this: delivery
     * must go on until it is there, as far as there is memory for it.
     */
    private static final int MAX_MESSAGES_HELD = 262_144;

    private static final long MAX_BYTES_HELD =
            Math.min(256L << 20, Math.max(MAX_BYTES, Runtime.getRuntime().maxMemory() / 4));

    /** Echoes change nothing but the outbox's length, so they wait until some have come together. */
    private static final int MANY_ECHOES = 1_000;

    private static final long ECHO_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private final NodeRuntime runtime;
    private final Monitor monitor;
    private final Deque<InboundMessage> messages = new ArrayDeque<>();
    private long bytes;
    private int others;
    private long oldestSince;
    private volatile long lastSequence;
    private boolean held;
    private int hurried;
    private boolean watched;
    private boolean woken;
    private boolean closed;

    Inbox(NodeRuntime runtime) {
        this.runtime = runtime;
        this.monitor = runtime.monitor();
    }

    /** Adds a message, waiting for room. */
    void put(InboundMessage received) throws InterruptedException {
        monitor.lock();
        try {
            while (!closed && isFull()) {
                monitor.await();
            }
            if (messages.isEmpty()) {
                oldestSince = runtime.nanoTime();
            }
            messages.addLast(received);
            lastSequence = received.sequence();
            bytes += received.message().data().length;
            if (!received.probablyEcho()) {
                others++;
            }
            // waking the applier for each echo would cost more than dealing with it
            boolean wakes = others > 0 || messages.size() == 1 || messages.size() >= MANY_ECHOES;
            if (wakes || hurried > 0 || watched) {
                monitor.signalAll();
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Whether nothing more comes in before something is removed. */
    boolean isFull() {
        monitor.lock();
        try {
            return !messages.isEmpty()
                    && (messages.size() >= (held ? MAX_MESSAGES_HELD : MAX_MESSAGES)
                            || bytes >= (held ? MAX_BYTES_HELD : MAX_BYTES));
        } finally {
            monitor.unlock();
        }
    }

    /** Whether somebody holds the applier up and waits with {@link #awaitMoreThan}. */
    void hold(boolean on) {
        monitor.lock();
        try {
            held = on;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** The newest sequence that was received; 0 if none was. */
    long lastSequence() {
        return lastSequence;
    }

    /** When the oldest message that waits was stored in the stream; 0 if none waits. */
    long oldestTimestampNs() {
        monitor.lock();
        try {
            return messages.isEmpty() ? 0 : messages.getFirst().message().timestampNs();
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Waits until there is something worth a transaction.
     *
     * @return {@code false} if the inbox was closed
     */
    boolean awaitWork() throws InterruptedException {
        monitor.lock();
        try {
            while (!closed) {
                if (woken) {
                    woken = false;
                    return true;
                }
                if (others > 0 || messages.size() >= MANY_ECHOES || (hurried > 0 && !messages.isEmpty())) {
                    return true;
                }
                if (messages.isEmpty()) {
                    monitor.await();
                } else {
                    long left = oldestSince + ECHO_DELAY_NANOS - runtime.nanoTime();
                    if (left <= 0) {
                        return true;
                    }
                    monitor.await(left);
                }
            }
            return false;
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Whether echoes are to be dealt with at once, because somebody waits for the node to catch up. Who
     * switches it on switches it off again.
     */
    void hurry(boolean on) {
        monitor.lock();
        try {
            hurried += on ? 1 : -1;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** Lets {@link #awaitWork} return once, whatever is there. */
    void wake() {
        monitor.lock();
        try {
            woken = true;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** Forgets everything. */
    void clear() {
        monitor.lock();
        try {
            messages.clear();
            bytes = 0;
            others = 0;
            lastSequence = 0;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** The oldest messages, which stay until they are {@linkplain #remove removed}. */
    List<InboundMessage> peek(int limit) {
        monitor.lock();
        try {
            List<InboundMessage> oldest = new ArrayList<>(Math.min(limit, messages.size()));
            for (InboundMessage received : messages) {
                if (oldest.size() == limit) {
                    break;
                }
                oldest.add(received);
            }
            return oldest;
        } finally {
            monitor.unlock();
        }
    }

    /** What came after the first {@code known} messages. */
    List<InboundMessage> after(int known) {
        monitor.lock();
        try {
            InboundMessage[] newer = new InboundMessage[messages.size() - known];
            Iterator<InboundMessage> newest = messages.descendingIterator();
            for (int i = newer.length - 1; i >= 0; i--) {
                newer[i] = newest.next();
            }
            return List.of(newer);
        } finally {
            monitor.unlock();
        }
    }

    /** Removes the oldest messages, which have been dealt with. */
    void remove(int count) {
        monitor.lock();
        try {
            for (int i = 0; i < count; i++) {
                InboundMessage removed = messages.removeFirst();
                bytes -= removed.message().data().length;
                if (!removed.probablyEcho()) {
                    others--;
                }
            }
            oldestSince = runtime.nanoTime();
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Removes what a commit of this node has dealt with already: everything up to a sequence.
     *
     * @param removed is given each of them
     */
    void removeUpTo(long sequence, Consumer<InboundMessage> removed) {
        monitor.lock();
        try {
            int count = 0;
            for (InboundMessage received : messages) {
                if (received.sequence() > sequence) {
                    break;
                }
                removed.accept(received);
                count++;
            }
            if (count > 0) {
                remove(count);
            }
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Waits for something beyond the first {@code known} messages.
     *
     * @return {@code false} if nothing came in time, or nothing can come because the inbox is full
     */
    boolean awaitMoreThan(int known, long deadlineNanos) throws InterruptedException {
        monitor.lock();
        try {
            watched = true;
            try {
                while (!closed && messages.size() <= known) {
                    long left = deadlineNanos - runtime.nanoTime();
                    if (left <= 0 || isFull()) {
                        return false;
                    }
                    monitor.await(left);
                }
                return !closed;
            } finally {
                watched = false;
            }
        } finally {
            monitor.unlock();
        }
    }

    void close() {
        monitor.lock();
        try {
            closed = true;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }
}
