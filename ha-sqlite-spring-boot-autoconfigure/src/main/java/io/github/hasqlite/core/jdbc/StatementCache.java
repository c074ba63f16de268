package io.github.hasqlite.core.jdbc;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.DB;
import org.sqlite.core.SafeStmtPtr;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/**
 * Compiled statements of one connection that nobody uses at the moment. Compiling takes longer than
 * running a short statement, all the more where triggers are compiled with it. SQLite compiles a
 * statement anew when the schema has changed, but the driver asks for a statement's columns only once;
 * so whoever changes the schema clears the cache. Not thread-safe.
 */
final class StatementCache {

    private static final int MAX_STATEMENTS = 64;
    private static final int MAX_LENGTH = 4_096;

    /**
     * A compiled statement and what the driver found out about it.
     *
     * @param pointer the compiled statement, reset and without bound values
     * @param columns names of its result columns
     * @param parameters how many parameters it has
     * @param plan what it was compiled from; {@code null} if that is its text whatever the schema is
     */
    record Compiled(SafeStmtPtr pointer, String[] columns, int parameters, KeyedInserts.@Nullable Plan plan) {}

    private final Map<String, Compiled> statements = new LinkedHashMap<>(MAX_STATEMENTS, 0.75f, true);
    private final SafeStmtPtr none;
    private long epoch;

    StatementCache(SQLiteConnection connection) throws SQLException {
        try (JDBC4PreparedStatement closed = new JDBC4PreparedStatement(connection, "COMMIT")) {
            none = closed.pointer;
        }
    }

    /** Stands in for the pointer of a statement that gave it back. */
    SafeStmtPtr none() {
        return none;
    }

    /**
     * Takes a compiled statement out.
     *
     * @param schemaEpoch the present one; what was compiled in another one is thrown away
     */
    @Nullable
    Compiled take(String sql, long schemaEpoch) throws SQLException {
        if (epoch != schemaEpoch) {
            clear();
            epoch = schemaEpoch;
        }
        return statements.remove(sql);
    }

    /** Puts a statement in; closes it if it is not worth keeping. */
    void put(String sql, Compiled compiled) throws SQLException {
        SafeStmtPtr pointer = compiled.pointer();
        pointer.safeRunInt(DB::reset);
        if (sql.length() > MAX_LENGTH) {
            pointer.close();
            return;
        }
        if (compiled.parameters() > 0) {
            pointer.safeRunInt(DB::clear_bindings);
        }
        close(statements.put(sql, compiled));
        if (statements.size() > MAX_STATEMENTS) {
            String eldest = statements.keySet().iterator().next();
            close(statements.remove(eldest));
        }
    }

    void clear() throws SQLException {
        for (Compiled compiled : statements.values()) {
            compiled.pointer().close();
        }
        statements.clear();
    }

    private static void close(@Nullable Compiled compiled) throws SQLException {
        if (compiled != null) {
            compiled.pointer().close();
        }
    }
}
