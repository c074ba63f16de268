package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Defaults of columns: SQLite takes a literal, or an expression in parentheses, where PostgreSQL takes most expressions
 * without them. Stateless.
 */
public final class ColumnDefaultSpelling {

    /** Words that begin what follows a default. */
    private static final Set<String> ENDS = Set.of(
            "constraint",
            "not",
            "null",
            "primary",
            "unique",
            "check",
            "references",
            "generated",
            "collate",
            "deferrable",
            "initially");

    private static final Set<String> SEQUENCES = Set.of("nextval", "currval", "lastval", "setval");

    private static final Set<String> VALUES = Set.of("true", "false", "null");

    /** Words of SQLite's before a parenthesis. */
    private static final Set<String> KEYWORDS = Set.of(
            "cast", "in", "and", "or", "not", "case", "when", "then", "else", "like", "glob", "between", "is", "select",
            "exists", "escape");

    private ColumnDefaultSpelling() {}

    /**
     * Changes a statement that makes a table or a column.
     *
     * @return whether something was changed
     * @throws SQLException if a default counts, as only a key does (0A000)
     */
    public static boolean apply(TokenBuffer tokens) throws SQLException {
        if (!isOfColumns(tokens)) {
            return false;
        }
        boolean changed = false;
        for (int i = 2; i < tokens.size(); i++) {
            if (!tokens.isWord(i, "DEFAULT") || tokens.isWord(i - 1, "SET") || tokens.isWord(i - 1, "BY")) {
                continue;
            }
            int end = end(tokens, i + 1);
            refuseSequences(tokens, i + 1, end);
            refuseName(tokens, i + 1, end);
            if (!isPlain(tokens, i + 1, end)) {
                tokens.insert(end, ")");
                tokens.insert(i + 1, "(");
                changed = true;
            }
        }
        return changed;
    }

    private static boolean isOfColumns(TokenBuffer tokens) {
        boolean create = tokens.isWord(0, "CREATE")
                && (tokens.isWord(1, "TABLE")
                        || (tokens.isWord(2, "TABLE")
                                && (tokens.isWord(1, "TEMP")
                                        || tokens.isWord(1, "TEMPORARY")
                                        || tokens.isWord(1, "UNLOGGED"))));
        return (create || tokens.isWords(0, "ALTER", "TABLE")) && tokens.containsWord("DEFAULT");
    }

    private static int end(TokenBuffer tokens, int from) {
        int at = from;
        while (at < tokens.size()
                && !tokens.is(at, ",")
                && !tokens.is(at, ")")
                && !tokens.is(at, ";")
                && !tokens.get(at).text().isEmpty()
                && !(at > from && isEnd(tokens.get(at)))) {
            at = tokens.is(at, "(") || tokens.is(at, "[") ? tokens.closing(at) + 1 : at + 1;
        }
        return Math.min(at, tokens.size());
    }

    private static boolean isEnd(SqlToken token) {
        return token.kind() == Kind.WORD && ENDS.contains(token.name());
    }

    /** What SQLite takes as it is. */
    private static boolean isPlain(TokenBuffer tokens, int from, int end) {
        boolean signed = tokens.is(from, "-") || tokens.is(from, "+");
        return end - from <= 1
                || (ClockSpelling.isClock(tokens, from) && end - from == 4 && tokens.is(from + 1, "("))
                || (signed && end - from == 2)
                || (tokens.is(from, "(") && tokens.closing(from) == end - 1);
    }

    /** SQLite would take the name for a text. */
    private static void refuseName(TokenBuffer tokens, int from, int end) throws SQLException {
        SqlToken token = tokens.get(from);
        boolean word = token.kind() == Kind.WORD && end - from == 1;
        if (word && !VALUES.contains(token.name()) && !ClockSpelling.isClock(tokens, from)) {
            throw new SQLException(
                    "DEFAULT " + token.text()
                            + " is not supported: a default is a literal, a time (CURRENT_TIMESTAMP), or"
                            + " an expression of SQLite's own functions without columns",
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
    }

    /** The functions that defaults call, by their names. */
    public static Set<String> calls(TokenBuffer tokens) {
        Set<String> calls = new LinkedHashSet<>();
        for (int i = 2; isOfColumns(tokens) && i < tokens.size(); i++) {
            if (tokens.isWord(i, "DEFAULT") && tokens.is(i + 1, "(")) {
                for (int at = i + 2; at < tokens.closing(i + 1); at++) {
                    SqlToken token = tokens.get(at);
                    boolean call = token.kind() == Kind.WORD && tokens.is(at + 1, "(");
                    if (call && !KEYWORDS.contains(token.name())) {
                        calls.add(token.name());
                    }
                }
            }
        }
        return calls;
    }

    private static void refuseSequences(TokenBuffer tokens, int from, int end) throws SQLException {
        for (int i = from; i < end; i++) {
            if (SEQUENCES.contains(tokens.get(i).name()) && tokens.is(i + 1, "(")) {
                throw new SQLException(
                        "DEFAULT " + tokens.get(i).text()
                                + "(…) is not supported, as there are no sequences: a column that"
                                + " is INTEGER PRIMARY KEY (or SERIAL PRIMARY KEY) in CREATE TABLE counts by itself",
                        SqlStates.FEATURE_NOT_SUPPORTED);
            }
        }
    }
}
