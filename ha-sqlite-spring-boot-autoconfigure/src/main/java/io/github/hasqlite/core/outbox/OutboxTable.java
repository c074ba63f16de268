package io.github.hasqlite.core.outbox;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.core.changeset.CompressedMessage;
import io.github.hasqlite.core.changeset.CompressingOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code ha_outbox} and, for what is large, {@code ha_outbox_chunks}, as one connection sees it. Rows go in through a view with an INSTEAD OF
 * trigger, because what a trigger inserts leaves {@code last_insert_rowid()} alone. A table WITHOUT
 * ROWID would do so, too, but writes half as many pages again for each row. Not thread-safe.
 */
public final class OutboxTable {

    /** Reading stops with the row that reaches this. */
    private static final long ENOUGH_BYTES = 4L << 20;

    private static final String SELECT =
            "SELECT id, publisher, counter, command, size, message, undo_size, undo FROM main.ha_outbox";

    private static final String INSERT =
            "INSERT INTO temp.ha_outbox_entry(id, publisher, counter, command, size, message) VALUES(?,?,?,?,?,?)";

    /** In the place of a size: the message is in chunks. What is stored says how, with one byte. */
    private static final byte[] PLAIN = {0};

    private static final byte[] COMPRESSED = {1};

    private final OutboxChunks chunks;
    private final Connection connection;
    private PreparedStatement insert;
    private final PreparedStatement delete;
    private final PreparedStatement deleteUpTo;
    private final PreparedStatement read;
    private final PreparedStatement readBefore;
    private final PreparedStatement setUndo;

    /**
     * Prepares the statements.
     *
     * @throws SQLException if the table is not there; see {@link #create}
     */
    public OutboxTable(Connection connection) throws SQLException {
        this.connection = connection;
        createWayIn(connection);
        chunks = new OutboxChunks(connection);
        insert = connection.prepareStatement(INSERT);
        delete = connection.prepareStatement("DELETE FROM main.ha_outbox WHERE id = ?");
        deleteUpTo = connection.prepareStatement("DELETE FROM main.ha_outbox WHERE id <= ?");
        read = connection.prepareStatement(SELECT + " WHERE id > ? ORDER BY id LIMIT ?");
        readBefore = connection.prepareStatement(SELECT + " WHERE id < ? ORDER BY id DESC LIMIT ?");
        setUndo = connection.prepareStatement("UPDATE main.ha_outbox SET undo_size = ?, undo = ? WHERE id = ?");
    }

