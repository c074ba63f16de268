package io.github.hasqlite.core.sqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a CREATE INDEX statement that SQLite's pragmas do not answer. Immutable.
 *
 * @param terms the indexed columns and expressions in index order, without ASC or DESC
 * @param predicate which rows a partial index holds; {@code null} if it holds all
 */
public record IndexText(List<String> terms, @Nullable String predicate) {

    /** Takes a statement apart that SQLite has accepted. */
    public static IndexText parse(String sql) {
        List<String> terms = new ArrayList<>();
        int depth = 0;
        int start = 0;
        int i = 0;
        while (i < sql.length()) {
            char c = sql.charAt(i);
            int next = skip(sql, i);
            if (c == '(' && depth++ == 0) {
                start = i + 1;
            } else if (c == ',' && depth == 1) {
                terms.add(term(sql.substring(start, i)));
                start = i + 1;
            } else if (c == ')' && --depth == 0) {
                terms.add(term(sql.substring(start, i)));
                return new IndexText(List.copyOf(terms), predicate(sql.substring(i + 1)));
            }
            i = next;
        }
        return new IndexText(List.copyOf(terms), null);
    }

    /** Where the character, quoted text or comment at {@code at} ends. */
    private static int skip(String sql, int at) {
        char c = sql.charAt(at);
        if (c == '-' && sql.startsWith("--", at)) {
            return after(sql, "\n", at + 2);
        }
        if (c == '/' && sql.startsWith("/*", at)) {
            return after(sql, "*/", at + 2);
        }
        if (c == '\'' || c == '"' || c == '`') {
            // a doubled quote is the end of one text and the beginning of another
            return after(sql, String.valueOf(c), at + 1);
        }
        return c == '[' ? after(sql, "]", at + 1) : at + 1;
    }

    private static int after(String sql, String end, int from) {
        int found = sql.indexOf(end, from);
        return found < 0 ? sql.length() : found + end.length();
    }

    private static String term(String text) {
        String term = text.strip();
        String upper = term.toUpperCase(Locale.ROOT);
        for (String order : List.of("ASC", "DESC")) {
            int end = term.length() - order.length();
            if (upper.endsWith(order) && end > 0 && !Character.isUnicodeIdentifierPart(term.charAt(end - 1))) {
                return term.substring(0, end).strip() + "\n";
            }
        }
        // a comment at the end must not swallow what is put behind it
        return term + "\n";
    }

    private static @Nullable String predicate(String rest) {
        int i = 0;
        while (i < rest.length()) {
            if (rest.regionMatches(true, i, "WHERE", 0, "WHERE".length())) {
                return rest.substring(i + "WHERE".length()) + "\n";
            }
            i = skip(rest, i);
        }
        return null;
    }
}
