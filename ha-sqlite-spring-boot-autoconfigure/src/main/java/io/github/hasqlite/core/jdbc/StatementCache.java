package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.sqlite.NativeStatement;
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
 * so what was compiled for another schema is thrown away. Not thread-safe.
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
    private final SchemaCatalog catalog;
    private final SessionState state;
    private final Transaction transaction;
    private final NativeStatement schema;
    private final SafeStmtPtr none;
    private long epoch;
    /** Of the schema that SQLite has read for this connection. */
    private long read;

    StatementCache(SQLiteConnection connection, SchemaCatalog catalog, SessionState state, Transaction transaction)
            throws SQLException {
        this.catalog = catalog;
        this.state = state;
        this.transaction = transaction;
        this.schema = new NativeStatement(connection, "SELECT 1 FROM main.sqlite_schema LIMIT 0");
        try (JDBC4PreparedStatement closed = new JDBC4PreparedStatement(connection, "COMMIT")) {
            none = closed.pointer;
        }
    }

    /** Changes with every schema change that this connection may see. */
    long schemaEpoch() {
        return catalog.epoch() + state.ownSchemaChanges();
    }

    /** Stands in for the pointer of a statement that gave it back. */
    SafeStmtPtr none() {
        return none;
    }

    /** Takes a compiled statement out, if there is one for the present schema. Otherwise one can be compiled for it then. */
    @Nullable
    Compiled take(String sql) throws SQLException {
        long now = schemaEpoch();
        if (epoch != now) {
            clear();
            epoch = now;
        }
        if (read != now) {
            readSchema(now);
        }
        return statements.remove(sql);
    }

    /**
     * SQLite compiles with the schema that it knows, and looks whether there is a newer one only when it runs what it has
     * compiled; by then the driver has asked for the names of the columns.
     */
    private void readSchema(long now) throws SQLException {
        transaction.looks();
        schema.run();
        if (!transaction.isActive()) {
            // what others have committed since a transaction began comes after it
            read = now;
        }
    }

    /**
     * Keeps a compiled statement for the next one with the same text, if it still fits the schema.
     *
     * @param compiledIn the epoch that it was compiled in
     */
    void giveBack(String sql, Compiled compiled, long compiledIn) throws SQLException {
        if (compiledIn == schemaEpoch()) {
            put(sql, compiled);
        } else {
            compiled.pointer().close();
        }
    }

    private void put(String sql, Compiled compiled) throws SQLException {
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

    private void clear() throws SQLException {
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
