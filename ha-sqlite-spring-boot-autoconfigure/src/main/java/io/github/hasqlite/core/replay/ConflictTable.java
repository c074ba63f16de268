package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.Conflict.Kind;
import io.github.hasqlite.core.apply.LazyStatement;
import io.github.hasqlite.core.apply.Overwritten;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code ha_conflicts}: what was overwritten unseen (rule R8). It is the same on all nodes,
 * but for conflicts of what is still pending here, which have no place in the stream yet and are
 * noted anew each time that is put back in. Not thread-safe; used inside the applier's transactions.
 */
final class ConflictTable {

    /** By the stream's clock, so that all nodes forget the same. */
    private static final long MAX_AGE_NANOS = TimeUnit.DAYS.toNanos(7);

    /** Old ones are looked for once in so many new ones. */
    private static final int PRUNE_EVERY = 256;

    private final Connection connection;
    private final ChangeSetSerializer serializer;
    private final LazyStatement insert;
    private final LazyStatement forget;
    private boolean provisional;
    private int recorded;

    ConflictTable(org.sqlite.SQLiteConnection connection, ChangeSetSerializer serializer) throws SQLException {
        this.connection = connection;
        this.serializer = serializer;
        this.insert = new LazyStatement(
                connection,
                () -> "INSERT OR REPLACE INTO main.ha_conflicts(publisher, counter, number, change, sequence, at_ns,"
                        + " node, table_name, kind, losing) VALUES(?,?,?,?,?,?,?,?,?,?)");
        this.forget = new LazyStatement(
                connection,
                () -> "DELETE FROM main.ha_conflicts WHERE publisher = ? AND counter = ? AND sequence IS NULL");
        reload();
    }

