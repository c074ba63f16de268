package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * DROP of tables, views or indexes: one after the other, of tables those that refer to others first.
 *
 * @param kind in upper case
 * @param names as they are named
 * @param ifExists whether one that is not there is no error
 * @param cascade whether what depends on them is to go with them
 */
record DropCommand(String kind, List<String> names, boolean ifExists, boolean cascade) {

    private static final String DEPENDENT_OBJECTS = "2BP01";

    /** {@code null} if the statement is something else. */
    static @Nullable DropCommand of(TokenBuffer tokens) {
        boolean known = tokens.isWord(1, "TABLE") || tokens.isWord(1, "VIEW") || tokens.isWord(1, "INDEX");
        if (!tokens.isWord(0, "DROP") || !known) {
            return null;
        }
        int at = tokens.isWord(2, "CONCURRENTLY") ? 3 : 2;
        boolean ifExists = tokens.isWords(at, "IF", "EXISTS");
        at += ifExists ? 2 : 0;
        List<String> names = new ArrayList<>();
        do {
            at += tokens.is(at, ",") ? 1 : 0;
            at += tokens.is(at + 1, ".") ? 2 : 0;
            names.add(tokens.get(at++).name());
        } while (tokens.is(at, ","));
        String kind = tokens.get(1).text().toUpperCase(Locale.ROOT);
        return new DropCommand(kind, names, ifExists, tokens.isWord(at, "CASCADE"));
    }

    /** Whether it is about one thing alone. */
    boolean isPlain() {
        return names.size() == 1;
    }

    /**
     * Sees that no rows of other tables go with these, and that none is left with a foreign key to nowhere, which SQLite
     * lets nobody write to.
     *
     * @throws SQLException if a table would be (2BP01), or its foreign key is to go with them (0A000)
     */
    void check(GatewaySession gateway) throws SQLException {
        References.Reference other = kind.equals("TABLE") ? new References(gateway).fromOthers(names) : null;
        if (other == null) {
            return;
        }
        String what = "a foreign key of table \"" + other.from() + "\" depends on table \"" + other.to() + "\"";
        String advice = "drop both in one statement (DROP TABLE " + SqlIdentifier.quote(other.to()) + ", "
                + SqlIdentifier.quote(other.from()) + "), or make \"" + other.from()
                + "\" anew before: without the foreign key, or with one to the table that comes in the place of this one";
        if (cascade) {
            throw new SQLException(
                    what + ", and SQLite cannot drop that alone as CASCADE wants it: " + advice,
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
        throw new SQLException(
                "cannot drop table " + other.to() + " because other objects depend on it: " + what + "; " + advice,
                DEPENDENT_OBJECTS);
    }

    /**
     * What it does, in its order.
     *
     * @throws SQLException if the schema cannot be read
     */
    List<Plan.OfDatabase> steps(GatewaySession gateway) throws SQLException {
        List<String> ordered = kind.equals("TABLE") ? new References(gateway).ordered(names) : names;
        List<Plan.OfDatabase> steps = new ArrayList<>();
        for (String name : ordered) {
            String sql = "DROP " + kind + (ifExists ? " IF EXISTS " : " ") + SqlIdentifier.quote(name);
            steps.add(Plan.OfDatabase.of(gateway.prepare(sql), "DROP " + kind));
        }
        return steps;
    }
}
