package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the text of an index says and SQLite's pragmas do not.
 *
 * @param terms columns and expressions, without their order
 * @param filter the condition of a partial index; {@code null} if it has all rows
 */
record IndexDefinition(List<String> terms, @Nullable String filter) {

    private static final IndexDefinition NONE = new IndexDefinition(List.of(), null);

    /** @param sql what created it; empty if a constraint did. What cannot be read has no terms. */
    static IndexDefinition of(String sql) {
        try {
            TokenBuffer tokens = Spelling.tokens(sql);
            int on = IntStream.range(0, tokens.size())
                    .filter(at -> tokens.isWord(at, "ON"))
                    .findFirst()
                    .orElse(tokens.size());
            int open = on + 2;
            int close = tokens.closing(open);
            if (!tokens.is(open, "(") || close >= tokens.size()) {
                return NONE;
            }
            String filter = tokens.isWord(close + 1, "WHERE") ? text(tokens, close + 2, tokens.size()) : null;
            return new IndexDefinition(terms(tokens, open, close), filter);
        } catch (SQLException e) {
            // SQLite has read it in a way of its own
            return NONE;
        }
    }

    private static List<String> terms(TokenBuffer tokens, int open, int close) {
        List<String> terms = new ArrayList<>();
        int from = open + 1;
        for (int i = open + 1; i <= close; i++) {
            if (tokens.is(i, "(")) {
                i = tokens.closing(i);
            } else if (i == close || tokens.is(i, ",")) {
                terms.add(text(tokens, from, endOfTerm(tokens, from, i)));
                from = i + 1;
            }
        }
        return terms;
    }

    private static int endOfTerm(TokenBuffer tokens, int from, int to) {
        int end = to;
        while (end > from + 1 && (tokens.isWord(end - 1, "ASC") || tokens.isWord(end - 1, "DESC"))) {
            end--;
        }
        return end > from + 2 && tokens.isWord(end - 2, "COLLATE") ? end - 2 : end;
    }

    private static String text(TokenBuffer tokens, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            SqlToken token = tokens.get(i);
            text.append(i == from || token.gap().isEmpty() ? "" : " ").append(token.text());
        }
        return text.toString();
    }
}
