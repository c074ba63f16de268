package io.github.hasqlite.core.sqlite;

import java.sql.SQLException;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/**
 * A statement without parameters that is prepared once and run often: BEGIN, COMMIT and the like.
 * Running it costs a step and a reset.
 */
public final class NativeStatement {

    private static final int SQLITE_ROW = 100;
    private static final int SQLITE_DONE = 101;

    /** More interrupts in a row than that are one that stays, because something runs that nobody here knows. */
    private static final int ATTEMPTS = 100;

    private final SQLiteConnection connection;
    private final JDBC4PreparedStatement statement;

    public NativeStatement(SQLiteConnection connection, String sql) throws SQLException {
        this.connection = connection;
        this.statement = new JDBC4PreparedStatement(connection, sql);
    }

    /** Runs it to its end; again if it is interrupted, see {@link #succeeds}. */
    public void run() throws SQLException {
        int code = step();
        if (code != SQLITE_DONE && code != SQLITE_ROW) {
            connection.getDatabase().throwex(code);
        }
    }

    /**
     * Runs it and answers whether it succeeded. An interrupt, which is meant for the application's statement and may
     * come late, says nothing about that: it is run again.
     */
    public boolean succeeds() throws SQLException {
        return step() == SQLITE_DONE;
    }

    private int step() throws SQLException {
        try {
            return uninterrupted();
        } finally {
            statement.pointer.safeRunInt(DB::reset);
        }
    }

    private int uninterrupted() throws SQLException {
        int code = statement.pointer.safeRunInt(DB::step);
        for (int again = 1; code == SQLiteErrorCode.SQLITE_INTERRUPT.code && again < ATTEMPTS; again++) {
            statement.pointer.safeRunInt(DB::reset);
            if (again > 1 && connection instanceof InterruptedRows rows) {
                rows.endInterrupted();
            }
            code = statement.pointer.safeRunInt(DB::step);
        }
        return code;
    }

    /** Runs it and answers the first column of its first row; again if it is interrupted, see {@link #succeeds}. */
    public long queryLong() throws SQLException {
        DB database = connection.getDatabase();
        try {
            int code = uninterrupted();
            if (code != SQLITE_ROW) {
                database.throwex(code);
            }
            return statement.pointer.safeRunLong((db, pointer) -> db.column_long(pointer, 0));
        } finally {
            statement.pointer.safeRunInt(DB::reset);
        }
    }
}
