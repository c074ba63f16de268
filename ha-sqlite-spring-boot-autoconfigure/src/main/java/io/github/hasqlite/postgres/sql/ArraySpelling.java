package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ArrayText;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Arrays, which SQLite does not have: {@code = ANY (array)} and {@code <> ALL (array)} are lists or JSON, {@code unnest} in
 * FROM is a table of JSON. Parameters that are arrays come as JSON.
 */
final class ArraySpelling {

    private ArraySpelling() {}

    /** @throws SQLException if an array stands where there can be none (0A000), or is none (22P02) */
    static void apply(TokenBuffer tokens) throws SQLException {
        for (int i = 0; i < tokens.size(); i++) {
            boolean called = tokens.is(i + 1, "(") && tokens.closing(i + 1) < tokens.size();
            if (called && isQuantifier(tokens, i)) {
                compared(tokens, i);
            } else if (called && tokens.isWord(i, "UNNEST")) {
                UnnestSpelling.apply(tokens, i);
            }
        }
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.isWord(i, "ARRAY") && tokens.is(i + 1, "[")) {
                throw new SQLException(
                        "SQLite has no arrays: ARRAY[…] is understood in = ANY (…), <> ALL (…) and FROM unnest(…); elsewhere"
                                + " use JSON, json_array(…)",
                        SqlStates.FEATURE_NOT_SUPPORTED);
            }
        }
    }

    /** Behind an operator; otherwise ALL belongs to SELECT, UNION or an aggregate. */
    private static boolean isQuantifier(TokenBuffer tokens, int at) {
        boolean word = tokens.isWord(at, "ANY") || tokens.isWord(at, "SOME") || tokens.isWord(at, "ALL");
        SqlToken before = tokens.get(at - 1);
        return word && (isOperator(before) || before.isWord("LIKE") || before.isWord("ILIKE"));
    }

    private static boolean isOperator(SqlToken token) {
        return token.kind() == Kind.OPERATOR && !token.is("*") && !token.is("::");
    }

    private static void compared(TokenBuffer tokens, int at) throws SQLException {
        boolean all = tokens.isWord(at, "ALL");
        boolean in = !all && tokens.is(at - 1, "=");
        boolean notIn = all && (tokens.is(at - 1, "<>") || tokens.is(at - 1, "!="));
        String word = tokens.get(at).text().toUpperCase(Locale.ROOT);
        if (!in && !notIn) {
            throw new SQLException(
                    tokens.get(at - 1).text() + " " + word
                            + " is not supported, only = ANY and <> ALL are: write EXISTS"
                            + " (SELECT 1 FROM json_each(array) WHERE x "
                            + tokens.get(at - 1).text() + " value)"
                            + (all ? ", negated" : ""),
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
        int close = tokens.closing(at + 1);
        if (!tokens.isWord(at + 2, "SELECT") && !tokens.isWord(at + 2, "VALUES") && !tokens.isWord(at + 2, "WITH")) {
            String list = list(tokens, at + 2, close);
            tokens.replace(
                    at + 2,
                    close,
                    list != null
                            ? list
                            : "SELECT " + element("") + " FROM json_each(" + json(tokens, at + 2, close) + ")");
        }
        tokens.replace(at - 1, at + 1, in ? " IN " : " NOT IN ");
    }

    /** What is between the brackets of an ARRAY[…]; {@code null} if the array is something else. */
    private static @Nullable String list(TokenBuffer tokens, int from, int to) {
        int end = withoutCast(tokens, from, to);
        return isConstructor(tokens, from, end) ? tokens.text(from + 2, end - 1) + " " : null;
    }

    private static boolean isConstructor(TokenBuffer tokens, int from, int to) {
        return tokens.isWord(from, "ARRAY") && tokens.is(from + 1, "[") && tokens.closing(from + 1) == to - 1;
    }

    /**
     * The value of an element in a row of {@code json_each}: bytes are objects in JSON.
     *
     * @param table with a dot behind it, if it has a name
     */
    static String element(String table) {
        return "CASE " + table + "type WHEN 'object' THEN ifnull(unhex(" + table + "value ->> '$." + ArrayText.BYTES
                + "'), " + table + "value) ELSE " + table + "value END";
    }

    /**
     * An array as an expression that is JSON.
     *
     * @param from where the array begins
     * @param to where it ends, not included
     */
    static String json(TokenBuffer tokens, int from, int to) throws SQLException {
        int end = withoutCast(tokens, from, to);
        if (isConstructor(tokens, from, end)) {
            return "json_array(" + tokens.text(from + 2, end - 1) + ")";
        }
        SqlToken first = tokens.get(from);
        if (end == from + 1
                && first.kind() == Kind.TEXT
                && !first.literal().strip().startsWith("[")) {
            return SqlToken.quoted(json(first.literal().strip()));
        }
        return tokens.text(from, end).strip();
    }

    private static String json(String literal) throws SQLException {
        List<@Nullable Object> elements = new ArrayList<>();
        try {
            for (String element : ArrayText.parse(literal)) {
                // a number as PostgreSQL writes it; a column of texts compares it as the same text
                boolean number = element != null && element.matches("-?[1-9]\\d{0,17}|0");
                elements.add(number ? (Object) Long.parseLong(element) : element);
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new SQLException("malformed array literal: \"" + literal + "\"", "22P02", e);
        }
        return ArrayText.json(elements);
    }

    /** Where an array ends that is cast to a type of arrays at its end. */
    private static int withoutCast(TokenBuffer tokens, int from, int to) {
        if (!tokens.is(to - 1, "]")) {
            return to;
        }
        for (int i = to - 1; i > from; i--) {
            if (tokens.is(i, ")") || tokens.is(i, "]")) {
                i = tokens.opening(i);
            } else if (tokens.is(i, "::")) {
                return i;
            }
        }
        return to;
    }
}
