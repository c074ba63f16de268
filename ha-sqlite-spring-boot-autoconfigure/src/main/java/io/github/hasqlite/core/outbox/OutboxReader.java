package io.github.hasqlite.core.outbox;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.core.changeset.CompressedMessage;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the relay's thread does: it reads the outbox from the first row on that was not acknowledged, sends it, and
 * then the command that waits behind it, until it has caught up with the committing threads.
 */
final class OutboxReader implements Runnable {

    private static final Logger logger = LoggerFactory.getLogger(OutboxReader.class);

    private static final int READ_AHEAD = 128;

    private static final long CLEANING_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /**
     * When a change set is sent from its first part again, also after the machine has slept: nodes keep
     * parts for a day of the stream's time, so this leaves much room.
     */
    private static final long MAX_MILLIS_BETWEEN_PARTS = TimeUnit.HOURS.toMillis(1);

    private final OutboxTable table;
    private final PendingQueue pending;
    private final OutboxRelay.Removal removal;
    private final ChangeSetPublisher publisher;
    private final ChangeSetSerializer serializer;
    private final NodeRuntime runtime;
    private final Dispatch dispatch;
    private final FlightWindow window;
    private final Monitor monitor;
    /** The newest row that was in the outbox at the start. */
    private long leftover;

    private String lastPublisher = "";

    OutboxReader(
            OutboxTable table,
            PendingQueue pending,
            OutboxRelay.Removal removal,
            ChangeSetPublisher publisher,
            ChangeSetSerializer serializer,
            NodeRuntime runtime,
            Dispatch dispatch) {
        this.table = table;
        this.pending = pending;
        this.removal = removal;
        this.publisher = publisher;
        this.serializer = serializer;
        this.runtime = runtime;
        this.dispatch = dispatch;
        this.window = dispatch.window;
        this.monitor = dispatch.monitor;
    }

    /** Before the thread runs: what is in the outbox now must be in the stream before anything newer. */
    void begin() {
        leftover = pending.nextId() - 1;
    }

    @Override
    public void run() {
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
                dispatch.goBack();
            }
        }
    }

    private boolean awaitWork() throws InterruptedException {
        monitor.lock();
        try {
            while (!dispatch.isClosed() && dispatch.isDirect() && !hasAcknowledgedRows()) {
                if (publisher.echoes()) {
                    monitor.await();
                } else {
                    monitor.await(CLEANING_NANOS);
                }
            }
            dispatch.awaitConnection();
            return !dispatch.isClosed();
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
            from = dispatch.sentUpTo();
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
            return send(outgoing(row), new RowToSend(row.pending()), generation);
        } catch (SQLException | UncheckedIOException e) {
            monitor.lock();
            try {
                if (row.pending().id() <= dispatch.sentUpTo()) {
                    // its echo came and took it out of the outbox
                    return false;
                }
            } finally {
                monitor.unlock();
            }
            throw e;
        }
    }

    private OutgoingMessage outgoing(OutboxTable.Row row) throws SQLException, ChangeSetFormatException {
        ChangeSet changeSet = row.changeSet(serializer);
        CompressedMessage large = row.large();
        if (large == null) {
            return OutgoingMessage.of(changeSet, row.message(), publisher.maxMessageBytes());
        }
        try {
            return OutgoingMessage.of(changeSet, large, publisher.maxMessageBytes());
        } catch (IOException e) {
            throw new SQLException("a large change set cannot be read from the outbox: " + e.getMessage(), e);
        }
    }

    private void caughtUp(long generation) throws InterruptedException {
        CommandToPublish waiting;
        monitor.lock();
        try {
            while (!dispatch.isClosed() && !window.isEmpty() && window.settled() < leftover) {
                // before an earlier start's change sets are in the stream, none of this one may get there
                monitor.await(Dispatch.MAX_PAUSE_NANOS);
            }
            if (dispatch.isDirect() || window.generation() != generation || dispatch.isBehind()) {
                return;
            }
            waiting = dispatch.command();
            if (waiting == null || waiting.isSent()) {
                dispatch.leaveToCommitters();
                return;
            }
        } finally {
            monitor.unlock();
        }
        send(waiting.outgoing(publisher.maxMessageBytes()), new CommandToSend(waiting), generation);
    }

    // ---- one message, piece by piece

    /** What a message is, of which the pieces are sent. With the dispatch's monitor held. */
    private interface ToSend {

        /** Whether it is still to be sent. */
        boolean isWanted();

        /** Whether it must be alone on its way. */
        boolean isAlone();

        /** Gives a piece to the publisher. */
        void send(ChangeSet changeSet, byte[] piece, boolean last);
    }

    private final class RowToSend implements ToSend {

        private final Pending row;

        RowToSend(Pending row) {
            this.row = row;
        }

        @Override
        public boolean isWanted() {
            return row.id() > dispatch.sentUpTo();
        }

        /** An earlier start's change sets must all be in the stream before the first of this one. */
        @Override
        public boolean isAlone() {
            return !row.publisher().equals(lastPublisher);
        }

        @Override
        public void send(ChangeSet changeSet, byte[] piece, boolean last) {
            lastPublisher = row.publisher();
            if (last) {
                dispatch.sendRow(row.id(), changeSet, piece);
            } else {
                dispatch.sendBetween(changeSet, piece);
            }
        }
    }

    private final class CommandToSend implements ToSend {

        private final CommandToPublish command;

        CommandToSend(CommandToPublish command) {
            this.command = command;
        }

        @Override
        public boolean isWanted() {
            return dispatch.command() == command;
        }

        @Override
        public boolean isAlone() {
            return false;
        }

        @Override
        public void send(ChangeSet changeSet, byte[] piece, boolean last) {
            command.sent(last);
            if (last) {
                dispatch.sendCommand(command, changeSet, piece);
            } else {
                dispatch.sendBetween(changeSet, piece);
            }
        }
    }

    /** Sends a message; {@code false} if it is no longer what to send. */
    private boolean send(OutgoingMessage message, ToSend what, long generation) throws InterruptedException {
        long sentAt = runtime.currentTimeMillis();
        for (int number = 1; number <= message.pieces(); number++) {
            if (message.isInParts() && runtime.currentTimeMillis() - sentAt > MAX_MILLIS_BETWEEN_PARTS) {
                // the nodes may have given it up: they do not wait for ever
                dispatch.goBack();
                return false;
            }
            sentAt = runtime.currentTimeMillis();
            byte[] piece = message.piece(number);
            monitor.lock();
            try {
                while (isCurrent(what, generation) && !hasRoom(what, message.isInParts(), piece.length)) {
                    monitor.await(Dispatch.MAX_PAUSE_NANOS);
                }
                if (!isCurrent(what, generation)) {
                    return false;
                }
                what.send(message.changeSet(), piece, number == message.pieces());
            } finally {
                monitor.unlock();
            }
        }
        return true;
    }

    private boolean isCurrent(ToSend what, long generation) {
        return !dispatch.isClosed() && window.generation() == generation && what.isWanted();
    }

    private boolean hasRoom(ToSend what, boolean part, int size) {
        if (what.isAlone()) {
            return window.isEmpty();
        }
        return part ? window.hasRoomForPart(size) : window.hasRoom(size);
    }
}
