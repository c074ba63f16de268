package io.github.hasqlite.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.autoconfigure.CapturedRows;
import io.github.hasqlite.capture.RowImages;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.sqlite.SQLiteConnection;

/** A node that applies. */
final class Replica implements AutoCloseable {

    final SQLiteConnection connection;
    final ChangeSetApplication application;

    Replica(Path file) throws SQLException {
        this(file, RowIdentify.PK);
    }

    Replica(Path file, RowIdentify identify) throws SQLException {
        this(file, identify, MergeMode.ROW);
    }

    Replica(Path file, RowIdentify identify, MergeMode merge) throws SQLException {
        connection = Databases.open(file, false);
        application =
                new ChangeSetApplication(connection, identify, merge, new CapturedRows(new RowImages(connection)));
    }

    /** Applies one change set in a transaction of its own. */
    Outcome apply(ChangeSet changeSet) throws SQLException {
        run("BEGIN IMMEDIATE");
        Outcome outcome = application.apply(changeSet);
        application.prepareCommit();
        run("COMMIT");
        return outcome;
    }

    Outcome apply(Change... changes) throws SQLException {
        return apply(Databases.changeSet(changes));
    }

    void run(String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    List<String> rows(String query, Object... args) throws SQLException {
        return Databases.rows(connection, query, args);
    }

    @Override
    public void close() throws SQLException {
        application.close();
        connection.close();
    }
}
