package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.KeyFunctions;
import io.github.hasqlite.core.sqlite.NativeStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.DB;

/**
 * Keeps {@code changes()} and {@code total_changes()} as the application expects them although the
 * session's own statements count, too (rule R2): both SQL functions are replaced on the connection.
 * Belongs to one connection.
 *
 * <p>Not every statement of the application sets SQLite's counters, and whether one did cannot be
 * asked. But as long as they are exactly what the session's own statement left, none did: a statement
 * that changes rows adds to the total, and one that changes none sets {@code changes()} to 0, which is
 * why the session's own must change at least one row.
 */
final class ChangeCounters {

    private static final int PAGES_A_COMMIT = 3;
    private static final int ROWS_A_PAGE = 10;

    private final SQLiteConnection connection;
    private final DB database;
    /**
     * Leaves a count of 1 behind where the session's own statements left 0, as an INSERT into a view
     * does: a statement of the application that changes nothing leaves 0, too, and must be told apart.
     */
    private @Nullable NativeStatement tick;
    /** What the application's last statement had changed before the session's own. */
    private long lastChanges;
    /** What the session's own left. */
    private long ownChanges;

    private long totalAfterOwn = -1;
    private long ownTotal;
    private long totalBeforeOwn;
    private long asked;
    private long changesBeforeOwn;
    private int depth;

    ChangeCounters(SQLiteConnection connection) throws SQLException {
        this.connection = connection;
        this.database = connection.getDatabase();
        Function.create(connection, "changes", new Counter(this::changes), 0, KeyFunctions.INNOCUOUS);
        Function.create(connection, "total_changes", new Counter(this::totalChanges), 0, KeyFunctions.INNOCUOUS);
    }

    /** Runs statements of the session's own, which the application must not see in its counters. */
    void own(SqlStateTranslation.Action statements) throws SQLException {
        beforeOwnStatement();
        try {
            statements.run();
        } finally {
            afterOwnStatement();
        }
    }

    /** A statement of the session's own, which may change rows, is about to run; may be nested. */
    void beforeOwnStatement() throws SQLException {
        if (depth++ > 0) {
            return;
        }
        begin();
    }

    private void begin() throws SQLException {
        changesBeforeOwn = database.changes();
        totalBeforeOwn = database.total_changes();
        lastChanges = isOwn(totalBeforeOwn, changesBeforeOwn) ? lastChanges : changesBeforeOwn;
    }

    void afterOwnStatement() throws SQLException {
        if (--depth > 0) {
            return;
        }
        long total = database.total_changes();
        long changes = database.changes();
        // an EXPLAIN sets the second back without changing the other
        if (changes == 0 && (changesBeforeOwn != 0 || total != totalBeforeOwn)) {
            tick();
            total = database.total_changes();
            changes = database.changes();
        }
        ownTotal += total - totalBeforeOwn;
        remember(total, changes);
    }

    private void tick() throws SQLException {
        if (tick != null && tick.succeeds()) {
            return;
        }
        // not there yet, or created in a transaction that was rolled back
        database._exec("CREATE TEMP TABLE IF NOT EXISTS ha_tick(n INTEGER PRIMARY KEY) WITHOUT ROWID;"
                + " INSERT OR IGNORE INTO temp.ha_tick VALUES(0)");
        if (tick == null) {
            tick = new NativeStatement(connection, "UPDATE temp.ha_tick SET n = 0");
        }
        tick.run();
    }

    /** COMMIT is about to run. Virtual tables write then, which counts, but not in {@code changes()}. */
    void beforeCommit() throws SQLException {
        if (depth == 0) {
            begin();
        }
    }

    void afterCommit() throws SQLException {
        if (depth == 0) {
            remember(database.total_changes(), database.changes());
        }
    }

    private void remember(long total, long changes) {
        if (total != totalBeforeOwn || changes != changesBeforeOwn || isOwn(total, changes)) {
            ownChanges = changes;
            totalAfterOwn = total;
        }
    }

    private boolean isOwn(long total, long changes) {
        return total == totalAfterOwn && changes == ownChanges;
    }

    /**
     * About how many pages a commit has added to the write-ahead log, from the rows that all statements have changed
     * since the one before. A rough number is enough: it only says when a checkpoint is worth it.
     */
    long pagesOfCommit() {
        try {
            long total = database.total_changes();
            long rows = total - asked;
            asked = total;
            return PAGES_A_COMMIT + rows / ROWS_A_PAGE;
        } catch (SQLException e) {
            return PAGES_A_COMMIT;
        }
    }

    /** As {@code sqlite3_changes}. */
    long changes() throws SQLException {
        long changes = database.changes();
        return isOwn(database.total_changes(), changes) ? lastChanges : changes;
    }

    /** As {@code sqlite3_total_changes}. */
    long totalChanges() throws SQLException {
        return database.total_changes() - ownTotal;
    }

    /**
     * What the application's statements did since was rolled back and is about to be done again.
     *
     * @param total what {@link #totalChanges()} was before
     */
    void forgetSince(long total) throws SQLException {
        ownTotal += totalChanges() - total;
    }

    @FunctionalInterface
    private interface Count {
        long get() throws SQLException;
    }

    private static final class Counter extends Function {

        private final Count count;

        Counter(Count count) {
            this.count = count;
        }

        @Override
        protected void xFunc() throws SQLException {
            result(count.get());
        }
    }
}
