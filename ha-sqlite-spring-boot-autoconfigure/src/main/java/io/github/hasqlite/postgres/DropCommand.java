package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * DROP of several tables, views or indexes: one after the other, of tables those that refer to others first.
 *
 * @param kind in upper case
 * @param names as they are named
 * @param ifExists whether one that is not there is no error
 */
record DropCommand(String kind, List<String> names, boolean ifExists) {

    /** {@code null} if the statement is something else, or a DROP of one thing alone. */
    static @Nullable DropCommand of(TokenBuffer tokens) {
        boolean known = tokens.isWord(1, "TABLE") || tokens.isWord(1, "VIEW") || tokens.isWord(1, "INDEX");
        if (!tokens.isWord(0, "DROP") || !known || !tokens.contains(",")) {
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
        return new DropCommand(tokens.get(1).text().toUpperCase(Locale.ROOT), names, ifExists);
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
