package io.github.hasqlite.core.outbox;

import io.github.hasqlite.core.runtime.NodeRuntime;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is pending, oldest first, in memory beside the table, with the messages of the newest as far
 * as they are small. Thread-safe.
 */
public final class PendingQueue {

    /** What messages may take; others are read from the table again. */
    private static final long MAX_KEPT_BYTES = 16L << 20;

    private static final long MARK_MILLIS = 1_000;

    private final NodeRuntime runtime;
    private final Deque<Pending> queue = new ArrayDeque<>();
    private final Map<Long, byte[]> messages = new HashMap<>();
    private final Set<String> earlier = new HashSet<>();
    /** When rows were added, about one mark a second, oldest first. */
    private final Deque<Mark> marks = new ArrayDeque<>();

    private long keptBytes;
    private long lastId;

    /** From this row on rows were added at this time or later. */
    private record Mark(long id, long millis) {}

    /**
     * What is pending at the start.
     *
     * @param leftover by an earlier start, oldest first
     * @param runtime by whose time of day rows are added
     */
    public PendingQueue(Collection<Pending> leftover, NodeRuntime runtime) {
        this.runtime = runtime;
        queue.addAll(leftover);
        leftover.forEach(row -> earlier.add(row.publisher()));
        lastId = leftover.isEmpty() ? 0 : queue.getLast().id();
    }

    /** Says when the oldest of those rows was committed that were there from the beginning, in ms since 1970. */
    public synchronized void oldestIsOf(long millis) {
        if (!queue.isEmpty()) {
            marks.addFirst(new Mark(queue.getFirst().id(), millis));
        }
    }

    /**
     * When the oldest row was committed, in milliseconds since 1970, up to a second early; of what an earlier start
     * left, no later than its oldest. 0 if there is no row, or it is not known.
     */
    public synchronized long oldestMillis() {
        if (queue.isEmpty()) {
            return 0;
        }
        forgetMarks();
        Mark oldest = marks.peekFirst();
        return oldest == null ? 0 : oldest.millis;
    }

    private void mark(long id) {
        long now = runtime.currentTimeMillis();
        if (queue.isEmpty()) {
            marks.clear();
        }
        Mark last = marks.peekLast();
        if (last == null || now - last.millis >= MARK_MILLIS) {
            forgetMarks();
            marks.addLast(new Mark(id, now));
        }
    }

    /** Leaves the newest of those that are not behind the oldest row, and all behind it. */
    private void forgetMarks() {
        Mark newest = null;
        while (!marks.isEmpty() && marks.getFirst().id <= firstId()) {
            newest = marks.removeFirst();
        }
        if (newest != null) {
            marks.addFirst(newest);
        }
    }

    /** The id for the next row. */
    public synchronized long nextId() {
        return lastId + 1;
    }

    /** The id of the oldest row, or of the next one if there is none. */
    public synchronized long firstId() {
        return queue.isEmpty() ? lastId + 1 : queue.getFirst().id();
    }

    /**
     * Adds what was committed.
     *
     * @param message the row's message
     */
    public synchronized void add(Pending pending, byte[] message) {
        add(pending);
        if (keptBytes + message.length <= MAX_KEPT_BYTES) {
            messages.put(pending.id(), message);
            keptBytes += message.length;
        }
    }

    /** Adds what was committed and is large, so that its message is only in the table. */
    public synchronized void add(Pending pending) {
        mark(pending.id());
        queue.addLast(pending);
        lastId = pending.id();
    }

    /**
     * The message of a row.
     *
     * @return {@code null} if it is only in the table, or the row is not pending
     */
    public synchronized byte @Nullable [] message(long id) {
        return messages.get(id);
    }

    /** The row with this publisher and counter, or {@code null}. */
    public synchronized @Nullable Pending find(String publisher, long counter) {
        if (queue.isEmpty() || !mayHold(publisher)) {
            return null;
        }
        for (Pending each : queue) {
            if (each.is(publisher, counter)) {
                return each;
            }
        }
        return null;
    }

    /** Rows are of this start of the node at the end, and of earlier ones before. */
    private boolean mayHold(String publisher) {
        return queue.getLast().publisher().equals(publisher) || earlier.contains(publisher);
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
            forget(queue.removeFirst().id());
        }
    }

    /** Forgets one. */
    public synchronized void remove(Pending pending) {
        queue.remove(pending);
        forget(pending.id());
    }

    private void forget(long id) {
        byte[] message = messages.remove(id);
        if (message != null) {
            keptBytes -= message.length;
        }
    }

    /** Whether a command is among them, which has not taken effect here yet. */
    public synchronized boolean hasCommand() {
        for (Pending each : queue) {
            if (each.command()) {
                return true;
            }
        }
        return false;
    }

    public synchronized int size() {
        return queue.size();
    }

    /** How many there are that are newer than {@code id}. */
    public synchronized int sizeBehind(long id) {
        int size = 0;
        for (Iterator<Pending> newestFirst = queue.descendingIterator();
                newestFirst.hasNext() && newestFirst.next().id() > id; ) {
            size++;
        }
        return size;
    }
}
