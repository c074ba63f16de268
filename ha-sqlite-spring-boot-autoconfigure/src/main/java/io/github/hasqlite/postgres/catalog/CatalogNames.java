package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.util.Map;
import java.util.Set;

/** Tells questions about the catalog from those about the database. Stateless. */
public final class CatalogNames {

    private static final Set<String> WORDS =
            Set.of("current_user", "session_user", "current_catalog", "current_role", "current_schema", "user");

    private CatalogNames() {}

    /** SQL for what statements say of their session, by the words and calls for it; none of it changes. */
    public static Map<String, String> values(CatalogSession session) {
        String user = literal(session.user(), "name");
        String database = literal(session.database(), "name");
        return Map.of(
                "current_user",
                user,
                "session_user",
                user,
                "current_role",
                user,
                "user",
                user,
                "current_catalog",
                database,
                "current_database",
                database,
                "current_schema",
                literal("public", "name"),
                "version",
                literal(CatalogFunctions.VERSION, "text"),
                "pg_backend_pid",
                "CAST(" + session.pid() + " AS int4)");
    }

    private static String literal(String text, String type) {
        return "CAST('" + text.replace("'", "''") + "' AS " + type + ")";
    }

    /** Whether a query reads nothing but tables of the catalog, or has functions of it and reads no table. */
    public static boolean isAbout(TokenBuffer tokens) {
        if (!tokens.isWord(0, "SELECT")
                && !tokens.isWord(0, "WITH")
                && !(tokens.is(0, "(") && tokens.isWord(1, "SELECT"))) {
            return false;
        }
        return isNamed(tokens, true);
    }

    /** Whether a statement reads tables of the catalog. */
    public static boolean isReadBy(TokenBuffer tokens) {
        return isNamed(tokens, false);
    }

    private static boolean isNamed(TokenBuffer tokens, boolean calls) {
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
                boolean call = tokens.is(i + 3, "(");
                catalog |= calls ? !call || !from || isTablePlace(tokens, i) : isTable(tokens, i, call);
            } else if (!calls && !qualified && name.startsWith("pg_") && isTable(tokens, i, called)) {
                catalog = true;
            } else if (calls && !qualified && name.startsWith("pg_") && (isTablePlace(tokens, i) || called)) {
                // of a column nobody knows its type here
                catalog |= !name.equals("pg_typeof") || !reads;
            } else if (calls && !from && called && CatalogFunctions.NAMES.contains(name)) {
                catalog = true;
            } else if (calls && !reads && SqlToken.isObjectType(name) && isCastTo(tokens, i)) {
                catalog = true;
            } else if (calls && isWord(tokens, i) && !reads && !called && !qualified && !tokens.isWord(i - 1, "AS")) {
                catalog = true;
            }
        }
        return catalog;
    }

    /** A comma is also between what is in the list of a query, in which calls are. */
    private static boolean isTable(TokenBuffer tokens, int at, boolean called) {
        return isTablePlace(tokens, at) && !(called && tokens.is(at - 1, ","));
    }

    private static boolean isCastTo(TokenBuffer tokens, int at) {
        return tokens.is(at - 1, "::") || (tokens.isWord(at - 1, "AS") && tokens.is(at + 1, ")"));
    }

    /** What is quoted is a column. */
    private static boolean isWord(TokenBuffer tokens, int at) {
        return tokens.get(at).kind() == Kind.WORD
                && WORDS.contains(tokens.get(at).name());
    }

    private static boolean isTablePlace(TokenBuffer tokens, int at) {
        return tokens.isWord(at - 1, "FROM") || tokens.isWord(at - 1, "JOIN") || tokens.is(at - 1, ",");
    }
}
