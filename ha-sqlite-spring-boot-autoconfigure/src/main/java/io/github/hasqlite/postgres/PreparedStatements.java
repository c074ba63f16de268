package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.catalog.CatalogSession.PreparedStatementRow;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The prepared statements of a session, those of the protocol and those of PREPARE alike. Not thread-safe. */
final class PreparedStatements {

    /** What no client needs, and no client is to take. */
    private static final int MOST = 10_000;

    private final Map<String, Kept> statements = new HashMap<>();

    private record Kept(Prepared prepared, Instant at, boolean fromSql) {}

    /** @throws SQLException if there is one of that name (42P05), or too many (54000) */
    void requireFree(String name) throws SQLException {
        if (!name.isEmpty() && statements.containsKey(name)) {
            throw new SQLException("prepared statement \"" + name + "\" already exists", "42P05");
        }
        if (statements.size() >= MOST) {
            throw new SQLException("more than " + MOST + " prepared statements", SqlStates.LIMIT_EXCEEDED);
        }
    }

    /** @param fromSql whether PREPARE has made it, not the protocol */
    void put(String name, Prepared prepared, boolean fromSql) {
        statements.put(name, new Kept(prepared, Instant.now(), fromSql));
    }

    /** @throws SQLException if there is none of that name (26000) */
    Prepared get(String name) throws SQLException {
        Kept kept = statements.get(name);
        if (kept == null) {
            throw missing(name);
        }
        return kept.prepared();
    }

    /** Ends one, if there is one. */
    void remove(String name) {
        statements.remove(name);
    }

    /** Those that have a name, for the catalog. */
    List<PreparedStatementRow> rows() {
        List<PreparedStatementRow> rows = new ArrayList<>();
        statements.forEach((name, kept) -> {
            if (!name.isEmpty()) {
                rows.add(new PreparedStatementRow(
                        name, kept.prepared().sql().strip(), kept.at(), types(kept.prepared()), kept.fromSql()));
            }
        });
        return rows;
    }

    private static List<String> types(Prepared prepared) {
        List<String> types = new ArrayList<>();
        for (int i = 0; i < prepared.parameters(); i++) {
            PgType type = PgType.ofOid(prepared.parameterType(i));
            PgType element = PgType.elementOf(prepared.parameterType(i));
            types.add(type != null ? type.display() : element == null ? "text" : element.display() + "[]");
        }
        return types;
    }

    /** DEALLOCATE and DISCARD. */
    void forget(SessionCommand command) throws SQLException {
        boolean all = command.isAll();
        boolean deallocates = command.what() == SessionCommand.What.DEALLOCATE;
        if (all && (deallocates || command.what() == SessionCommand.What.DISCARD)) {
            statements.clear();
        } else if (deallocates && statements.remove(command.name()) == null) {
            throw missing(command.name());
        }
    }

    private static SQLException missing(String name) {
        return new SQLException("prepared statement \"" + name + "\" does not exist", "26000");
    }
}
