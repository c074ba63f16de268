package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TRUNCATE: a deletion from each table, of those that refer to others first.
 *
 * @param tables as they are named
 * @param cascade whether those that refer to them are emptied, too
 */
record TruncateCommand(List<String> tables, boolean cascade) {

    /**
     * {@code null} if the statement is something else.
     *
     * @throws SQLException if numbers are to begin anew (0A000)
     */
    static @Nullable TruncateCommand of(TokenBuffer tokens) throws SQLException {
        boolean cascade = tokens.containsWord("CASCADE");
        if (!tokens.isWord(0, "TRUNCATE")) {
            return null;
        }
        if (tokens.containsWord("RESTART")) {
            throw new SQLException(
                    "TRUNCATE … RESTART IDENTITY is not supported: numbers of rows count on, so that no two nodes give the"
                            + " same; leave RESTART IDENTITY out",
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
        List<String> tables = new ArrayList<>();
        int at = tokens.isWord(1, "TABLE") ? 2 : 1;
        do {
            at += tokens.is(at, ",") ? 1 : 0;
            at += tokens.isWord(at, "ONLY") ? 1 : 0;
            at += tokens.is(at + 1, ".") ? 2 : 0;
            tables.add(tokens.get(at).name());
            at += tokens.is(at + 1, "*") ? 2 : 1;
        } while (tokens.is(at, ","));
        return new TruncateCommand(tables, cascade);
    }

    /** Whether it is about one table alone: the same as a DELETE. */
    boolean isPlain() {
        return tables.size() == 1 && !cascade;
    }

    /**
     * Sees that no rows of others go with those of these tables.
     *
     * @throws SQLException if some could (0A000)
     */
    void check(GatewaySession gateway) throws SQLException {
        References.Reference other = cascade ? null : new References(gateway).fromOthers(tables);
        if (other != null) {
            throw new SQLException(
                    "cannot truncate a table referenced in a foreign key constraint: table \"" + other.from()
                            + "\" references \"" + other.to() + "\"; truncate table \"" + other.from()
                            + "\" at the same time, or use TRUNCATE … CASCADE",
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
    }

    /**
     * What it does, in its order.
     *
     * @throws SQLException if the schema cannot be read
     */
    List<Plan.OfDatabase> steps(GatewaySession gateway) throws SQLException {
        References references = new References(gateway);
        List<String> all = cascade ? references.withReferring(tables) : tables;
        List<Plan.OfDatabase> steps = new ArrayList<>();
        for (String table : references.ordered(all)) {
            steps.add(
                    Plan.OfDatabase.of(gateway.prepare("DELETE FROM " + SqlIdentifier.quote(table)), "TRUNCATE TABLE"));
        }
        return steps;
    }
}
