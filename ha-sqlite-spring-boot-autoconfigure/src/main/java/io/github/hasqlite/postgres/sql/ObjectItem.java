package io.github.hasqlite.postgres.sql;

/**
 * A value of the type of a name of the catalog's objects, as {@code 'users'::regclass}: the object's number where it is
 * compared or given to a function, and its name where it is answered. Stateless.
 */
final class ObjectItem {

    private ObjectItem() {}

    /** Whether what stands from one place to another, the last not included, is answered as it is, or made a text. */
    static boolean isShown(TokenBuffer tokens, int start, int end) {
        boolean text = tokens.is(end, "::")
                && (tokens.isWord(end + 1, "TEXT")
                        || tokens.isWord(end + 1, "VARCHAR")
                        || tokens.isWord(end + 1, "NAME"));
        boolean ends =
                ends(tokens, end) || tokens.isWord(end, "AS") || tokens.get(end).isName();
        return text || (ends && isInList(tokens, start));
    }

    /**
     * Gives its column the name that PostgreSQL does, if it is one of the outermost query and has none.
     *
     * @param start where the value begins that is cast
     * @param cast where the cast begins, behind the value
     * @param end behind the cast
     */
    static void name(TokenBuffer tokens, int start, int cast, int end) {
        boolean again = tokens.is(end, "::") && tokens.get(end + 1).isName();
        int last = again ? end + 2 : end;
        int first = tokens.isWord(start - 2, "CAST") ? start - 2 : start;
        if (!ends(tokens, last) || !isInList(tokens, first)) {
            return;
        }
        int operand = tokens.is(cast - 1, ")") ? tokens.opening(cast - 1) - 1 : cast - 1;
        boolean named = operand >= start && tokens.get(operand).isName();
        int type = tokens.is(last - 1, ")") ? last - 2 : last - 1;
        tokens.insert(last, "AS " + tokens.get(named ? operand : type).text());
    }

    private static boolean ends(TokenBuffer tokens, int end) {
        return tokens.is(end, ",")
                || tokens.isWord(end, "FROM")
                || tokens.get(end).text().isEmpty()
                || tokens.is(end, ";");
    }

    /** Of the outermost query. */
    private static boolean isInList(TokenBuffer tokens, int start) {
        int before = start - 1;
        if (!tokens.is(before, ",") && !tokens.isWord(before, "SELECT") && !tokens.isWord(before, "DISTINCT")) {
            return false;
        }
        for (int i = before; i >= 0; i--) {
            if (tokens.is(i, ")") || tokens.is(i, "]")) {
                i = tokens.opening(i);
            } else if (tokens.isWord(i, "SELECT")) {
                return depth(tokens, i) == 0;
            } else if (tokens.is(i, "(") || tokens.isWord(i, "FROM") || tokens.isWord(i, "BY")) {
                return false;
            }
        }
        return false;
    }

    private static int depth(TokenBuffer tokens, int at) {
        int depth = 0;
        for (int i = 0; i < at; i++) {
            depth += tokens.is(i, "(") ? 1 : tokens.is(i, ")") ? -1 : 0;
        }
        return depth;
    }
}