    /** Looks anew whether what was overwritten by pending change sets is noted. */
    final void reload() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT EXISTS (SELECT 1 FROM main.ha_conflicts WHERE sequence IS NULL)")) {
            provisional = rows.getBoolean(1);
        }
    }

    /** Forgets what was overwritten by pending change sets, inside the caller's transaction. */
    void forgetProvisional() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("DELETE FROM main.ha_conflicts WHERE sequence IS NULL");
        }
        provisional = false;
    }

    /** Creates the table if it is not there. */
    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS main.ha_conflicts(publisher TEXT NOT NULL,"
                    + " counter INTEGER NOT NULL, number INTEGER NOT NULL, change INTEGER NOT NULL, sequence INTEGER,"
                    + " at_ns INTEGER, node TEXT NOT NULL, table_name TEXT NOT NULL, kind TEXT NOT NULL, losing TEXT,"
                    + " PRIMARY KEY(publisher, counter, number)) WITHOUT ROWID");
        }
    }

    /**
     * Notes what a pending change set overwrote when it was put back in, in place of what it did before.
     */
    void recordProvisional(ChangeSet changeSet, List<Overwritten.Row> rows) throws SQLException {
        if (provisional) {
            forget(changeSet);
        }
        if (!rows.isEmpty()) {
            provisional = true;
            insert(changeSet, changeSet.counter(), rows, null);
        }
    }

    /**
     * Notes what a change set overwrote at its place in the stream.
     *
     * @param atNs when the stream stored it, nanoseconds since 1970
     */
    List<Conflict> record(ChangeSet changeSet, List<Overwritten.Row> rows, long atNs) throws SQLException {
        if (provisional) {
            forget(changeSet);
        }
        if (rows.isEmpty()) {
            return List.of();
        }
        // messages of the Go implementation do not count
        long counter = changeSet.publisher().isEmpty() ? changeSet.streamSequence() : changeSet.counter();
        insert(changeSet, counter, rows, atNs);
        prune(connection, rows.size(), atNs);
        List<Conflict> conflicts = new ArrayList<>();
        for (Overwritten.Row row : rows) {
            conflicts.add(new Conflict(
                    row.kind(),
                    row.table(),
                    row.change(),
                    row.losing(),
                    changeSet.node(),
                    changeSet.publisher(),
                    changeSet.counter(),
                    changeSet.streamSequence()));
        }
        return conflicts;
    }

    /**
     * A pending change set has come back from the stream: what it overwrote is certain now.
     *
     * @param through the connection whose transaction deals with the echo
     */
    List<Conflict> settle(Connection through, InboundMessage echo) throws SQLException {
        if (!provisional) {
            return List.of();
        }
        long sequence = echo.sequence();
        long atNs = echo.message().timestampNs();
        try (PreparedStatement update = through.prepareStatement("UPDATE main.ha_conflicts SET sequence = ?, at_ns = ?"
                + " WHERE publisher = ? AND counter = ? AND sequence IS NULL")) {
            update.setLong(1, sequence);
            update.setLong(2, atNs);
            update.setString(3, echo.publisher());
            update.setLong(4, echo.counter());
            if (update.executeUpdate() == 0) {
                return List.of();
            }
        }
        List<Conflict> conflicts = new ArrayList<>();
        try (PreparedStatement query = through.prepareStatement("SELECT change, node, table_name, kind, losing FROM"
                + " main.ha_conflicts WHERE publisher = ? AND counter = ? ORDER BY number")) {
            query.setString(1, echo.publisher());
            query.setLong(2, echo.counter());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    conflicts.add(new Conflict(
                            Kind.valueOf(rows.getString(4)),
                            rows.getString(3),
                            rows.getInt(1),
                            losing(rows.getString(5)),
                            rows.getString(2),
                            echo.publisher(),
                            echo.counter(),
                            sequence));
                }
            }
        }
        prune(through, conflicts.size(), atNs);
        return conflicts;
    }

    private void forget(ChangeSet changeSet) throws SQLException {
        PreparedStatement delete = forget.get();
        delete.setString(1, changeSet.publisher());
        delete.setLong(2, changeSet.counter());
        delete.executeUpdate();
    }

    private void insert(ChangeSet changeSet, long counter, List<Overwritten.Row> rows, @Nullable Long atNs)
            throws SQLException {
        PreparedStatement statement = insert.get();
        for (int i = 0; i < rows.size(); i++) {
            Overwritten.Row row = rows.get(i);
            statement.setString(1, changeSet.publisher());
            statement.setLong(2, counter);
            statement.setInt(3, i);
            statement.setInt(4, row.change());
            statement.setObject(5, atNs == null ? null : changeSet.streamSequence());
            statement.setObject(6, atNs);
            statement.setString(7, changeSet.node());
            statement.setString(8, row.table());
            statement.setString(9, row.kind().name());
            statement.setString(10, losing(changeSet, row.losing()));
            statement.executeUpdate();
        }
    }

    /** The losing row in the form of a message, so that it can be read like one. */
    private @Nullable String losing(ChangeSet changeSet, @Nullable Change losing) {
        return losing == null
                ? null
                : new String(serializer.serialize(changeSet.withChanges(List.of(losing))), StandardCharsets.UTF_8);
    }

    private @Nullable Change losing(@Nullable String stored) throws SQLException {
        try {
            return stored == null
                    ? null
                    : serializer
                            .deserialize(stored.getBytes(StandardCharsets.UTF_8))
                            .changes()
                            .get(0);
        } catch (ChangeSetFormatException e) {
            throw new SQLException("ha_conflicts holds what is no row", e);
        }
    }

    private void prune(Connection through, int more, long nowNs) throws SQLException {
        recorded += more;
        if (recorded >= PRUNE_EVERY) {
            recorded = 0;
            try (PreparedStatement delete = through.prepareStatement("DELETE FROM main.ha_conflicts WHERE at_ns < ?")) {
                delete.setLong(1, nowNs - MAX_AGE_NANOS);
                delete.executeUpdate();
            }
        }
    }
}
