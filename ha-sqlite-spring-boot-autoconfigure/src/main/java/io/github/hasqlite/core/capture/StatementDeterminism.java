package io.github.hasqlite.core.capture;

import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Tells whether a statement does the same on every database with the same content, and which tables it
 * writes, by the program that SQLite compiles it to ({@code EXPLAIN}). Nothing is read from the SQL text.
 *
 * <p>Errs on the side of caution: what it cannot tell counts as a reason why nodes may differ. It knows
 * the schema as it was when it was created; make another one when the schema has changed. EXPLAIN of a
 * statement that writes sets {@code changes()} to 0. Not thread-safe.
 */
public final class StatementDeterminism {

    private final ProgramSchema schema;

    /**
     * What a statement does.
     *
     * @param reasons why it may do something else on another node, each a phrase like "calls random()";
     *     empty if it does not
     * @param orderReasons why it may depend on the order in which rows come, which SQLite does not
     *     promise; empty if it does not
     * @param writes the ordinary tables of the main schema that it writes, replication's own left out,
     *     foreign-key actions and triggers included
     * @param virtualWrites where it writes to virtual tables
     * @param parts the same reasons, program by program: first the statement itself, then its triggers
     */
    public record Effect(
            Set<String> reasons,
            Set<String> orderReasons,
            Set<String> writes,
            List<VirtualWrite> virtualWrites,
            List<Part> parts) {

        /** Whether it does the same on every database with the same content. */
        public boolean deterministic() {
            return reasons.isEmpty() && orderReasons.isEmpty();
        }
    }

    /**
     * One program of a statement.
     *
     * @param trigger the trigger, empty for a foreign-key action's program, or {@code null} for the statement
     *     itself
     * @param reasons why it may do something else on another node
     * @param orderReasons why it may depend on the order of rows
     * @param reads the ordinary tables of the main schema that it reads, and virtual tables of others
     * @param scans those of them that it reads otherwise than one row by its rowid
     */
    record Part(
            @Nullable String trigger,
            Set<String> reasons,
            Set<String> orderReasons,
            Set<String> reads,
            Set<String> scans) {

        static Part of(@Nullable String trigger) {
            return new Part(trigger, new LinkedHashSet<>(), new LinkedHashSet<>(), new TreeSet<>(), new TreeSet<>());
        }
    }

    /**
     * A place in a program that writes to a virtual table.
     *
     * @param table its name in the main schema, or {@code null} if it is in another one
     * @param trigger the trigger that does it, empty for a foreign-key action's program, or {@code null}
     *     for the statement itself
     * @param conflict what happens when a key is taken already
     * @param key where the rowid of a new row comes from
     */
    record VirtualWrite(@Nullable String table, @Nullable String trigger, Conflict conflict, NewKey key) {}

    /** Where the rowid of a new row of a virtual table comes from. */
    enum NewKey {
        /** The statement adds no rows, or gives each a rowid. */
        GIVEN,
        /** The statement gives none, so that SQLite chooses. */
        CHOSEN,
        /** It depends on the values. */
        EITHER
    }

    /** What a statement does when a key is taken already. */
    enum Conflict {
        ROLLBACK,
        ABORT,
        FAIL,
        IGNORE,
        REPLACE
    }

    /**
     * Reads the schema as the connection sees it.
     *
     * @param connection of sqlite-jdbc itself; statements are only compiled on it
     * @throws SQLException if the schema cannot be read
     */
    public StatementDeterminism(SQLiteConnection connection) throws SQLException {
        this.schema = new ProgramSchema(connection);
    }

    /**
     * Compiles a statement and judges its program, those of triggers and foreign-key actions included.
     *
     * @param sql one statement, without a leading semicolon; parameters need no values
     * @throws SQLException if SQLite cannot compile it
     */
    public Effect explain(String sql) throws SQLException {
        ProgramReading program = new ProgramReading(schema);
        schema.query("EXPLAIN " + sql, program::add);
        return program.effect();
    }
}
