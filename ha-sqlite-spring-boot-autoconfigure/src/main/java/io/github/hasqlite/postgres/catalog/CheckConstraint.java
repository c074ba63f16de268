package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.core.sqlite.TokenList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition that all rows of a table fulfil.
 *
 * @param name {@code null} if the table's definition has none for it
 * @param expression its text
 * @param columns those that it belongs to: the column behind which it stands, or those that it mentions
 */
record CheckConstraint(@Nullable String name, String expression, List<String> columns) {

    private static final String[] OF_TABLE = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"};

    /** Those of a table, in their order; SQLite has no other place for them than the text that created it. */
    static List<CheckConstraint> of(CatalogRelation relation) {
        String sql = relation.sql();
        TokenList tokens = new TokenList(sql);
        List<CheckConstraint> found = new ArrayList<>();
        int body = 0;
        while (body < tokens.size() && !tokens.is(body, '(')) {
            body++;
        }
        String column = null;
        boolean begins = true;
        for (int i = body + 1; i < tokens.size() && !tokens.is(i, ')'); i++) {
            if (begins) {
                column = tokens.isAnyWord(i, OF_TABLE) ? null : tokens.name(i);
                begins = false;
            }
            if (tokens.is(i, ',')) {
                begins = true;
            } else if (tokens.is(i, '(')) {
                int close = closing(tokens, i);
                if (tokens.isWord(i - 1, "CHECK") && close < tokens.size()) {
                    String name = i > 2 && tokens.isWord(i - 3, "CONSTRAINT") ? tokens.name(i - 2) : null;
                    String text =
                            sql.substring(tokens.end(i), tokens.start(close)).strip();
                    found.add(new CheckConstraint(
                            name, text, column == null ? mentioned(tokens, i, close, relation) : List.of(column)));
                }
                i = close;
            }
        }
        return found;
    }

    private static int closing(TokenList tokens, int open) {
        int depth = 0;
        for (int i = open; i < tokens.size(); i++) {
            depth += tokens.is(i, '(') ? 1 : tokens.is(i, ')') ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return tokens.size();
    }

    private static List<String> mentioned(TokenList tokens, int open, int close, CatalogRelation relation) {
        List<String> columns = new ArrayList<>();
        for (CatalogRelation.Column column : relation.columns()) {
            for (int i = open + 1; i < close; i++) {
                if (tokens.startsName(i) && tokens.name(i).equalsIgnoreCase(column.name())) {
                    columns.add(column.name());
                    break;
                }
            }
        }
        return columns;
    }
}