    private static void createWayIn(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TEMP VIEW IF NOT EXISTS ha_outbox_entry AS"
                    + " SELECT id, publisher, counter, command, size, message FROM main.ha_outbox");
            statement.executeUpdate("CREATE TEMP TRIGGER IF NOT EXISTS ha_outbox_append INSTEAD OF INSERT"
                    + " ON temp.ha_outbox_entry BEGIN INSERT INTO main.ha_outbox(id, publisher, counter, command, size,"
                    + " message) VALUES(NEW.id, NEW.publisher, NEW.counter, NEW.command, NEW.size, NEW.message);"
                    + " END");
        }
    }

    /**
     * Makes anew what the connection has lost with all else that is temporary: SQLite drops it when the place
     * of temporary storage is changed.
     *
     * @throws SQLException if SQLite refuses
     */
    public void renew() throws SQLException {
        createWayIn(connection);
        insert.close();
        insert = connection.prepareStatement(INSERT);
    }

    /** Creates the tables if they are not there. */
    public static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS main.ha_outbox(id INTEGER PRIMARY KEY,"
                    + " publisher TEXT NOT NULL, counter INTEGER NOT NULL, command INTEGER NOT NULL,"
                    + " size INTEGER NOT NULL, message BLOB NOT NULL, undo_size INTEGER, undo BLOB)");
        }
        OutboxChunks.create(connection);
    }

    /** The names of the tables that {@link #create} creates. */
    public static List<String> tables() {
        return List.of("ha_outbox", "ha_outbox_chunks");
    }

    /**
     * Adds the rows of another database's outbox, without what they did there, inside the caller's
     * transaction.
     *
     * @param database the name under which the other database is attached
     * @param accepted a table of this database with each {@code publisher}'s last accepted {@code counter}
     * @return the rows that were accepted already, and were not added
     */
    public List<Pending> adoptFrom(String database, String accepted) throws SQLException {
        String known = " FROM " + database + ".ha_outbox o WHERE o.counter "
                + "%s coalesce((SELECT a.counter FROM main." + accepted
                + " a WHERE a.publisher = o.publisher), 0) ORDER BY o.id";
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("INSERT INTO main.ha_outbox(id, publisher, counter, command, size, message)"
                    + " SELECT o.id, o.publisher, o.counter, o.command, o.size, o.message"
                    + known.formatted(">"));
            statement.executeUpdate("INSERT INTO main.ha_outbox_chunks SELECT * FROM " + database
                    + ".ha_outbox_chunks WHERE undo = 0 AND id IN (SELECT id FROM main.ha_outbox)");
            try (ResultSet rows =
                    statement.executeQuery("SELECT o.id, o.publisher, o.counter, o.command" + known.formatted("<="))) {
                List<Pending> all = new ArrayList<>();
                while (rows.next()) {
                    all.add(pending(rows));
                }
                return all;
            }
        }
    }

    /** Adds a row, inside the caller's transaction. */
    public void insert(Pending pending, byte[] message) throws SQLException {
        StoredMessage stored = StoredMessage.of(message);
        insert(pending, stored.size(), stored.bytes());
    }

    private void insert(Pending pending, int size, byte[] stored) throws SQLException {
        insert.setLong(1, pending.id());
        insert.setString(2, pending.publisher());
        insert.setLong(3, pending.counter());
        insert.setInt(4, pending.command() ? 1 : 0);
        insert.setInt(5, size);
        insert.setBytes(6, stored);
        insert.executeUpdate();
    }

    /**
     * Adds a row for a large change set, inside the caller's transaction, without holding its message in
     * memory.
     *
     * @throws SQLException if it cannot be written; then nothing of it is left
     * @throws IllegalArgumentException if it is more than any node would read; then neither
     */
    public void insertLarge(Pending pending, ChangeSet changeSet, ChangeSetSerializer serializer) throws SQLException {
        boolean inserted = false;
        try {
            CompressingOutputStream compressed = writeChunks(pending.id(), changeSet, serializer, true);
            if (compressed.isWorthwhile()) {
                insert(pending, -compressed.size(), COMPRESSED);
            } else {
                chunks.delete(pending.id());
                insert(
                        pending,
                        -writeChunks(pending.id(), changeSet, serializer, false).size(),
                        PLAIN);
            }
            inserted = true;
        } finally {
            if (!inserted) {
                chunks.delete(pending.id());
            }
        }
    }

    private CompressingOutputStream writeChunks(
            long id, ChangeSet changeSet, ChangeSetSerializer serializer, boolean compressed) throws SQLException {
        try (CompressingOutputStream out = new CompressingOutputStream(chunks.write(id), compressed)) {
            serializer.serialize(changeSet, out);
            out.close();
            return out;
        } catch (IOException e) {
            throw e.getCause() instanceof SQLException cause
                    ? cause
                    : new SQLException("a large change set cannot be written to the outbox: " + e.getMessage(), e);
        }
    }

    /** Removes one row, inside the caller's transaction. */
    public void delete(long id) throws SQLException {
        delete.setLong(1, id);
        delete.executeUpdate();
        chunks.delete(id);
    }

    /** Removes all rows up to and including {@code id}, inside the caller's transaction. */
    public void deleteUpTo(long id) throws SQLException {
        deleteUpTo.setLong(1, id);
        deleteUpTo.executeUpdate();
        chunks.deleteUpTo(id);
    }

    /** Reads up to {@code limit} rows after {@code id}, oldest first; fewer if they are large. */
    public List<Row> read(long id, int limit) throws SQLException {
        return read(read, id, limit);
    }

    /** Reads up to {@code limit} rows before {@code id}, newest first; fewer if they are large. */
    public List<Row> readBefore(long id, int limit) throws SQLException {
        return read(readBefore, id, limit);
    }

    private List<Row> read(PreparedStatement query, long id, int limit) throws SQLException {
        List<Row> rows = new ArrayList<>();
        query.setLong(1, id);
        query.setInt(2, limit);
        long bytes = 0;
        try (ResultSet result = query.executeQuery()) {
            while (bytes < ENOUGH_BYTES && result.next()) {
                Row row = row(result);
                rows.add(row);
                bytes += row.message.length;
            }
        }
        return rows;
    }

    private Row row(ResultSet result) throws SQLException {
        Pending pending = pending(result);
        int size = result.getInt(5);
        byte[] stored = result.getBytes(6);
        int undoSize = result.getInt(7);
        byte[] undo = result.getBytes(8);
        return new Row(
                pending,
                size < 0 ? new byte[0] : new StoredMessage(stored, size).message(),
                size < 0
                        ? new CompressedMessage(Arrays.equals(stored, COMPRESSED), -size, chunks.bytes(pending.id()))
                        : null,
                undo == null || undoSize < 0 ? null : new StoredMessage(undo, undoSize).message(),
                undo == null ? 0 : Math.max(0, -undoSize));
    }

    /**
     * Says what a row's change set did to this database, where that is not what its message says.
     *
     * @param undo a change set of what it did, as a message
     */
    public void setUndo(long id, byte[] undo) throws SQLException {
        chunks.deleteUndo(id);
        StoredMessage stored = StoredMessage.of(undo);
        setUndo(id, stored.size(), stored.bytes());
    }

    private void setUndo(long id, int size, byte[] stored) throws SQLException {
        setUndo.setInt(1, size);
        setUndo.setBytes(2, stored);
        setUndo.setLong(3, id);
        setUndo.executeUpdate();
    }

    /**
     * Says the same in pieces, for what is too large to be held in memory: call it for each piece, in the
     * order in which it happened.
     *
     * @param number which piece, from 0; the first takes the place of all that was said before
     * @param undo a change set of what this piece did, as a message
     */
    public void addUndo(long id, int number, byte[] undo) throws SQLException {
        if (number == 0) {
            chunks.deleteUndo(id);
        }
        chunks.addUndo(id, number, undo);
        setUndo(id, -(number + 1), new byte[0]);
    }

    /**
     * One of the pieces of what a row did to this database, as a message.
     *
     * @param number which piece, from 0
     */
    public byte[] undo(long id, int number) throws SQLException {
        return chunks.undo(id, number);
    }

    /** All that is pending, oldest first, without the messages. */
    public static List<Pending> pending(Connection connection) throws SQLException {
        List<Pending> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT id, publisher, counter, command FROM main.ha_outbox ORDER BY id")) {
            while (result.next()) {
                all.add(pending(result));
            }
        }
        return all;
    }

    private static Pending pending(ResultSet result) throws SQLException {
        return new Pending(result.getLong(1), result.getString(2), result.getLong(3), result.getBoolean(4));
    }

    /**
     * A row of the table.
     *
     * @param message what is published; empty if it is large
     * @param large the message of a large change set, to be read through this table as long as the row is
     *     there; {@code null} if it is not large
     * @param undo a change set of what it did to this database; {@code null} if that is what its
     *     message says, or it is in pieces
     * @param undoPieces in how many {@linkplain OutboxTable#undo pieces} that is; 0 if it is not
     */
    public record Row(
            Pending pending,
            byte[] message,
            @Nullable CompressedMessage large,
            byte @Nullable [] undo,
            int undoPieces) {

        /**
         * The change set of the message.
         *
         * @throws ChangeSetFormatException if it is none
         * @throws SQLException if it cannot be read
         */
        public ChangeSet changeSet(ChangeSetSerializer serializer) throws ChangeSetFormatException, SQLException {
            CompressedMessage stored = large;
            if (stored == null) {
                return serializer.deserialize(message);
            }
            try {
                return serializer.deserialize(stored);
            } catch (IOException e) {
                throw new SQLException("a large change set cannot be read from the outbox: " + e.getMessage(), e);
            }
        }
    }
}
