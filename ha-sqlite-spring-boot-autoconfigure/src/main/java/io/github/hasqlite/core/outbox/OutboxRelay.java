package io.github.hasqlite.core.outbox;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.core.changeset.CompressedMessage;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.NodeThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the outbox in order. While all goes well the committing threads hand their change sets to
 * the publisher themselves, which saves two hand-overs between threads. After a failure, or with more
 * in flight than the window allows, a thread of its own reads the outbox from the first change set
 * that was not acknowledged on, until it has caught up. The same thread sends what is too large for
 * one message, in parts: the stream has a change set when it has all its parts, and if one is not
 * acknowledged, all are sent again.
 *
 * <p>Thread-safe.
 */
public final class OutboxRelay implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(OutboxRelay.class);

    private static final int READ_AHEAD = 128;
    private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1_000);

    private static final long CLEANING_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /**
     * While something is on its way, what is committed meanwhile is held back and sent together: at
     * the latest when this many have gathered, or when everything before has arrived. It costs one
     * round trip of delay and saves waking half a dozen threads for each change set.
     */
    private static final int BUNCH = 32;

    /**
     * When a change set is sent from its first part again, also after the machine has slept: nodes keep
     * parts for a day of the stream's time, so this leaves much room.
     */
    private static final long MAX_MILLIS_BETWEEN_PARTS = TimeUnit.HOURS.toMillis(1);

    /** More than this is read from the outbox again instead of being held in memory. */
    private static final int MAX_HELD = 1_024;

    /** Reading one large row takes less. */
    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final OutboxTable table;
    private final PendingQueue pending;
    private final Removal removal;
    private final ChangeSetPublisher publisher;
    private final ChangeSetSerializer serializer;
    private final FlightWindow window;
    private final NodeRuntime runtime;
    private final Monitor monitor;
    private final NodeThread thread;

    private boolean started;
    /** The newest row that was in the outbox at the start. */
    private long leftover;

    private boolean closed;
    /** Committing threads publish themselves. */
    private boolean direct;

    private long lastCommitted;
    private long sentUpTo;
    private String lastPublisher = "";
    private long pauseNanos = MIN_PAUSE_NANOS;
    private boolean pausing;
    private @Nullable Command command;
    private final Deque<Held> held = new ArrayDeque<>();

    /** Committed, and not sent yet. */
    private record Held(long id, ChangeSet changeSet, byte[] message) {}

    /** A change set with a command, published behind the outbox without being in it. */
    private static final class Command {
        final ChangeSet changeSet;
        final byte[] message;
        boolean sentNow;
        boolean everSent;

        Command(ChangeSet changeSet, byte[] message) {
            this.changeSet = changeSet;
            this.message = message;
        }
    }

    /** Takes rows out of the outbox that no echo will take out. */
    @FunctionalInterface
    public interface Removal {

        /**
         * Removes rows, with the write lock held.
         *
         * @param outbox where from
         * @param id the last row to be removed
         */
        void upTo(OutboxTable outbox, long id) throws SQLException, InterruptedException;
    }

    /**
     * Makes a relay that does not publish yet.
     *
     * @param table the outbox through a connection of the relay's own
     * @param pending the same in memory
     * @param removal takes out what no echo will take out
     * @param runtime in whose time and with whose threads it works
     */
    public OutboxRelay(
            OutboxTable table,
            PendingQueue pending,
            Removal removal,
            ChangeSetPublisher publisher,
            ChangeSetSerializer serializer,
            NodeRuntime runtime) {
        this.table = table;
        this.pending = pending;
        this.removal = removal;
        this.publisher = publisher;
        this.serializer = serializer;
        this.runtime = runtime;
        this.monitor = runtime.monitor();
        this.window = new FlightWindow(runtime);
        this.thread = runtime.thread("ha-sqlite-relay", this::run);
    }

    /**
     * Begins to publish. Call it when the node has caught up, so that only what has not come back is
     * published again.
     *
     * @param echoedUpTo the id of the newest row known to be in the stream, 0 if none
     */
    public void start(long echoedUpTo) {
        monitor.lock();
        try {
            if (!started) {
                started = true;
                leftover = pending.nextId() - 1;
                sentUpTo = Math.max(sentUpTo, echoedUpTo);
                window.settle(sentUpTo);
                thread.start();
            }
        } finally {
            monitor.unlock();
        }
    }

    /**
     * A row was committed. Called in commit order, with the write lock held; so nothing is sent yet, see
     * {@link #flush}.
     *
     * @param message the row's message
     */
    public void committed(Pending pending, ChangeSet changeSet, byte[] message) {
        monitor.lock();
        try {
            lastCommitted = pending.id();
            if (!direct) {
                monitor.signalAll();
            } else if (!publisher.isConnected()
                    || held.size() >= MAX_HELD
                    || message.length > publisher.maxMessageBytes()) {
                leaveToThread();
            } else {
                held.addLast(new Held(pending.id(), changeSet, message));
            }
        } finally {
            monitor.unlock();
        }
    }

    /**
     * A row with a large change set was committed. Called like {@link #committed(Pending, ChangeSet,
     * byte[])}.
     */
    public void committed(Pending pending) {
        monitor.lock();
        try {
            lastCommitted = pending.id();
            if (direct) {
                leaveToThread();
            } else {
                monitor.signalAll();
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Sends what was committed, unless it is worth waiting for company. Called without the write lock. */
    public void flush() {
        monitor.lock();
        try {
            if (direct && (window.isEmpty() || held.size() >= BUNCH)) {
                sendHeld();
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Sends what was held back while something was on its way. */
    private void sendHeld() {
        while (!held.isEmpty() && window.hasRoom(held.getFirst().message.length)) {
            Held next = held.removeFirst();
            send(next.id, next.changeSet, next.message);
        }
    }

    private void leaveToThread() {
        direct = false;
        held.clear();
        monitor.signalAll();
    }

    /** The echo of this row came: it and all before it are in the stream, in order. */
    public void echoed(long id) {
        monitor.lock();
        try {
            window.settle(id);
            sentUpTo = Math.max(sentUpTo, id);
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Waits until the stream has this row.
     *
     * @param timeoutNanos how long to wait
     * @return whether it has
     */
    public boolean await(long id, long timeoutNanos) throws InterruptedException {
        return window.await(id, timeoutNanos);
    }

    /** The newest row of which it is known that it and all before it are in the stream. */
    public long settled() {
        return window.settled();
    }

    // ---- commands

    /** Publishes a change set behind everything in the outbox. The write lock must be held meanwhile. */
    public void publishCommand(ChangeSet changeSet, byte[] message) {
        monitor.lock();
        try {
            command = new Command(changeSet, message);
            leaveToThread();
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Stops publishing the command.
     *
     * @return whether it may be in the stream
     */
    public boolean withdrawCommand() {
        monitor.lock();
        try {
            Command withdrawn = command;
            command = null;
            return withdrawn != null && withdrawn.everSent;
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Publishes a message that is not in the outbox and in no order with what is. The write lock must be held.
     *
     * @param changeSet what it says
     * @return as {@link ChangeSetPublisher#publish(ChangeSet, byte[])} says; it is not published again
     */
    public CompletableFuture<Long> publishBeside(ChangeSet changeSet, byte[] message) {
        monitor.lock();
        try {
            return publisher.publish(changeSet, message);
        } finally {
            monitor.unlock();
        }
    }

    // ---- the thread

    private void run() {
        while (true) {
            try {
                if (!awaitWork()) {
                    return;
                }
                relay();
            } catch (InterruptedException e) {
                return;
            } catch (SQLException | ChangeSetFormatException | RuntimeException e) {
                logger.error("Reading the outbox failed; trying again", e);
                monitor.lock();
                try {
                    goBack();
                } finally {
                    monitor.unlock();
                }
            }
        }
    }

    private boolean awaitWork() throws InterruptedException {
        monitor.lock();
        try {
            while (!closed && direct && !hasAcknowledgedRows()) {
                if (publisher.echoes()) {
                    monitor.await();
                } else {
                    monitor.await(CLEANING_NANOS);
                }
            }
            while (!closed && (pausing || !publisher.isConnected())) {
                pausing = false;
                monitor.await(pauseNanos);
            }
            return !closed;
        } finally {
            monitor.unlock();
        }
    }

    private boolean hasAcknowledgedRows() {
        return !publisher.echoes() && pending.firstId() <= window.settled();
    }

    /** Where no echo comes, the acknowledgement takes a row out of the outbox. */
    private void removeAcknowledgedRows() throws SQLException, InterruptedException {
        long settled = window.settled();
        removal.upTo(table, settled);
        pending.removeUpTo(settled);
    }

    private void relay() throws SQLException, ChangeSetFormatException, InterruptedException {
        if (hasAcknowledgedRows()) {
            removeAcknowledgedRows();
        }
        long from;
        long generation;
        monitor.lock();
        try {
            from = sentUpTo;
            generation = window.generation();
        } finally {
            monitor.unlock();
        }
        List<OutboxTable.Row> rows = table.read(from, READ_AHEAD);
        for (OutboxTable.Row row : rows) {
            if (!send(row, generation)) {
                return;
            }
        }
        if (rows.isEmpty()) {
            caughtUp(generation);
        }
    }

    /** Sends a row; {@code false} if what was read is no longer what to send. */
    private boolean send(OutboxTable.Row row, long generation)
            throws SQLException, ChangeSetFormatException, InterruptedException {
        try {
            return send(row.pending(), freight(row), generation);
        } catch (SQLException | UncheckedIOException e) {
            monitor.lock();
            try {
                if (row.pending().id() <= sentUpTo) {
                    // its echo came and took it out of the outbox
                    return false;
                }
            } finally {
                monitor.unlock();
            }
            throw e;
        }
    }

    private boolean send(Pending sent, OutgoingMessage freight, long generation) throws InterruptedException {
        long sentAt = runtime.currentTimeMillis();
        for (int number = 1; number <= freight.pieces(); number++) {
            if (freight.isInParts() && runtime.currentTimeMillis() - sentAt > MAX_MILLIS_BETWEEN_PARTS) {
                monitor.lock();
                try {
                    // the nodes may have given it up: they do not wait for ever
                    goBack();
                } finally {
                    monitor.unlock();
                }
                return false;
            }
            sentAt = runtime.currentTimeMillis();
            byte[] piece = freight.piece(number);
            monitor.lock();
            try {
                if (!awaitRoom(sent, freight.isInParts(), piece.length, generation)) {
                    return false;
                }
                lastPublisher = sent.publisher();
                if (number == freight.pieces()) {
                    send(sent.id(), freight.changeSet(), piece);
                } else {
                    track(window.add(FlightWindow.NO_ROW, piece.length), freight.changeSet(), piece);
                }
            } finally {
                monitor.unlock();
            }
        }
        return true;
    }

    private OutgoingMessage freight(OutboxTable.Row row) throws SQLException, ChangeSetFormatException {
        ChangeSet changeSet = row.changeSet(serializer);
        CompressedMessage large = row.large();
        if (large == null) {
            return freight(changeSet, row.message());
        }
        try {
            return OutgoingMessage.of(changeSet, large, publisher.maxMessageBytes());
        } catch (IOException e) {
            throw new SQLException("a large change set cannot be read from the outbox: " + e.getMessage(), e);
        }
    }

    private OutgoingMessage freight(ChangeSet changeSet, byte[] message) {
        return OutgoingMessage.of(changeSet, message, publisher.maxMessageBytes());
    }

    /** Waits for a place in flight; {@code false} if what was read is no longer what to send. */
    private boolean awaitRoom(Pending row, boolean part, int size, long generation) throws InterruptedException {
        // an earlier start's change sets must all be in the stream before the first of this one
        boolean alone = !row.publisher().equals(lastPublisher);
        while (!closed
                && window.generation() == generation
                && row.id() > sentUpTo
                && (alone ? !window.isEmpty() : !hasRoom(part, size))) {
            monitor.await(MAX_PAUSE_NANOS);
        }
        return !closed && window.generation() == generation && row.id() > sentUpTo;
    }

    private boolean hasRoom(boolean part, int size) {
        return part ? window.hasRoomForPart(size) : window.hasRoom(size);
    }

    private void caughtUp(long generation) throws InterruptedException {
        Command waiting;
        monitor.lock();
        try {
            while (!closed && !window.isEmpty() && window.settled() < leftover) {
                // before an earlier start's change sets are in the stream, none of this one may get there
                monitor.await(MAX_PAUSE_NANOS);
            }
            if (direct || window.generation() != generation || lastCommitted > sentUpTo) {
                return;
            }
            waiting = command;
            if (waiting == null || waiting.sentNow) {
                direct = true;
                pauseNanos = MIN_PAUSE_NANOS;
                return;
            }
        } finally {
            monitor.unlock();
        }
        send(waiting, generation);
    }

    /** Sends the command, as long as nobody withdraws it. */
    private void send(Command sent, long generation) throws InterruptedException {
        OutgoingMessage freight = freight(sent.changeSet, sent.message);
        for (int number = 1; number <= freight.pieces(); number++) {
            byte[] piece = freight.piece(number);
            monitor.lock();
            try {
                while (isCurrent(sent, generation) && !hasRoom(freight.isInParts(), piece.length)) {
                    monitor.await(MAX_PAUSE_NANOS);
                }
                if (!isCurrent(sent, generation)) {
                    return;
                }
                sent.everSent = true;
                sent.sentNow = number == freight.pieces();
                track(window.add(FlightWindow.NO_ROW, piece.length), freight.changeSet(), piece);
            } finally {
                monitor.unlock();
            }
        }
    }

    private boolean isCurrent(Command sent, long generation) {
        return !closed && command == sent && window.generation() == generation;
    }

    // ---- sending, always with the monitor held

    private void send(long id, ChangeSet changeSet, byte[] message) {
        sentUpTo = id;
        track(window.add(id, message.length), changeSet, message);
    }

    private void track(FlightWindow.Flight flight, ChangeSet changeSet, byte[] message) {
        CompletableFuture<Long> stored;
        try {
            stored = publisher.publish(changeSet, message);
        } catch (RuntimeException e) {
            stored = CompletableFuture.failedFuture(e);
        }
        var unused = stored.whenComplete((sequence, failure) -> {
            if (failure == null) {
                landed(flight, sequence);
            } else {
                failed(flight, failure);
            }
        });
    }

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
                goBack();
            }
        } finally {
            monitor.unlock();
        }
    }

    private void goBack() {
        monitor.lock();
        try {
            window.clear();
            sentUpTo = window.settled();
            pausing = true;
            pauseNanos = Math.min(MAX_PAUSE_NANOS, pauseNanos * 2);
            if (command != null) {
                command.sentNow = false;
            }
            leaveToThread();
        } finally {
            monitor.unlock();
        }
    }

    /** Stops publishing. Afterwards the connection of the outbox is not used any more. */
    @Override
    public void close() {
        monitor.lock();
        try {
            closed = true;
            direct = false;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
        window.close();
        thread.interrupt();
        try {
            thread.join(FAREWELL_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
