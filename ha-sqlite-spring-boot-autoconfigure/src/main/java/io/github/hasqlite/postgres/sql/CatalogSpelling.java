package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import java.util.Map;

/** Operators and functions that clients use when they ask for the catalog. */
final class CatalogSpelling {

    /** Functions that SQLite has under another name. */
    private static final Map<String, String> ALIKE = Map.of(
            "json_build_object",
            "json_object",
            "json_agg",
            "json_group_array",
            "bool_and",
            "min",
            "bool_or",
            "max",
            "every",
            "min",
            "string_agg",
            "group_concat");

    private CatalogSpelling() {}

    /** What has to be away before casts are looked at: schemas of functions and types, collations. */
    static void applyBeforeCasts(TokenBuffer tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.isWord(i, "OPERATOR") && tokens.is(i + 1, "(")) {
                int close = tokens.closing(i + 1);
                tokens.replace(i, close + 1, tokens.get(close - 1).text());
            } else if (tokens.isWord(i, "COLLATE")) {
                int end = tokens.is(i + 2, ".") ? i + 4 : i + 2;
                tokens.remove(i, end);
                i--;
            } else if (isCatalog(tokens.get(i)) && tokens.is(i + 1, ".") && !isTable(tokens, i)) {
                tokens.removeQualifier(i);
                i--;
            }
        }
    }

    private static boolean isCatalog(SqlToken token) {
        return token.isName()
                && (token.name().equals("pg_catalog") || token.name().equals("information_schema"));
    }

    private static boolean isTable(TokenBuffer tokens, int at) {
        return !tokens.is(at + 3, "(") && !tokens.is(at - 1, "::") && !tokens.isWord(at - 1, "AS");
    }

    static void apply(TokenBuffer tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.text().matches("!?~\\*?") && i > 0) {
                regularExpression(tokens, i);
            } else if (tokens.isWord(i - 1, "FROM")
                    && token.name().equals("pg_get_keywords")
                    && tokens.is(i + 1, "(")) {
                tokens.remove(i + 1, i + 3);
            } else if (token.isWord("ARRAY") && tokens.is(i + 1, "(") && tokens.isWord(i + 2, "SELECT")) {
                int close = tokens.closing(i + 1);
                tokens.replace(close, close + 1, ") SELECT ha_array_of(v) FROM ha_a)");
                tokens.replace(i, i + 2, "(WITH ha_a(v) AS (");
            } else if (token.isWord("ARRAY") && tokens.is(i + 1, "[")) {
                int close = tokens.closing(i + 1);
                tokens.replace(close, close + 1, ")");
                tokens.replace(i, i + 2, "ha_array_with(");
            } else if (token.kind() == Kind.WORD && tokens.is(i + 1, "(") && ALIKE.containsKey(token.name())) {
                tokens.set(i, ALIKE.getOrDefault(token.name(), token.text()));
            } else if (token.isWord("LIKE")
                    && tokens.get(i + 1).kind() == Kind.TEXT
                    && tokens.get(i + 1).literal().indexOf('\\') >= 0
                    && !tokens.isWord(i + 2, "ESCAPE")) {
                tokens.insert(i + 2, "ESCAPE '\\'");
            } else if (token.isWord("XMIN") && tokens.is(i - 1, ".")) {
                // a hidden column: which transaction wrote the row, which nobody knows here
                tokens.replace(i - 2, i + 1, "1");
            } else if (tokens.is(i, "[")) {
                subscript(tokens, i);
            } else if (constant(token)
                    && !tokens.is(i + 1, "(")
                    && !tokens.is(i - 1, ".")
                    && !tokens.isWord(i - 1, "AS")) {
                tokens.set(i, token.text() + "()");
            }
        }
    }

    private static boolean constant(SqlToken token) {
        return token.isWord("CURRENT_USER")
                || token.isWord("SESSION_USER")
                || token.isWord("CURRENT_CATALOG")
                || token.isWord("CURRENT_ROLE")
                || token.isWord("CURRENT_SCHEMA");
    }

    private static void regularExpression(TokenBuffer tokens, int at) {
        String operator = tokens.get(at).text();
        tokens.set(at, operator.startsWith("!") ? "NOT REGEXP" : "REGEXP");
        if (operator.endsWith("*")) {
            tokens.insert(at + 1, "'(?i)' ||");
        }
    }

    /** {@code array[n]}. */
    private static void subscript(TokenBuffer tokens, int at) {
        int close = tokens.closing(at);
        int start = tokens.operandStart(at);
        if (close >= tokens.size() || tokens.get(at - 1).kind() == Kind.OPERATOR) {
            return;
        }
        tokens.replace(close, close + 1, ")");
        tokens.replace(at, at + 1, ",");
        tokens.insert(start, "ha_element(");
    }
}
