package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.apply.Command;
import io.github.hasqlite.core.apply.RefusedChangeException;
import io.github.hasqlite.core.capture.Capture;
import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.sqlite.ValueStatement;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.sqlite.SQLiteConnection;

/** A node that writes: runs statements as an application would and says what they changed. */
public final class Author implements AutoCloseable {

    public final SQLiteConnection connection;
    private final SchemaCatalog catalog = new SchemaCatalog();
    private final Capture capture;

    public Author(Path file) throws SQLException {
        connection = Databases.open(file, true);
        capture = new Capture(connection, catalog);
    }

    /** Runs statements in one transaction. */
    public ChangeSet write(String... statements) throws SQLException {
        begin();
        for (String sql : statements) {
            run(sql);
        }
        return commit();
    }

    /** Runs one statement with values in a transaction of its own. */
    public ChangeSet write(String sql, Object... args) throws SQLException {
        begin();
        run(sql, args);
        return commit();
    }

    void begin() throws SQLException {
        execute("BEGIN IMMEDIATE");
    }

    void run(String sql, Object... args) throws SQLException {
        String verb = sql.strip().split("\\W", 2)[0].toUpperCase();
        boolean schema = List.of("CREATE", "DROP", "ALTER", "PRAGMA").contains(verb);
        if (schema) {
            capture.suspend();
            execute(sql, args);
            capture.schemaTouched();
            capture.buffer().add(Change.sql(sql, List.of(args)));
            return;
        }
        capture.install(true);
        Command command = null;
        try {
            command = Command.judge(sql);
        } catch (RefusedChangeException e) {
            throw new IllegalArgumentException(e);
        }
        int mark = capture.buffer().mark();
        capture.arm();
        try {
            boolean virtual = capture.mayWriteVirtual();
            if (virtual) {
                capture.beginVirtual(command.table(), sql, true);
            }
            execute(sql, args);
            if (virtual) {
                capture.addVirtual(sql, Arrays.asList(args));
            }
        } catch (SQLException e) {
            capture.buffer().cutTo(mark);
            throw e;
        } finally {
            capture.disarm();
        }
    }

    ChangeSet commit() throws SQLException {
        execute("COMMIT");
        capture.transactionEnded(true);
        catalog.changed();
        return Databases.changeSet(capture.buffer().drain());
    }

    void execute(String sql, Object... args) throws SQLException {
        try (ValueStatement statement = new ValueStatement(connection, () -> sql)) {
            for (int i = 0; i < args.length; i++) {
                statement.set(i + 1, args[i]);
            }
            statement.execute();
        }
    }

    void script(String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
