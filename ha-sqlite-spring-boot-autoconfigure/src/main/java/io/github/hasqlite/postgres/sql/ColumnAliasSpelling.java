package io.github.hasqlite.postgres.sql;

/**
 * {@code FROM (VALUES (1, 2)) AS t(a, b)}: SQLite names the columns of a query in FROM only where it is a common table
 * expression.
 */
final class ColumnAliasSpelling {

    private ColumnAliasSpelling() {}

    static void apply(TokenBuffer tokens) {
        for (int open = 1; open < tokens.size(); open++) {
            if (tokens.is(open, "(") && isQuery(tokens, open + 1) && isTablePlace(tokens, open - 1)) {
                rename(tokens, open);
            }
        }
    }

    private static boolean isQuery(TokenBuffer tokens, int at) {
        return tokens.isWord(at, "VALUES") || tokens.isWord(at, "SELECT") || tokens.isWord(at, "WITH");
    }

    private static boolean isTablePlace(TokenBuffer tokens, int before) {
        return tokens.isWord(before, "FROM") || tokens.isWord(before, "JOIN") || tokens.is(before, ",");
    }

    private static void rename(TokenBuffer tokens, int open) {
        int close = tokens.closing(open);
        boolean as = tokens.isWord(close + 1, "AS");
        int name = as ? close + 2 : close + 1;
        int columns = name + 1;
        boolean named = tokens.get(name).isName() && (as || !ends(tokens, name));
        if (!named || !tokens.is(columns, "(")) {
            return;
        }
        String list = tokens.text(columns, tokens.closing(columns) + 1);
        String alias = tokens.get(name).text();
        tokens.replace(close, tokens.closing(columns) + 1, ") SELECT * FROM ha_c) AS " + alias);
        tokens.replace(open, open + 1, "(WITH ha_c" + list + " AS (");
    }

    /** Words that can stand between a query in parentheses and another parenthesis. */
    private static boolean ends(TokenBuffer tokens, int at) {
        for (String word : new String[] {"FROM", "WHERE", "ON", "USING", "IN", "AND", "OR", "NOT", "VALUES", "BY"}) {
            if (tokens.isWord(at, word)) {
                return true;
            }
        }
        return false;
    }
}
