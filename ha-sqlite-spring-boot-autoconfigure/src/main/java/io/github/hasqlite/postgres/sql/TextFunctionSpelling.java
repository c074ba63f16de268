package io.github.hasqlite.postgres.sql;

/** The standard's own syntax for functions of texts: {@code substring(x FROM 1 FOR 2)} and the like. */
final class TextFunctionSpelling {

    private TextFunctionSpelling() {}

    /** @param at the function's name, with a parenthesis behind it */
    static void apply(TokenBuffer tokens, int at) {
        int close = tokens.closing(at + 1);
        if (tokens.isWord(at, "TRIM")) {
            trim(tokens, at, close);
        } else if (tokens.isWord(at, "SUBSTRING")) {
            int from = find(tokens, at + 2, close, "FROM");
            if (from > 0) {
                tokens.replace(from, from + 1, ",");
            }
            int length = find(tokens, at + 2, close, "FOR");
            if (length > 0) {
                tokens.replace(length, length + 1, from > 0 ? "," : ", 1,");
            }
        } else {
            int in = find(tokens, at + 2, close, "IN");
            if (in > 0) {
                String what = text(tokens, at + 2, in);
                tokens.insert(close, ", " + what);
                tokens.remove(at + 2, in + 1);
                tokens.set(at, "instr");
            }
        }
    }

    private static void trim(TokenBuffer tokens, int at, int close) {
        boolean leading = tokens.isWord(at + 2, "LEADING");
        boolean trailing = tokens.isWord(at + 2, "TRAILING");
        boolean side = leading || trailing || tokens.isWord(at + 2, "BOTH");
        int from = find(tokens, at + 2, close, "FROM");
        if (from < 0) {
            return;
        }
        int what = side ? at + 3 : at + 2;
        if (what < from) {
            tokens.insert(close, ", " + text(tokens, what, from));
        }
        tokens.remove(at + 2, from + 1);
        tokens.set(at, leading ? "ltrim" : trailing ? "rtrim" : "trim");
    }

    private static int find(TokenBuffer tokens, int from, int close, String keyword) {
        int at = from;
        while (at < close) {
            if (tokens.isWord(at, keyword)) {
                return at;
            }
            at = tokens.is(at, "(") ? tokens.closing(at) + 1 : at + 1;
        }
        return -1;
    }

    private static String text(TokenBuffer tokens, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append(tokens.get(i).gap()).append(tokens.get(i).text());
        }
        return text.toString();
    }
}
