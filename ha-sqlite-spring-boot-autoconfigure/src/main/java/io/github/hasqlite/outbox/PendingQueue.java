package io.github.hasqlite.outbox;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** What is pending, oldest first, in memory beside the table. Thread-safe. */
public final class PendingQueue {

    private final Deque<Pending> queue = new ArrayDeque<>();
    private long lastId;

    public PendingQueue(Collection<Pending> leftover) {
        queue.addAll(leftover);
        lastId = leftover.isEmpty() ? 0 : queue.getLast().id();
    }

    /** The id for the next row. */
    public synchronized long nextId() {
        return lastId + 1;
    }

    /** The id of the oldest row, or of the next one if there is none. */
    public synchronized long firstId() {
        return queue.isEmpty() ? lastId + 1 : queue.getFirst().id();
    }

    /** Adds what was committed. */
    public synchronized void add(Pending pending) {
        queue.addLast(pending);
        lastId = pending.id();
    }

    /**
     * What comes {@code skip} places after the oldest.
     *
     * @return {@code null} if there is nothing so far behind
     */
    public synchronized @Nullable Pending peek(int skip) {
        if (skip == 0) {
            return queue.peekFirst();
        }
        if (skip >= queue.size()) {
            return null;
        }
        Iterator<Pending> all = queue.iterator();
        for (int i = 0; i < skip; i++) {
            all.next();
        }
        return all.next();
    }

    /** Forgets everything up to and including {@code id}. */
    public synchronized void removeUpTo(long id) {
        while (!queue.isEmpty() && queue.getFirst().id() <= id) {
            queue.removeFirst();
        }
    }

    public synchronized int size() {
        return queue.size();
    }
}
