package io.github.hasqlite.core.outbox;

import io.github.hasqlite.core.runtime.NodeRuntime;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is on its way to the stream, and who waits for it. An acknowledgement counts only when all
 * change sets sent before it are acknowledged, too, at lower places in the stream: a message that
 * overtook another one is out of turn and ignored by every node (rule R4), so it will have to be sent
 * again. Thread-safe; nobody waits while it holds its monitor.
 */
final class FlightWindow {

    /** More than this in flight brings nothing: a server on the same machine answers in 0.1 ms. */
    private static final int MAX_FLIGHTS = 1_024;

    private static final long MAX_BYTES = 16L << 20;

    /**
     * Parts of a large change set are all sent again when one is lost, so fewer of them are on their
     * way: also a slow line must deliver them before the publisher gives up waiting.
     */
    private static final long MAX_BYTES_OF_PARTS = 4L << 20;

    /** Stands for an id: no row of the outbox, or a part of one after which more parts come. */
    static final long NO_ROW = -1;

    /** One message on its way. */
    static final class Flight {
        private final long id;
        private final long generation;
        private final int bytes;
        private boolean landed;
        private long sequence;

        private Flight(long id, long generation, int bytes) {
            this.id = id;
            this.generation = generation;
            this.bytes = bytes;
        }
    }

    private record Waiter(long id, Thread thread) {}

    private final NodeRuntime runtime;
    private final Deque<Flight> flights = new ArrayDeque<>();
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private long bytes;
    private long generation;
    private long lastSequence;
    private volatile long settled;
    private volatile boolean closed;

    FlightWindow(NodeRuntime runtime) {
        this.runtime = runtime;
    }

    synchronized Flight add(long id, int size) {
        Flight flight = new Flight(id, generation, size);
        flights.addLast(flight);
        bytes += size;
        return flight;
    }

    synchronized boolean hasRoom(int size) {
        return flights.isEmpty() || (flights.size() < MAX_FLIGHTS && bytes + size <= MAX_BYTES);
    }

    synchronized boolean hasRoomForPart(int size) {
        return flights.isEmpty() || bytes + size <= MAX_BYTES_OF_PARTS;
    }

    synchronized boolean isEmpty() {
        return flights.isEmpty();
    }

    /** Changes with every {@link #clear}: what was sent before must be sent again. */
    synchronized long generation() {
        return generation;
    }

    synchronized boolean isCurrent(Flight flight) {
        return flight.generation == generation;
    }

    /** What an acknowledgement means for the others. */
    enum Landing {
        /** The acknowledgement changes nothing. */
        QUIET,
        /** Somebody may wait for the room that it made. */
        MADE_ROOM,
        /** The stream has messages in another order than they were sent in: they must be sent again. */
        OUT_OF_ORDER
    }

    /**
     * The stream has this message.
     *
     * @param sequence where; 0 if it does not say
     */
    Landing landed(Flight flight, long sequence) {
        synchronized (this) {
            if (flight.generation != generation) {
                return Landing.QUIET;
            }
            flight.landed = true;
            flight.sequence = sequence;
            boolean wasFull = flights.size() >= MAX_FLIGHTS || bytes >= MAX_BYTES_OF_PARTS / 2;
            long upTo = settled;
            while (!flights.isEmpty() && flights.getFirst().landed) {
                Flight first = flights.getFirst();
                if (first.sequence != 0 && first.sequence <= lastSequence) {
                    settled = upTo;
                    wakeUpTo(upTo);
                    return Landing.OUT_OF_ORDER;
                }
                lastSequence = first.sequence;
                flights.removeFirst();
                bytes -= first.bytes;
                upTo = Math.max(upTo, first.id);
            }
            settled = upTo;
            wakeUpTo(upTo);
            return wasFull || flights.isEmpty() ? Landing.MADE_ROOM : Landing.QUIET;
        }
    }

    /** Everything up to this id is known to be in the stream. */
    synchronized void settle(long id) {
        if (id > settled) {
            settled = id;
            wakeUpTo(id);
        }
    }

    private void wakeUpTo(long id) {
        while (!waiters.isEmpty() && waiters.getFirst().id <= id) {
            runtime.unpark(waiters.removeFirst().thread);
        }
    }

    /** Nothing of what is in flight counts any more. */
    synchronized void clear() {
        flights.clear();
        bytes = 0;
        generation++;
    }

    /** The place of the newest message that is acknowledged in order; 0 if there is none, or it was not said. */
    synchronized long lastSequence() {
        return lastSequence;
    }

    long settled() {
        return settled;
    }

    boolean await(long id, long timeoutNanos) throws InterruptedException {
        if (settled >= id) {
            return true;
        }
        long deadline = runtime.nanoTime() + timeoutNanos;
        Waiter waiter = new Waiter(id, Thread.currentThread());
        synchronized (this) {
            addInOrder(waiter);
        }
        try {
            while (settled < id) {
                long left = deadline - runtime.nanoTime();
                if (left <= 0 || closed) {
                    return settled >= id;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                runtime.parkNanos(this, left);
            }
            return true;
        } finally {
            if (settled < id) {
                synchronized (this) {
                    waiters.remove(waiter);
                }
            }
        }
    }

    /** Threads come here soon after they committed, so nearly in order. */
    private void addInOrder(Waiter waiter) {
        Deque<Waiter> later = new ArrayDeque<>(0);
        while (!waiters.isEmpty() && waiters.getLast().id > waiter.id) {
            later.push(waiters.removeLast());
        }
        waiters.addLast(waiter);
        waiters.addAll(later);
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized void close() {
        closed = true;
        wakeUpTo(Long.MAX_VALUE);
    }
}
