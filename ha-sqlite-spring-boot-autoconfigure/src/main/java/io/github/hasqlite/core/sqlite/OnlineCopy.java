package io.github.hasqlite.core.sqlite;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.DB;

/** Copies database files with SQLite's backup interface, page by page as they are. */
public final class OnlineCopy {

    /** Pages copied at a time: 4 MB, between which other threads get hold of the connection. */
    private static final int PAGES = 1_000;

    private static final int SLEEP_MILLIS = 10;
    private static final int MAX_SLEEPS = 3_000;

    private OnlineCopy() {}

    /**
     * Copies a database as it is at one moment, while others read and write it. The write-ahead log cannot
     * begin anew until this is done.
     *
     * @param source a connection that nobody else uses meanwhile, outside of any transaction
     * @param target a file that is not there
     * @throws SQLException if that fails; what is at {@code target} is of no use then
     */
    public static void copy(SQLiteConnection source, Path target) throws SQLException {
        try (Statement statement = source.createStatement()) {
            hold(source);
            try {
                copyHeld(source, target);
            } finally {
                statement.execute("COMMIT");
            }
        }
    }

    /**
     * Begins a transaction that sees the database as it is now, until it ends.
     *
     * @param source a connection outside of any transaction
     */
    public static void hold(SQLiteConnection source) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute("BEGIN");
            try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM main.sqlite_schema")) {
                rows.next();
            }
        }
    }

    /**
     * Copies what a connection sees in the transaction that it is in.
     *
     * @param source a connection that {@linkplain #hold holds} the database as it was at one moment
     * @param target a file that is not there
     * @throws SQLException if that fails; what is at {@code target} is of no use then
     */
    public static void copyHeld(SQLiteConnection source, Path target) throws SQLException {
        check(
                source.getDatabase().backup("main", target.toString(), null, SLEEP_MILLIS, MAX_SLEEPS, PAGES),
                "copying to " + target);
    }

    /**
     * Replaces a database by another one in one transaction: others read the old content until it is done.
     *
     * @param target a connection to it, outside of any transaction; no other one may write meanwhile
     * @param source a database that nobody has open, with the same page size
     */
    public static void replace(SQLiteConnection target, Path source) throws SQLException {
        check(
                target.getDatabase().restore("main", source.toString(), null, SLEEP_MILLIS, MAX_SLEEPS, PAGES),
                "replacing the database by " + source);
    }

    private static void check(int code, String what) throws SQLException {
        if (code != 0) {
            SQLException cause = DB.newSQLException(code, what + " failed");
            throw new SQLException(what + " failed: " + cause.getMessage(), cause.getSQLState(), code, cause);
        }
    }
}
