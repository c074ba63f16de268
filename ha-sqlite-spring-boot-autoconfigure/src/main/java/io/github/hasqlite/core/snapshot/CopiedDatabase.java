package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.replay.CanonicalState;
import io.github.hasqlite.core.replay.StreamReplay;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** A copy of a node's database that nobody else has open. Not thread-safe. */
public final class CopiedDatabase implements AutoCloseable {

    private final SQLiteConnection connection;
    private final ChangeSetApplication application;
    private final ChangeSetSerializer serializer;
    private final CanonicalState state;
    private final NodeRuntime runtime;

    private CopiedDatabase(
            SQLiteConnection connection,
            ChangeSetApplication application,
            ChangeSetSerializer serializer,
            CanonicalState state,
            NodeRuntime runtime) {
        this.connection = connection;
        this.application = application;
        this.serializer = serializer;
        this.state = state;
        this.runtime = runtime;
    }

    /**
     * Opens a copy.
     *
     * @param settings those of the node, which say how changes are applied
     * @throws SQLException if it cannot be opened, or is no node's
     */
    public static CopiedDatabase open(NodeSettings settings, Path path, ChangeSetSerializer serializer)
            throws SQLException {
        SQLiteConnection connection = new DatabaseFile(settings.pool().with(to -> to.path(path.toString()))).open();
        try {
            ChangeSetApplication application = new ChangeSetApplication(
                    connection, settings.rowIdentify(), settings.merge(), new RowImages(connection));
            CanonicalState state = new CanonicalState(connection, application, serializer, settings.runtime());
            return new CopiedDatabase(connection, application, serializer, state, settings.runtime());
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Applies more of the stream to the copy. */
    StreamReplay replay(List<ChangeSetInterceptor> interceptors) throws SQLException {
        return StreamReplay.open(connection, application, serializer, interceptors, runtime);
    }

    public CanonicalState state() {
        return state;
    }

    public SQLiteConnection connection() {
        return connection;
    }

    /**
     * What SQLite finds wrong with a database as a file. Constraints of the kind CHECK are left out, for which it
     * looks, too: the author of a row has checked them, and they may not hold any more on another day, with another
     * connection's settings, or for a row of which two nodes have changed different columns. The connection ignores
     * them afterwards.
     *
     * @param pragma {@code quick_check} or {@code integrity_check}
     * @return {@code null} if it finds nothing
     */
    public static @Nullable String damage(Statement statement, String pragma) throws SQLException {
        statement.execute("PRAGMA ignore_check_constraints = ON");
        try (ResultSet rows = statement.executeQuery("PRAGMA main." + pragma + "(1)")) {
            String found = rows.next() ? rows.getString(1) : "it answers nothing";
            return "ok".equals(found) ? null : found;
        }
    }

    /** The value of a pragma that says what the file is like. */
    static String pragma(SQLiteConnection of, String name) throws SQLException {
        try (Statement statement = of.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA main." + name)) {
            return rows.getString(1);
        }
    }

    /** Does without a write-ahead log from now on: everything is in the one file. */
    public static void intoOneFile(SQLiteConnection database) throws SQLException {
        try (Statement statement = database.createStatement()) {
            statement.execute("PRAGMA main.journal_mode = DELETE");
        }
    }

    /** Gives the file another page size. */
    void setPageSize(String bytes) throws SQLException {
        intoOneFile(connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA main.page_size = " + Integer.parseInt(bytes));
            statement.execute("VACUUM main");
        }
    }

    /** Leaves everything in the one file. */
    @Override
    public void close() throws SQLException {
        try (connection;
                state) {
            intoOneFile(connection);
        }
    }
}
