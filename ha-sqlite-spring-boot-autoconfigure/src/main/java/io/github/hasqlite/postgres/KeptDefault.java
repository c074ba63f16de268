package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.RebuildAdvice;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code ALTER TABLE t ALTER c DROP DEFAULT}, which SQLite does not have. Programs say so of a column that they have just
 * added, and name all columns when they insert: of one that is NOT NULL no row then differs. Stateless.
 */
final class KeptDefault {

    private static final String COLUMN =
            "SELECT \"notnull\", dflt_value FROM pragma_table_xinfo(?1) WHERE name = ?2" + " COLLATE NOCASE";

    private KeptDefault() {}

    /**
     * Why there is nothing to do.
     *
     * @param table its place
     * @return {@code null} if the statement is something else, or there is no such table
     * @throws SQLException if there is no such column (42703), or a row would have the default that would have NULL (0A000)
     */
    static @Nullable String notice(TokenBuffer tokens, int table, GatewaySession gateway) throws SQLException {
        int at = tokens.isWord(table + 2, "COLUMN") ? table + 3 : table + 2;
        boolean alone = tokens.get(at + 3).text().isEmpty() || tokens.is(at + 3, ";");
        if (!tokens.isWord(table + 1, "ALTER") || !tokens.isWords(at + 1, "DROP", "DEFAULT") || !alone) {
            return null;
        }
        String relation = tokens.get(table).name();
        String name = tokens.get(at).name();
        String column = "column \"" + name + "\" of relation \"" + relation + "\"";
        try (GatewayResult rows = gateway.prepare(COLUMN).execute(List.of(relation, name))) {
            if (!rows.next()) {
                throw new SQLException(column + " does not exist", "42703");
            }
            if (rows.value(1) == null) {
                return column + " has no default, skipping";
            }
            if (!Long.valueOf(0).equals(rows.value(0))) {
                return column
                        + " keeps its default, which SQLite cannot drop: a row that is inserted without it gets it,"
                        + " instead of an error";
            }
        }
        throw new SQLException(
                "the default of " + column + " cannot be dropped: SQLite has no such change, and a row that is inserted"
                        + " without the column would get it instead of NULL. Add the column without DEFAULT and UPDATE it. "
                        + RebuildAdvice.of("without it"),
                SqlStates.FEATURE_NOT_SUPPORTED);
    }
}
