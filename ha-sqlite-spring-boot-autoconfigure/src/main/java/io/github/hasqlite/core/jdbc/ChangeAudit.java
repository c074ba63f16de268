package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.capture.Capture;
import io.github.hasqlite.core.sqlite.ParsedSql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Compares what SQLite says it changed with what was captured (rule R12), because no reading of SQL text
 * can be trusted. SQLite counts each row that a statement, its triggers and foreign-key actions change,
 * and the capture triggers report each of them; so a row that is counted and was not reported has
 * escaped, unless it belongs to a table that stays local or travels as a statement, which the compiled
 * statement tells. More may be reported than counted: rows that REPLACE removes are not counted.
 *
 * <p>Belongs to one connection. Comparing costs reading two counters; statements are looked at only if
 * the two differ, and what was found is kept.
 */
final class ChangeAudit {

    private static final int MAX_STATEMENTS = 100;

    private final SQLiteConnection connection;
    private final ChangeCounters counters;
    private final Capture capture;
    private final Map<String, CountedTables> known = new LinkedHashMap<>();
    private long knownFor;

    /** What SQLite had counted when it was last compared. */
    private long counted;
    /** What had been reported when the statement began. */
    private long reported;
    /** Rows that are reported already and will be counted when their statement ends. */
    private long owed;

    private long owedBefore;
    /** Statements of this transaction whose RETURNING rows were open, so that they were counted later. */
    private final Set<String> unfinished = new LinkedHashSet<>();
    /** The statement that ran last, if it names nothing of replication. */
    private @Nullable ParsedSql harmless;
    /** In this transaction the triggers were found to be there. */
    private boolean complete;
    /** In this transaction more was counted than was captured. */
    private boolean elsewhere;

    ChangeAudit(SQLiteConnection connection, ChangeCounters counters, Capture capture) {
        this.connection = connection;
        this.counters = counters;
        this.capture = capture;
    }

    /** A transaction begins to write. */
    void begin() throws SQLException {
        elsewhere = false;
        restart();
    }

    /** Whether the transaction has also written what stays local, such as TEMP tables, or may have. */
    boolean hasWrittenElsewhere() {
        return elsewhere;
    }

    /** A transaction begins to write, or something ran of which it does not matter what it counted. */
    void restart() throws SQLException {
        counted = counters.totalChanges();
        owed = 0;
        complete = false;
        unfinished.clear();
    }

    /**
     * A statement is about to run that writes rows.
     *
     * @throws RefusedStatementException if its program writes to a table of replication; it must not run then
     */
    @SuppressWarnings("ReferenceEquality") // the same statement run many times is the same object
    void requireOfApplication(ParsedSql sql) throws SQLException {
        if (sql == harmless) {
            return;
        }
        if (!ReservedNames.mayBeIn(sql.text())) {
            harmless = sql;
            return;
        }
        CountedTables tables;
        counters.beforeOwnStatement();
        try {
            tables = tables(sql.text());
        } catch (SQLException e) {
            // it does not compile, and will say so itself
            return;
        } finally {
            counters.afterOwnStatement();
        }
        String table = tables.uncaptured();
        if (table != null && ReservedNames.isReserved(table)) {
            throw RefusedStatementException.ofReplication(sql.text(), table);
        }
    }

    /** A statement that writes is about to run. */
    void statementBegins() throws SQLException {
        if (counters.totalChanges() != counted) {
            between();
        }
        reported = capture.reported();
        owedBefore = owed;
    }

    /**
     * The statement has run.
     *
     * @param rowsOpen whether rows of a RETURNING clause are still to be fetched: SQLite counts afterwards
     * @throws UncapturedChangeException if it changed what was not captured
     */
    void statementEnds(ParsedSql sql, boolean rowsOpen) throws SQLException {
        long now = counters.totalChanges();
        long seen = capture.reported() - reported;
        long balance = owed + seen - (now - counted);
        counted = now;
        if (rowsOpen) {
            unfinished.add(sql.text());
        }
        if (balance < 0) {
            owed = 0;
            elsewhere = true;
            explain(sql);
        } else {
            owed = rowsOpen ? balance : Math.min(balance, owedBefore);
        }
    }

    /** The transaction is about to commit. */
    void beforeCommit() throws SQLException {
        if (counters.totalChanges() != counted) {
            between();
        }
    }

    /** Something was counted while no statement ran that the session took for one that writes. */
    private void between() throws SQLException {
        long now = counters.totalChanges();
        owed -= now - counted;
        counted = now;
        if (owed < 0) {
            long rows = -owed;
            owed = 0;
            elsewhere = true;
            if (!isExplained()) {
                capture.outdated();
                throw new UncapturedChangeException(
                        "SQLite has changed " + rows + " rows more than were captured", "(a statement before)");
            }
        }
    }

    private boolean isExplained() throws SQLException {
        if (hasVirtualTables()) {
            return true;
        }
        counters.beforeOwnStatement();
        try {
            for (String sql : unfinished) {
                CountedTables tables = tables(sql);
                if (tables.elsewhere() && tables.uncaptured() == null) {
                    return true;
                }
            }
            return false;
        } finally {
            counters.afterOwnStatement();
        }
    }

    private void explain(ParsedSql sql) throws SQLException {
        CountedTables tables;
        counters.beforeOwnStatement();
        try {
            tables = tables(sql.text());
            String uncaptured = tables.uncaptured();
            if (uncaptured != null) {
                refuse(sql, uncaptured);
            }
            boolean countsOthers = tables.elsewhere() || tables.virtual();
            if (countsOthers && !tables.captured()) {
                return;
            }
            // a full-text index writes what is pending when a statement begins that may be undone alone
            boolean explained = countsOthers || hasVirtualTables();
            if (explained && isComplete()) {
                return;
            }
        } finally {
            counters.afterOwnStatement();
        }
        capture.outdated();
        throw new UncapturedChangeException(
                "a trigger has hidden rows from replication, or its own triggers were removed from this connection",
                sql.text());
    }

    private boolean isComplete() throws SQLException {
        if (!complete) {
            complete = capture.isComplete();
        }
        return complete;
    }

    private void refuse(ParsedSql sql, String table) throws SQLException {
        if (ReservedNames.isReserved(table)) {
            throw new UncapturedChangeException("table " + table + " belongs to replication", sql.text());
        }
        capture.schemaUnknown();
        throw new UncapturedChangeException(
                "nothing is captured of " + table + " (a table that another process has created just now can be"
                        + " written when this is tried again; tables that belong to a virtual table are written"
                        + " through that one, and the schema through CREATE, ALTER and DROP)",
                sql.text());
    }

    private CountedTables tables(String sql) throws SQLException {
        if (knownFor != capture.installations() || known.size() >= MAX_STATEMENTS) {
            known.clear();
            knownFor = capture.installations();
        }
        CountedTables tables = known.get(sql);
        if (tables == null) {
            tables = CountedTables.of(connection, capture, sql);
            known.put(sql, tables);
        }
        return tables;
    }

    /** Whether there are any on the connection, TEMP ones and those of attached databases included. */
    private boolean hasVirtualTables() throws SQLException {
        if (capture.hasVirtualTables()) {
            return true;
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT EXISTS (SELECT 1 FROM pragma_table_list WHERE type = 'virtual')")) {
            return rows.next() && rows.getBoolean(1);
        }
    }
}
