package io.github.hasqlite.postgres.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Primary keys take no NULL, as in PostgreSQL and the standard; in SQLite only those that are the number of the row, which
 * counts by itself, do not.
 */
final class KeySpelling {

    /** Words that begin what is no column. */
    private static final Set<String> OF_TABLES =
            Set.of("constraint", "primary", "unique", "check", "foreign", "exclude", "like");

    private KeySpelling() {}

    /** To be called when columns that count are spelled. */
    static void apply(TokenBuffer tokens) {
        int at = tokens.isWord(1, "TEMP") || tokens.isWord(1, "TEMPORARY") ? 2 : 1;
        if (!tokens.isWord(0, "CREATE") || !tokens.isWord(at, "TABLE")) {
            return;
        }
        int open = at + 1;
        while (open < tokens.size() && !tokens.is(open, "(")) {
            if (tokens.isWord(open, "AS")) {
                return;
            }
            open++;
        }
        List<Integer> parts = parts(tokens, open);
        List<String> key = key(tokens, parts);
        // from the last, so that the places of the others stay
        for (int i = parts.size() - 2; i >= 0; i--) {
            int from = parts.get(i);
            int end = parts.get(i + 1) - 1;
            boolean own = isKey(tokens, from, end);
            boolean part = own || key.contains(tokens.get(from).name());
            boolean counts = isInteger(tokens, from) && (own ? !isDescending(tokens, from, end) : key.size() == 1);
            if (isColumn(tokens, from) && part && !counts && !isRequired(tokens, from, end)) {
                tokens.insert(end, "NOT NULL");
            }
        }
    }

    /** Where columns and conditions begin, and at last behind the parenthesis that closes them. */
    private static List<Integer> parts(TokenBuffer tokens, int open) {
        List<Integer> parts = new ArrayList<>();
        int close = tokens.closing(open);
        int begin = open + 1;
        for (int i = begin; i <= close && close < tokens.size(); i++) {
            if (tokens.is(i, "(")) {
                i = tokens.closing(i);
            } else if (i == close || tokens.is(i, ",")) {
                parts.add(begin);
                begin = i + 1;
            }
        }
        parts.add(begin);
        return parts;
    }

    private static boolean isColumn(TokenBuffer tokens, int from) {
        SqlToken first = tokens.get(from);
        return first.isName() && !(first.kind() == SqlToken.Kind.WORD && OF_TABLES.contains(first.name()));
    }

    /** The columns of a key that stands for itself. */
    private static List<String> key(TokenBuffer tokens, List<Integer> parts) {
        List<String> names = new ArrayList<>();
        for (int from : parts) {
            int at = tokens.isWord(from, "CONSTRAINT") ? from + 2 : from;
            if (tokens.isWords(at, "PRIMARY", "KEY") && tokens.is(at + 2, "(")) {
                for (int i = at + 3; i < tokens.closing(at + 2); i++) {
                    if (tokens.get(i).isName() && (tokens.is(i - 1, "(") || tokens.is(i - 1, ","))) {
                        names.add(tokens.get(i).name());
                    }
                }
            }
        }
        return names;
    }

    private static boolean isKey(TokenBuffer tokens, int from, int end) {
        return find(tokens, from, end, "PRIMARY", "KEY") >= 0;
    }

    private static boolean isRequired(TokenBuffer tokens, int from, int end) {
        return find(tokens, from, end, "NOT", "NULL") >= 0;
    }

    /** By a rule of SQLite's old days, such a key is not the number of the row. */
    private static boolean isDescending(TokenBuffer tokens, int from, int end) {
        return tokens.isWord(find(tokens, from, end, "PRIMARY", "KEY") + 2, "DESC");
    }

    /** With exactly this type a key is the number of the row. */
    private static boolean isInteger(TokenBuffer tokens, int from) {
        return tokens.get(from + 1).name().equals("integer") && !tokens.is(from + 2, "(");
    }

    private static int find(TokenBuffer tokens, int from, int end, String... words) {
        for (int i = from + 1; i < end; i++) {
            if (tokens.is(i, "(")) {
                i = tokens.closing(i);
            } else if (tokens.isWords(i, words)) {
                return i;
            }
        }
        return -1;
    }
}
