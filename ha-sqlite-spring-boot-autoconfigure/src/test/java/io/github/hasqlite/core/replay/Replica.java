package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.apply.Outcome;
import io.github.hasqlite.core.capture.RowImages;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.sqlite.SQLiteConnection;

/** A node that applies. */
public final class Replica implements AutoCloseable {

    public final SQLiteConnection connection;
    public final ChangeSetApplication application;

    public Replica(Path file) throws SQLException {
        this(file, RowIdentify.PK);
    }

    public Replica(Path file, RowIdentify identify) throws SQLException {
        this(file, identify, MergeMode.ROW);
    }

    public Replica(Path file, RowIdentify identify, MergeMode merge) throws SQLException {
        connection = Databases.open(file, false);
        application = new ChangeSetApplication(connection, identify, merge, new RowImages(connection));
    }

    /** Applies one change set in a transaction of its own. */
    public Outcome apply(ChangeSet changeSet) throws SQLException {
        run("BEGIN IMMEDIATE");
        Outcome outcome = application.apply(changeSet);
        application.prepareCommit();
        run("COMMIT");
        return outcome;
    }

    public Outcome apply(Change... changes) throws SQLException {
        return apply(Databases.changeSet(changes));
    }

    public void run(String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    public List<String> rows(String query, Object... args) throws SQLException {
        return Databases.rows(connection, query, args);
    }

    @Override
    public void close() throws SQLException {
        application.close();
        connection.close();
    }
}
