package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** {@code FROM unnest(array, …) [WITH ORDINALITY] [[AS] alias [(columns)]]}: tables of JSON, side by side. */
final class UnnestSpelling {

    private UnnestSpelling() {}

    /** @param at the function's name, with a parenthesis behind it */
    static void apply(TokenBuffer tokens, int at) throws SQLException {
        if (!tokens.isWord(at - 1, "FROM") && !tokens.isWord(at - 1, "JOIN") && !followsTable(tokens, at)) {
            throw new SQLException(
                    "unnest is supported as a table only: write SELECT u.x FROM unnest(…) AS u(x)",
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
        List<String> arrays = arrays(tokens, at);
        int end = tokens.closing(at + 1) + 1;
        boolean numbered = tokens.isWords(end, "WITH", "ORDINALITY");
        end += numbered ? 2 : 0;
        boolean as = tokens.isWord(end, "AS");
        int name = as ? end + 1 : end;
        boolean named = tokens.get(name).isName() && (as || !isKeyword(tokens.get(name)));
        String alias = named ? tokens.get(name).text() : "unnest";
        end = named ? name + 1 : end;
        List<String> names = new ArrayList<>();
        if (named && tokens.is(end, "(")) {
            int close = tokens.closing(end);
            for (int i = end + 1; i < close; i++) {
                if (tokens.get(i).isName()) {
                    names.add(tokens.get(i).text());
                }
            }
            end = close + 1;
        } else if (named && arrays.size() == 1) {
            // as PostgreSQL has it: the one column is called like the table
            names.add(alias);
        }
        tokens.replace(at, end, table(arrays, names, numbered) + " AS " + alias);
    }

    private static List<String> arrays(TokenBuffer tokens, int at) throws SQLException {
        List<String> arrays = new ArrayList<>();
        int close = tokens.closing(at + 1);
        int from = at + 2;
        for (int i = from; i <= close; i++) {
            if (tokens.is(i, "(") || tokens.is(i, "[")) {
                i = tokens.closing(i);
            } else if (i == close || tokens.is(i, ",")) {
                arrays.add(ArraySpelling.json(tokens, from, i));
                from = i + 1;
            }
        }
        return arrays;
    }

    /** The longest array counts; the others have NULL behind their ends. */
    private static String table(List<String> arrays, List<String> names, boolean numbered) {
        StringBuilder columns = new StringBuilder();
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < arrays.size(); i++) {
            String name = i < names.size() ? names.get(i) : "unnest";
            columns.append(i == 0 ? "" : ", ")
                    .append(ArraySpelling.element("ha_u" + i + "."))
                    .append(" AS ")
                    .append(name);
            joined.append(i == 0 ? "" : " FULL JOIN ")
                    .append("json_each(")
                    .append(arrays.get(i))
                    .append(") ha_u")
                    .append(i);
            if (i > 0) {
                joined.append(" ON ha_u").append(i).append(".key = ").append(key(i));
            }
        }
        if (numbered) {
            String name = names.size() > arrays.size() ? names.get(arrays.size()) : "ordinality";
            columns.append(", ").append(key(arrays.size())).append(" + 1 AS ").append(name);
        }
        return "(SELECT " + columns + " FROM " + joined + ")";
    }

    /** The place in the arrays before one. */
    private static String key(int arrays) {
        StringBuilder keys = new StringBuilder("ha_u0.key");
        for (int i = 1; i < arrays; i++) {
            keys.append(", ha_u").append(i).append(".key");
        }
        return arrays == 1 ? keys.toString() : "coalesce(" + keys + ")";
    }

    /** A comma between tables of FROM. */
    private static boolean followsTable(TokenBuffer tokens, int at) {
        if (!tokens.is(at - 1, ",")) {
            return false;
        }
        for (int i = at - 2; i >= 0; i--) {
            if (tokens.is(i, ")") || tokens.is(i, "]")) {
                i = tokens.opening(i);
            } else if (tokens.isWord(i, "FROM")) {
                return true;
            } else if (tokens.is(i, "(")
                    || tokens.isWord(i, "SELECT")
                    || tokens.isWord(i, "WHERE")
                    || tokens.isWord(i, "BY")) {
                return false;
            }
        }
        return false;
    }

    private static boolean isKeyword(SqlToken token) {
        if (token.kind() != Kind.WORD) {
            return false;
        }
        for (String keyword : new String[] {
            "WHERE",
            "JOIN",
            "LEFT",
            "RIGHT",
            "FULL",
            "INNER",
            "CROSS",
            "NATURAL",
            "ON",
            "USING",
            "GROUP",
            "ORDER",
            "HAVING",
            "WINDOW",
            "UNION",
            "EXCEPT",
            "INTERSECT",
            "LIMIT",
            "OFFSET",
            "FETCH",
            "FOR",
            "RETURNING",
            "SET"
        }) {
            if (token.isWord(keyword)) {
                return true;
            }
        }
        return false;
    }
}
