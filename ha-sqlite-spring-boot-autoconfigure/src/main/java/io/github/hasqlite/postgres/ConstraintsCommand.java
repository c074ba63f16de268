package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.postgres.sql.SqlSyntaxException;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SET CONSTRAINTS: SQLite defers all foreign keys of a transaction or none but those that are declared so, and counts
 * violations, which it forgets when they are not deferred any more: they are looked for before.
 */
final class ConstraintsCommand {

    static final String TAG = "SET CONSTRAINTS";

    private static final String VIOLATIONS = "SELECT \"table\", \"parent\" FROM pragma_foreign_key_check WHERE"
            + " (SELECT foreign_keys FROM pragma_foreign_keys) LIMIT 1";

    private ConstraintsCommand() {}

    /**
     * {@code null} if the statement is something else.
     *
     * @throws SQLException if it is written wrongly (42601)
     */
    static @Nullable Plan of(TokenBuffer tokens, GatewaySession gateway) throws SQLException {
        if (!tokens.isWords(0, "SET", "CONSTRAINTS")) {
            return null;
        }
        int last = tokens.size() - 1;
        while (last > 2 && (tokens.get(last).text().isEmpty() || tokens.is(last, ";"))) {
            last--;
        }
        boolean deferred = tokens.isWord(last, "DEFERRED");
        if (last < 3 || (!deferred && !tokens.isWord(last, "IMMEDIATE"))) {
            throw SqlSyntaxException.near(tokens, last);
        }
        if (deferred) {
            return new Plan.OfConstraints(pragma(gateway, "ON"), null);
        }
        return tokens.isWord(2, "ALL")
                ? new Plan.OfConstraints(
                        pragma(gateway, "OFF"), Plan.OfDatabase.of(gateway.prepare(VIOLATIONS), "SELECT"))
                : new Plan.Skipped(TAG, "constraints that are deferred are checked at COMMIT, or by ALL IMMEDIATE");
    }

    private static Plan.OfDatabase pragma(GatewaySession gateway, String value) throws SQLException {
        return Plan.OfDatabase.of(gateway.prepare("PRAGMA defer_foreign_keys = " + value), TAG);
    }

    /**
     * Looks for violations, and sets whether there can be some until COMMIT.
     *
     * @throws SQLException if there are (23503)
     */
    static void run(Plan.OfConstraints plan) throws SQLException {
        Plan.OfDatabase violations = plan.violations();
        if (violations != null) {
            try (Rows rows = violations.run(List.of())) {
                if (rows.next()) {
                    throw new SQLException(
                            "table \"" + rows.value(0) + "\" violates a foreign key: there is no such row in table \""
                                    + rows.value(1) + "\" (PRAGMA foreign_key_check lists all rows that do)",
                            "23503");
                }
            }
        }
        plan.pragma().run(List.of()).close();
    }
}
