package io.github.hasqlite.core.apply;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteDataSource;

/**
 * Tries, in a database in memory, what {@link TriggerSilence} relies on and SQLite does not document:
 * that a TEMP AFTER trigger fires before the table's own and can abandon them.
 */
final class TriggerOrderProbe {

    private static final String[] TRIALS = {
        "INSERT INTO t VALUES(1, 'a')",
        "INSERT OR REPLACE INTO t VALUES(2, 'a')",
        "UPDATE t SET b = 'b' WHERE a = 2",
        "INSERT INTO t VALUES(3, 'c'), (4, 'd')",
        "UPDATE OR REPLACE t SET b = 'c' WHERE a = 2",
        "DELETE FROM t WHERE a = 4"
    };

    /** It is a property of the library, so one trial is enough. */
    private static volatile boolean tried;

    private TriggerOrderProbe() {}

    /**
     * Fails if this SQLite does not fire triggers in the order needed.
     *
     * @throws SQLException if it does not
     */
    static void require() throws SQLException {
        if (!tried) {
            attempt();
            tried = true;
        }
    }

    private static void attempt() throws SQLException {
        SQLiteDataSource memory = new SQLiteDataSource();
        memory.setUrl("jdbc:sqlite::memory:");
        try (Connection connection = memory.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA recursive_triggers = ON");
            statement.executeUpdate("CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE)");
            statement.executeUpdate("CREATE TABLE fired(e)");
            addTriggers(statement, "early");
            for (String event : new String[] {"INSERT", "UPDATE", "DELETE"}) {
                statement.executeUpdate("CREATE TEMP TRIGGER silent_" + event + " AFTER " + event
                        + " ON main.t BEGIN SELECT RAISE(IGNORE); END");
            }
            addTriggers(statement, "late");
            for (String trial : TRIALS) {
                statement.executeUpdate(trial);
            }
            require(statement, "SELECT group_concat(a || b) FROM t", "2c");
            require(statement, "SELECT count(*) FROM fired", "0");
            require(statement, "PRAGMA integrity_check", "ok");
        }
    }

    private static void addTriggers(Statement statement, String prefix) throws SQLException {
        for (String event : new String[] {"INSERT", "UPDATE", "DELETE"}) {
            statement.executeUpdate("CREATE TRIGGER " + prefix + event + " AFTER " + event
                    + " ON t BEGIN INSERT INTO fired VALUES('" + event + "'); END");
        }
    }

    private static void require(Statement statement, String query, String expected) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            String found = rows.next() ? rows.getString(1) : null;
            if (!expected.equals(found)) {
                throw new SQLException("this version of SQLite cannot apply changes with triggers silent: " + query
                        + " gave " + found + " instead of " + expected + "; use the sqlite-jdbc version tested with");
            }
        }
    }
}
