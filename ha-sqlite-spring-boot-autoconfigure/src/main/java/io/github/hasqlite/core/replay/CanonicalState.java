package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConnection;

/**
 * Takes what is pending out of a copy of a node's database, which leaves the canonical state, and puts
 * what is pending on a node on top of a canonical state that comes from another one (rules R5 and R11).
 * Works on a file that nobody else has open. Not thread-safe.
 */
public final class CanonicalState implements AutoCloseable {

    private final SQLiteConnection connection;
    private final ChangeSetApplication application;
    private final OutboxTable outbox;
    private final ConflictTable conflicts;
    private final Rebase rebase;
    private final AppliedState state;

    /**
     * Looks at a copy.
     *
     * @param connection to the copy; stays open
     * @param application applies through {@code connection}, as this cluster's nodes do; closed with this
     * @param runtime the node's
     * @throws SQLException if the database cannot be read, or is no node's
     */
    public CanonicalState(
            SQLiteConnection connection,
            ChangeSetApplication application,
            ChangeSetSerializer serializer,
            NodeRuntime runtime)
            throws SQLException {
        this.state = new AppliedState(runtime);
        this.connection = connection;
        this.application = application;
        this.outbox = new OutboxTable(connection);
        this.conflicts = new ConflictTable(connection, serializer);
        this.rebase = new Rebase(application, outbox, serializer, conflicts);
        state.load(connection);
    }

    /** The stream sequence up to which the copy holds everything. */
    public long sequence() {
        return state.sequence();
    }

    /** When the stream was created that the copy follows, nanoseconds since 1970; 0 if none. */
    public long streamCreatedNs() {
        return state.streamCreatedNs();
    }

    /**
     * Takes out of the copy what is pending, and everything that is the node's own.
     *
     * @throws SQLException if that is not possible: the copy is not what the node left
     */
    public void strip() throws SQLException {
        inTransaction(() -> {
            rebase.undo(0);
            conflicts.forgetProvisional();
            outbox.deleteUpTo(Long.MAX_VALUE);
            execute("DELETE FROM main.ha_dead_letters");
            execute("DELETE FROM main." + FeedTable.NAME);
            execute("DELETE FROM main.ha_state WHERE name IN ('" + AppliedState.BASELINE + "', '"
                    + AppliedState.BASELINE_AT + "', '" + AppliedState.DIVERGENCE + "', '"
                    + AppliedState.BEGUN_WITH_NOTHING + "')");
        });
    }

    /** Takes the tables of replication out of a database: what is left is the application's. */
    public static void forgetReplication(Connection connection) throws SQLException {
        List<String> tables = new ArrayList<>(AppliedState.tables());
        tables.addAll(OutboxTable.tables());
        try (Statement statement = connection.createStatement()) {
            for (String table : tables) {
                statement.executeUpdate("DROP TABLE IF EXISTS main." + table);
            }
        }
    }

    /**
     * Makes a database one that has applied a stream up to one place, with the counters and parts that
     * another one has, outside of any transaction.
     *
     * @param from a database that has applied the stream right up to before that place; attached to this one's
     *     connection meanwhile
     */
    public static void copyPosition(Connection connection, String from, long createdNs, long reached)
            throws SQLException {
        AppliedState.create(connection);
        try (PreparedStatement attach = connection.prepareStatement("ATTACH ? AS node")) {
            attach.setString(1, from);
            attach.execute();
        }
        try (Statement statement = connection.createStatement()) {
            for (String table : List.of("ha_publishers", "ha_parts", "ha_renames", "ha_schema_changes")) {
                statement.executeUpdate("DELETE FROM main." + table);
                statement.executeUpdate("INSERT INTO main." + table + " SELECT * FROM node." + table);
            }
            statement.execute("DETACH node");
        }
        AppliedState.begin(connection, reached, createdNs);
    }

    /**
     * Puts what is pending on a node on top, but for what the copy has already.
     *
     * @param node the node's database file, which nobody writes meanwhile
     * @param continues whether the copy must hold all that the node has applied
     * @return what the copy has already: it was in the stream, and its echo was among what was missing
     */
    public List<Pending> adopt(Path node, boolean continues) throws SQLException {
        List<Pending> known = new ArrayList<>();
        try (PreparedStatement attach = connection.prepareStatement("ATTACH ? AS node")) {
            attach.setString(1, node.toString());
            attach.execute();
        }
        if (continues) {
            requireAllOfNode();
        }
        // a snapshot of an earlier version has none
        FeedTable.create(connection);
        inTransaction(() -> {
            known.addAll(outbox.adoptFrom("node", "ha_publishers"));
            execute("INSERT OR REPLACE INTO main." + FeedTable.NAME + " SELECT * FROM node." + FeedTable.NAME);
            rebase.redo(0);
        });
        execute("DETACH node");
        return known;
    }

    /** What the node has applied and the copy has not would be lost in silence (rule R11). */
    private void requireAllOfNode() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet missing = statement.executeQuery("SELECT n.publisher, coalesce(c.counter, 0) + 1, n.counter"
                        + " FROM node.ha_publishers n LEFT JOIN main.ha_publishers c ON c.publisher = n.publisher"
                        + " WHERE n.counter > coalesce(c.counter, 0)")) {
            if (missing.next()) {
                throw new SQLException("the snapshot at " + state.sequence() + ", from which the others went on, lacks"
                        + " what this node has applied: change sets " + missing.getLong(2) + " to " + missing.getLong(3)
                        + " of publisher " + missing.getString(1) + ". If they do not come, keep a copy of this node's"
                        + " database file, move the file away and start the node: it begins with what the others have");
            }
        }
    }

    /** Something inside a transaction. */
    private interface Work {
        void run() throws SQLException, HaltException;
    }

    private void inTransaction(Work work) throws SQLException {
        execute("BEGIN IMMEDIATE");
        try {
            work.run();
            application.prepareCommit();
            execute("COMMIT");
        } catch (HaltException e) {
            throw new SQLException(e.getMessage(), e);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        application.close();
    }
}
