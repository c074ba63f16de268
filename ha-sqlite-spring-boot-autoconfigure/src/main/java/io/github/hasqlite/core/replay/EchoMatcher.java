package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.LargeMessage;
import io.github.hasqlite.core.changeset.CompressedMessage;
import io.github.hasqlite.core.changeset.Fragment;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.outbox.PendingQueue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/**
 * Tells echoes from what only says so: publisher and counter are not enough, because whoever may
 * publish may forge. Used with the write lock held.
 */
final class EchoMatcher {

    private static final int BUFFER = 64 << 10;

    private final Connection connection;
    private final OutboxTable outbox;
    private final PendingQueue pending;

    EchoMatcher(Connection connection, OutboxTable outbox, PendingQueue pending) {
        this.connection = connection;
        this.outbox = outbox;
        this.pending = pending;
    }

    /**
     * Whether a message is what a row of the outbox holds.
     *
     * @param step where the message's parts are, if it has any
     */
    boolean isEcho(Pending row, InboundMessage received, AppliedState.Step step) throws SQLException {
        byte[] own = pending.message(row.id());
        if (own == null) {
            List<OutboxTable.Row> stored = outbox.read(row.id() - 1, 1);
            if (stored.isEmpty() || stored.get(0).pending().id() != row.id()) {
                return false;
            }
            CompressedMessage large = stored.get(0).large();
            if (large != null) {
                return isEcho(large, received, step);
            }
            own = stored.get(0).message();
        }
        return isEcho(own, received, step);
    }

    /** Whether a message is this one, which this node has published. */
    boolean isEcho(byte[] own, InboundMessage received, AppliedState.Step step) throws SQLException {
        Fragment last = received.part();
        if (last == null) {
            return Arrays.equals(own, received.message().data());
        }
        return last.size() == own.length && isSame(new ByteArrayInputStream(own), message(last, step));
    }

    private boolean isEcho(CompressedMessage own, InboundMessage received, AppliedState.Step step) throws SQLException {
        Fragment last = received.part();
        byte[] whole = received.message().data();
        if (own.size() != (last == null ? whole.length : last.size())) {
            return false;
        }
        try (InputStream published = own.open()) {
            LargeMessage message = last == null ? new InMemory(whole) : message(last, step);
            return isSame(published, message);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private record InMemory(byte[] all) implements LargeMessage {

        @Override
        public int size() {
            return all.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(all);
        }
    }

    private LargeMessage message(Fragment last, AppliedState.Step step) {
        return MessageReader.message(last, step.parts(connection, last.publisher()));
    }

    /** Compares bytes, however many they are, without keeping them. */
    private static boolean isSame(InputStream own, LargeMessage message) throws SQLException {
        try (InputStream other = message.open()) {
            byte[] expected;
            do {
                expected = own.readNBytes(BUFFER);
                if (!Arrays.equals(expected, other.readNBytes(BUFFER))) {
                    return false;
                }
            } while (expected.length > 0);
            return true;
        } catch (IOException e) {
            if (e.getCause() instanceof ChangeSetFormatException) {
                return false;
            }
            throw unreadable(e);
        }
    }

    private static SQLException unreadable(IOException e) {
        return new SQLException("what may be an echo cannot be compared: " + e.getMessage(), e);
    }
}
