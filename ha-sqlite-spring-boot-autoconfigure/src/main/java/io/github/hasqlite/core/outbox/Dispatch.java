package io.github.hasqlite.core.outbox;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.Tracing;
import io.github.hasqlite.core.runtime.Work;
import io.github.hasqlite.core.runtime.WorkListener.Counted;
import io.github.hasqlite.core.runtime.WorkListener.Timed;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been given to the publisher and what comes next. Committing threads and the thread that reads the outbox
 * share it: all that changes it is done with its {@link #monitor} held, and methods without a word about that need it
 * held by their caller.
 */
final class Dispatch {

    private static final Logger logger = LoggerFactory.getLogger(Dispatch.class);

    private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1_000);

    /**
     * While something is on its way, what is committed meanwhile is held back and sent together: at
     * the latest when this many have gathered, or when everything before has arrived. It costs one
     * round trip of delay and saves waking half a dozen threads for each change set.
     */
    private static final int BUNCH = 32;

    /** More than this is read from the outbox again instead of being held in memory. */
    private static final int MAX_HELD = 1_024;

    final Monitor monitor;
    final FlightWindow window;
    private final ChangeSetPublisher publisher;
    private final Work work;
    private final Deque<Held> held = new ArrayDeque<>();

    private boolean closed;
    /** Committing threads publish themselves. */
    private boolean direct;

    private long lastCommitted;
    private long sentUpTo;
    private long pauseNanos = MIN_PAUSE_NANOS;
    private boolean pausing;
    private @Nullable CommandToPublish command;

    /** What rows follow from, those that are followed, until the stream has them. */
    private final TreeMap<Long, Tracing.Origin> origins = new TreeMap<>();

    /** Committed, and not sent yet. */
    private record Held(long id, ChangeSet changeSet, byte[] message) {}

    Dispatch(ChangeSetPublisher publisher, NodeRuntime runtime) {
        this.publisher = publisher;
        this.work = runtime.work();
        this.monitor = runtime.monitor();
        this.window = new FlightWindow(runtime);
    }

    // ---- what is to be sent

    /**
     * A row was committed.
     *
     * @param message {@code null} if only the outbox has it, because it is large
     */
    void committed(long id, ChangeSet changeSet, byte @Nullable [] message) {
        lastCommitted = id;
        Tracing.Origin origin = work.origin();
        if (origin != null && origins.size() < MAX_HELD) {
            origins.put(id, origin);
        }
        if (!direct) {
            monitor.signalAll();
        } else if (message == null
                || !publisher.isConnected()
                || held.size() >= MAX_HELD
                || message.length > publisher.maxMessageBytes()) {
            leaveToThread();
        } else {
            held.addLast(new Held(id, changeSet, message));
        }
    }

    /** Sends what was committed, unless it is worth waiting for company. */
    void flush() {
        if (direct && (window.isEmpty() || held.size() >= BUNCH)) {
            sendHeld();
        }
    }

    private void sendHeld() {
        while (!held.isEmpty() && window.hasRoom(held.getFirst().message.length)) {
            Held next = held.removeFirst();
            sendRow(next.id, next.changeSet, next.message);
        }
    }

    /** From now on the thread sends, from the outbox. */
    void leaveToThread() {
        direct = false;
        held.clear();
        monitor.signalAll();
    }

    /** From now on committing threads send themselves: the thread has caught up with them. */
    void leaveToCommitters() {
        direct = true;
        pauseNanos = MIN_PAUSE_NANOS;
    }

    boolean isDirect() {
        return direct;
    }

    /** Whether something was committed that has not been sent. */
    boolean isBehind() {
        return lastCommitted > sentUpTo;
    }

    /** The newest row that has been sent, or need not be sent any more. */
    long sentUpTo() {
        return sentUpTo;
    }

    /** This row and all before it need not be sent any more. */
    void skipTo(long id) {
        window.settle(id);
        if (!origins.isEmpty()) {
            origins.headMap(id, true).clear();
        }
        sentUpTo = Math.max(sentUpTo, id);
    }

    // ---- the command

    void setCommand(@Nullable CommandToPublish next) {
        command = next;
    }

    @Nullable
    CommandToPublish command() {
        return command;
    }

    // ---- stopping and pausing

    void close() {
        closed = true;
        direct = false;
        monitor.signalAll();
    }

    boolean isClosed() {
        return closed;
    }

    /** Waits as long as nothing can be sent: after a failure for a moment, and until there is a connection. */
    void awaitConnection() throws InterruptedException {
        while (!closed && (pausing || !publisher.isConnected())) {
            pausing = false;
            monitor.await(pauseNanos);
        }
    }

    // ---- sending

    /** Sends a row, or its last part. */
    void sendRow(long id, ChangeSet changeSet, byte[] message) {
        sentUpTo = id;
        track(window.add(id, message.length), changeSet, message, origins.isEmpty() ? null : origins.get(id));
    }

    /** Sends what is no row: a part after which more come. */
    void sendBetween(ChangeSet changeSet, byte[] message) {
        track(window.add(FlightWindow.NO_ROW, message.length), changeSet, message, null);
    }

    /** Sends a command, or its last part. */
    void sendCommand(CommandToPublish sent, ChangeSet changeSet, byte[] message) {
        track(window.add(FlightWindow.NO_ROW, message.length), changeSet, message, sent.origin());
    }

    /** What the calling thread commits, if that is followed. */
    Tracing.@Nullable Origin origin() {
        return work.origin();
    }

    private void track(
            FlightWindow.Flight flight, ChangeSet changeSet, byte[] message, Tracing.@Nullable Origin origin) {
        CompletableFuture<Long> stored;
        long begun = work.begin();
        Tracing.Sending sending = origin == null ? null : origin.send();
        try {
            stored = sending == null
                    ? publisher.publish(changeSet, message)
                    : publisher.publish(changeSet, message, sending.headers());
        } catch (RuntimeException e) {
            stored = CompletableFuture.failedFuture(e);
        }
        var unused = stored.whenComplete((sequence, failure) -> {
            if (failure == null) {
                work.end(Timed.PUBLISH, begun);
                landed(flight, sequence);
            } else {
                failed(flight, failure);
            }
            if (sending != null) {
                forgetOrigins();
                sending.ended(failure);
            }
        });
    }

    /** Of those that the stream has; also where no echo comes. Without the monitor. */
    private void forgetOrigins() {
        monitor.lock();
        try {
            origins.headMap(window.settled(), true).clear();
        } finally {
            monitor.unlock();
        }
    }

    /** Without the monitor. */
    private void landed(FlightWindow.Flight flight, long sequence) {
        switch (window.landed(flight, sequence)) {
            case QUIET -> {}
            case MADE_ROOM -> madeRoom();
            case OUT_OF_ORDER -> failed(flight, new IllegalStateException("the stream has it before an earlier one"));
        }
    }

    private void madeRoom() {
        monitor.lock();
        try {
            if (direct) {
                sendHeld();
            } else {
                monitor.signalAll();
            }
        } finally {
            monitor.unlock();
        }
    }

    private void failed(FlightWindow.Flight flight, Throwable failure) {
        monitor.lock();
        try {
            if (window.isCurrent(flight) && !closed) {
                logger.debug("A change set was not acknowledged; going back to the first such one", failure);
                work.count(Counted.PUBLISH_FAILURES, 1);
                goBack();
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Everything from the first row on that was not acknowledged is sent again. Also without the monitor. */
    void goBack() {
        monitor.lock();
        try {
            work.count(Counted.PUBLISH_RETRIES, 1);
            window.clear();
            sentUpTo = window.settled();
            pausing = true;
            pauseNanos = Math.min(MAX_PAUSE_NANOS, pauseNanos * 2);
            if (command != null) {
                command.sendAgain();
            }
            leaveToThread();
        } finally {
            monitor.unlock();
        }
    }
}
