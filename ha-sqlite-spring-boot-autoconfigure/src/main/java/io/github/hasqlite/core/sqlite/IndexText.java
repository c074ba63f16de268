package io.github.hasqlite.core.sqlite;

import java.util.ArrayList;
import java.util.List;
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
        TokenList tokens = new TokenList(sql);
        List<String> terms = new ArrayList<>();
        int depth = 0;
        int first = 0;
        for (int at = 0; at < tokens.size(); at++) {
            if (tokens.is(at, '(') && depth++ == 0) {
                first = at + 1;
            } else if (tokens.is(at, ',') && depth == 1) {
                terms.add(term(tokens, first, at - 1));
                first = at + 1;
            } else if (tokens.is(at, ')') && --depth == 0) {
                terms.add(term(tokens, first, at - 1));
                return new IndexText(List.copyOf(terms), predicate(sql, tokens, at + 1));
            }
        }
        return new IndexText(List.copyOf(terms), null);
    }

    private static String term(TokenList tokens, int first, int last) {
        boolean ordered = last > first && tokens.isAnyWord(last, "ASC", "DESC");
        return tokens.textFrom(first, ordered ? last - 1 : last);
    }

    private static @Nullable String predicate(String sql, TokenList tokens, int from) {
        for (int at = from; at < tokens.size(); at++) {
            if (tokens.isWord(at, "WHERE")) {
                // a comment at the end must not swallow what is put behind it
                return sql.substring(tokens.end(at)) + "\n";
            }
        }
        return null;
    }
}
