package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.util.Set;

/** Tells questions about the catalog from those about the database. Stateless. */
public final class CatalogNames {

    private static final Set<String> WORDS =
            Set.of("current_user", "session_user", "current_catalog", "current_role", "current_schema", "user");

    private CatalogNames() {}

    /** Whether a query reads nothing but tables of the catalog, or has functions of it and reads no table. */
    public static boolean isAbout(TokenBuffer tokens) {
        if (!tokens.isWord(0, "SELECT")
                && !tokens.isWord(0, "WITH")
                && !(tokens.is(0, "(") && tokens.isWord(1, "SELECT"))) {
            return false;
        }
        boolean reads = tokens.containsWord("FROM");
        boolean from = false;
        boolean catalog = false;
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (!token.isName()) {
                continue;
            }
            from |= token.isWord("FROM");
            boolean qualified = tokens.is(i - 1, ".");
            boolean called = tokens.is(i + 1, "(");
            String name = token.name();
            if (tokens.is(i + 1, ".")
                    && !qualified
                    && (name.equals("pg_catalog") || name.equals("information_schema"))) {
                catalog |= !tokens.is(i + 3, "(") || !from || isTablePlace(tokens, i);
            } else if (!qualified && name.startsWith("pg_") && (isTablePlace(tokens, i) || called)) {
                // of a column nobody knows its type here
                catalog |= !name.equals("pg_typeof") || !reads;
            } else if (!from && called && CatalogFunctions.NAMES.contains(name)) {
                catalog = true;
            } else if (!from && !called && !qualified && WORDS.contains(name) && !tokens.isWord(i - 1, "AS")) {
                catalog = true;
            }
        }
        return catalog;
    }

    private static boolean isTablePlace(TokenBuffer tokens, int at) {
        return tokens.isWord(at - 1, "FROM") || tokens.isWord(at - 1, "JOIN") || tokens.is(at - 1, ",");
    }
}
