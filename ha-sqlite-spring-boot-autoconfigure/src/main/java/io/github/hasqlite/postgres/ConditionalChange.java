package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** ALTER TABLE that is to do nothing if there is no such table, or if the column is there or is not. Stateless. */
final class ConditionalChange {

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
}
