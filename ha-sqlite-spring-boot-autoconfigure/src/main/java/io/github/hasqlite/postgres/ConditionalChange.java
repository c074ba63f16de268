package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.catalog.TableConstraints;
import io.github.hasqlite.postgres.sql.RebuildAdvice;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** ALTER TABLE that is to do nothing if there is no such table, or if the column is there or is not. Stateless. */
final class ConditionalChange {

    private static final String TABLE =
            "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
    private static final String INDEX = "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1 AND sql <> ''";

    private static final String COLUMNS = "SELECT name FROM pragma_table_xinfo(?1)";

    private ConditionalChange() {}

    /**
     * Why a statement has nothing to do.
     *
     * @return {@code null} if it has, or is something else
     * @throws SQLException if the schema cannot be read
     */
    static @Nullable String skipped(TokenBuffer tokens, GatewaySession gateway) throws SQLException {
        if (!tokens.isWords(0, "ALTER", "TABLE")) {
            return null;
        }
        boolean ifExists = tokens.isWords(2, "IF", "EXISTS");
        int at = ifExists ? 4 : 2;
        at += tokens.isWord(at, "ONLY") ? 1 : 0;
        at += tokens.is(at + 1, ".") ? 2 : 0;
        if (tokens.isWords(at + 1, "DROP", "CONSTRAINT")) {
            return withoutConstraint(tokens, at, gateway);
        }
        String kept = KeptDefault.notice(tokens, at, gateway);
        if (kept != null) {
            return kept;
        }
        int column = tokens.isWord(at + 2, "COLUMN") ? at + 3 : at + 2;
        boolean add = tokens.isWord(at + 1, "ADD") && tokens.isWords(column, "IF", "NOT", "EXISTS");
        boolean drop = tokens.isWord(at + 1, "DROP") && tokens.isWords(column, "IF", "EXISTS");
        if (!ifExists && !add && !drop) {
            return null;
        }
        String table = tokens.get(at).name();
        int columns = 0;
        boolean found = false;
        String name = tokens.get(column + (add ? 3 : 2)).name();
        try (GatewayResult rows = gateway.prepare(COLUMNS).execute(List.of(table))) {
            while (rows.next()) {
                columns++;
                found |= name.equalsIgnoreCase(String.valueOf(rows.value(0)));
            }
        }
        if (columns == 0) {
            return ifExists ? "relation \"" + table + "\" does not exist, skipping" : null;
        }
        if (add && found) {
            return "column \"" + name + "\" of relation \"" + table + "\" already exists, skipping";
        }
        return drop && !found ? "column \"" + name + "\" of relation \"" + table + "\" does not exist, skipping" : null;
    }

    /** Constraints that were added are indexes, which can be dropped. */
    private static @Nullable String withoutConstraint(TokenBuffer tokens, int table, GatewaySession gateway)
            throws SQLException {
        boolean ifExists = tokens.isWords(table + 3, "IF", "EXISTS");
        String name = tokens.get(ifExists ? table + 5 : table + 3).name();
        try (GatewayResult rows = gateway.prepare(INDEX).execute(List.of(name))) {
            if (rows.next()) {
                return null;
            }
        }
        String relation = tokens.get(table).name();
        List<String> columns = new ArrayList<>();
        try (GatewayResult rows = gateway.prepare(COLUMNS).execute(List.of(relation))) {
            while (rows.next()) {
                columns.add(String.valueOf(rows.value(0)));
            }
        }
        String sql = "";
        try (GatewayResult rows = gateway.prepare(TABLE).execute(List.of(relation))) {
            sql = rows.next() ? String.valueOf(rows.value(0)) : "";
        }
        boolean found = TableConstraints.of(relation, columns, sql).all().stream()
                .anyMatch(constraint -> constraint.name().equalsIgnoreCase(name));
        if (found) {
            throw new SQLException(
                    "the constraint " + name
                            + " cannot be dropped: SQLite has constraints only from CREATE TABLE. "
                            + RebuildAdvice.of("without it"),
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
        String missing = "constraint \"" + name + "\" of relation \"" + relation + "\" does not exist";
        if (!ifExists) {
            throw new SQLException(missing, "42704");
        }
        return missing + ", skipping";
    }
}
