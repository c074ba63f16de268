package io.github.hasqlite.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code ha_outbox} as one connection sees it. Rows go in through a view with an INSTEAD OF
 * trigger, because what a trigger inserts leaves {@code last_insert_rowid()} alone. A table WITHOUT
 * ROWID would do so, too, but writes half as many pages again for each row. Not thread-safe.
 */
public final class OutboxTable {

    /** Reading stops with the row that reaches this. */
    private static final long ENOUGH_BYTES = 4L << 20;

    private static final String SELECT =
            "SELECT id, publisher, counter, command, size, message, undo_size, undo FROM main.ha_outbox";

    private final PreparedStatement insert;
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
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TEMP VIEW IF NOT EXISTS ha_outbox_entry AS"
                    + " SELECT id, publisher, counter, command, size, message FROM main.ha_outbox");
            statement.executeUpdate("CREATE TEMP TRIGGER IF NOT EXISTS ha_outbox_append INSTEAD OF INSERT"
                    + " ON temp.ha_outbox_entry BEGIN INSERT INTO main.ha_outbox(id, publisher, counter, command, size,"
                    + " message) VALUES(NEW.id, NEW.publisher, NEW.counter, NEW.command, NEW.size, NEW.message);"
                    + " END");
        }
        insert = connection.prepareStatement(
                "INSERT INTO temp.ha_outbox_entry(id, publisher, counter, command, size, message)"
                        + " VALUES(?,?,?,?,?,?)");
        delete = connection.prepareStatement("DELETE FROM main.ha_outbox WHERE id = ?");
        deleteUpTo = connection.prepareStatement("DELETE FROM main.ha_outbox WHERE id <= ?");
        read = connection.prepareStatement(SELECT + " WHERE id > ? ORDER BY id LIMIT ?");
        readBefore = connection.prepareStatement(SELECT + " WHERE id < ? ORDER BY id DESC LIMIT ?");
        setUndo = connection.prepareStatement("UPDATE main.ha_outbox SET undo_size = ?, undo = ? WHERE id = ?");
    }

    /** Creates the table if it is not there. */
    public static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS main.ha_outbox(id INTEGER PRIMARY KEY,"
                    + " publisher TEXT NOT NULL, counter INTEGER NOT NULL, command INTEGER NOT NULL,"
                    + " size INTEGER NOT NULL, message BLOB NOT NULL, undo_size INTEGER, undo BLOB)");
        }
    }

    /** Adds a row, inside the caller's transaction. */
    public void insert(Pending pending, byte[] message) throws SQLException {
        insert.setLong(1, pending.id());
        insert.setString(2, pending.publisher());
        insert.setLong(3, pending.counter());
        insert.setInt(4, pending.command() ? 1 : 0);
        StoredMessage stored = StoredMessage.of(message);
        insert.setInt(5, stored.size());
        insert.setBytes(6, stored.bytes());
        insert.executeUpdate();
    }

    /** Removes one row, inside the caller's transaction. */
    public void delete(long id) throws SQLException {
        delete.setLong(1, id);
        delete.executeUpdate();
    }

    /** Removes all rows up to and including {@code id}, inside the caller's transaction. */
    public void deleteUpTo(long id) throws SQLException {
        deleteUpTo.setLong(1, id);
        deleteUpTo.executeUpdate();
    }

    /** Reads up to {@code limit} rows after {@code id}, oldest first; fewer if they are large. */
    public List<Row> read(long id, int limit) throws SQLException {
        return read(read, id, limit);
    }

    /** Reads up to {@code limit} rows before {@code id}, newest first; fewer if they are large. */
    public List<Row> readBefore(long id, int limit) throws SQLException {
        return read(readBefore, id, limit);
    }

    private static List<Row> read(PreparedStatement query, long id, int limit) throws SQLException {
        List<Row> rows = new ArrayList<>();
        query.setLong(1, id);
        query.setInt(2, limit);
        long bytes = 0;
        try (ResultSet result = query.executeQuery()) {
            while (bytes < ENOUGH_BYTES && result.next()) {
                byte[] message = new StoredMessage(result.getBytes(6), result.getInt(5)).message();
                byte[] undo = result.getBytes(8);
                rows.add(new Row(
                        pending(result),
                        message,
                        undo == null ? null : new StoredMessage(undo, result.getInt(7)).message()));
                bytes += message.length;
            }
        }
        return rows;
    }

    /**
     * Says what a row's change set did to this database, where that is not what its message says.
     *
     * @param undo a change set of what it did, as a message
     */
    public void setUndo(long id, byte[] undo) throws SQLException {
        StoredMessage stored = StoredMessage.of(undo);
        setUndo.setInt(1, stored.size());
        setUndo.setBytes(2, stored.bytes());
        setUndo.setLong(3, id);
        setUndo.executeUpdate();
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
     * @param undo a change set of what it did to this database; {@code null} if that is what its
     *     message says
     */
    public record Row(Pending pending, byte[] message, byte @Nullable [] undo) {}
}
