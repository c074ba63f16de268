package io.github.hasqlite.core.sqlite;

import java.util.Locale;

/**
 * Steps through the tokens of SQL text: knows strings, quoted names and comments, nothing of grammar.
 * Not thread-safe.
 */
public final class SqlTokens {

    private final String sql;
    private final int end;
    private int start;
    private int next;

    public SqlTokens(String sql, int from, int to) {
        this.sql = sql;
        this.next = from;
        this.end = to;
    }

    /** Moves to the next token; {@code false} at the end. */
    public boolean advance() {
        skipBlanksAndComments();
        start = next;
        if (next >= end) {
            return false;
        }
        char c = sql.charAt(next);
        if (c == '\'' || c == '"' || c == '`') {
            skipQuoted(c, true);
        } else if (c == '[') {
            skipQuoted(']', false);
        } else if (isWordPart(c)) {
            while (next < end && isWordPart(sql.charAt(next))) {
                next++;
            }
        } else {
            next++;
        }
        return true;
    }

    /** Moves from an opening parenthesis to the token behind the one that closes it; {@code false} at the end. */
    boolean advanceBehindParentheses() {
        int depth = 1;
        while (depth > 0 && advance()) {
            if (is('(')) {
                depth++;
            } else if (is(')')) {
                depth--;
            }
        }
        return depth == 0 && advance();
    }

    public int start() {
        return start;
    }

    public int end() {
        return next;
    }

    /** Whether the current token is this one character. */
    public boolean is(char c) {
        return next == start + 1 && sql.charAt(start) == c;
    }

    /** Whether the current token is this keyword, given in upper case. */
    public boolean isWord(String keyword) {
        return next - start == keyword.length() && sql.regionMatches(true, start, keyword, 0, keyword.length());
    }

    /** The current token in upper case. */
    public String word() {
        return sql.substring(start, next).toUpperCase(Locale.ROOT);
    }

    /** The name the current token stands for, without its quotes. */
    public String name() {
        char c = sql.charAt(start);
        if (next - start < 2) {
            return sql.substring(start, next);
        }
        return switch (c) {
            case '"', '\'', '`' -> {
                String quote = String.valueOf(c);
                yield sql.substring(start + 1, next - 1).replace(quote + quote, quote);
            }
            case '[' -> sql.substring(start + 1, next - 1);
            default -> sql.substring(start, next);
        };
    }

    private void skipBlanksAndComments() {
        while (next < end) {
            char c = sql.charAt(next);
            if (c <= ' ' || c == '\uFEFF') {
                next++;
            } else if (c == '-' && sql.startsWith("--", next)) {
                int newline = sql.indexOf('\n', next);
                next = newline < 0 ? end : Math.min(newline + 1, end);
            } else if (c == '/' && sql.startsWith("/*", next)) {
                int close = sql.indexOf("*/", next + 2);
                next = close < 0 ? end : Math.min(close + 2, end);
            } else {
                return;
            }
        }
    }

    private void skipQuoted(char close, boolean doubled) {
        next++;
        while (next < end) {
            if (sql.charAt(next++) == close) {
                if (!doubled || next >= end || sql.charAt(next) != close) {
                    return;
                }
                next++;
            }
        }
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c > 0x7f;
    }
}
