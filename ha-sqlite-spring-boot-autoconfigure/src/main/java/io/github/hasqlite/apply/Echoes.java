package io.github.hasqlite.apply;

import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.changeset.Fragment;
import io.github.hasqlite.outbox.OutboxTable;
import io.github.hasqlite.outbox.Pending;
import io.github.hasqlite.outbox.PendingQueue;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/**
 * Tells echoes from what only says so: publisher and counter are not enough, because whoever may
 * publish may forge. Used with the write lock held.
 */
final class Echoes {

    private final Connection connection;
    private final MessageReader reader;
    private final OutboxTable outbox;
    private final PendingQueue pending;

    Echoes(Connection connection, MessageReader reader, OutboxTable outbox, PendingQueue pending) {
        this.connection = connection;
        this.reader = reader;
        this.outbox = outbox;
        this.pending = pending;
    }

    /**
     * Whether a message is what a row of the outbox holds.
     *
     * @param step where the message's parts are, if it has any
     */
    boolean isEcho(Pending row, Received received, AppliedState.Step step) throws SQLException {
        byte[] own = pending.message(row.id());
        if (own == null) {
            List<OutboxTable.Row> stored = outbox.read(row.id() - 1, 1);
            if (stored.isEmpty() || stored.get(0).pending().id() != row.id()) {
                return false;
            }
            own = stored.get(0).message();
        }
        return isEcho(own, received, step);
    }

    /** Whether a message is this one, which this node has published. */
    boolean isEcho(byte[] own, Received received, AppliedState.Step step) throws SQLException {
        Fragment last = received.part();
        if (last == null) {
            return Arrays.equals(own, received.message().data());
        }
        try {
            return Arrays.equals(own, reader.message(last, step.parts(connection, last.publisher())));
        } catch (ChangeSetFormatException e) {
            return false;
        }
    }
}
