package io.github.hasqlite.core.sqlite;

import java.util.Arrays;

/**
 * The tokens of one SQL text: knows strings, quoted names and comments, nothing of grammar. Positions
 * beyond the end are tokens without text, so callers need not check. Immutable.
 */
public final class TokenList {

    private final String sql;
    private final int[] starts;
    private final int[] ends;
    private final int size;

    public TokenList(String sql) {
        this.sql = sql;
        int[] from = new int[16];
        int[] to = new int[16];
        int count = 0;
        int next = skipBlanks(sql, 0);
        while (next < sql.length()) {
            if (count == from.length) {
                from = Arrays.copyOf(from, count * 2);
                to = Arrays.copyOf(to, count * 2);
            }
            from[count] = next;
            next = endOfToken(sql, next);
            to[count++] = next;
            next = skipBlanks(sql, next);
        }
        this.starts = from;
        this.ends = to;
        this.size = count;
    }

    public int size() {
        return size;
    }

    public int start(int token) {
        return token < size ? starts[token] : sql.length();
    }

    public int end(int token) {
        return token < size ? ends[token] : sql.length();
    }

    /** Whether the token is this one character. */
    public boolean is(int token, char c) {
        return token < size && ends[token] == starts[token] + 1 && sql.charAt(starts[token]) == c;
    }

    /** Whether the token is this keyword, given in upper case. */
    public boolean isWord(int token, String keyword) {
        return token < size
                && ends[token] - starts[token] == keyword.length()
                && sql.regionMatches(true, starts[token], keyword, 0, keyword.length());
    }

    /** Whether the token is one of these keywords. */
    public boolean isAnyWord(int token, String... keywords) {
        for (String keyword : keywords) {
            if (isWord(token, keyword)) {
                return true;
            }
        }
        return false;
    }

    /** The token as it is written. */
    public String text(int token) {
        return sql.substring(start(token), end(token));
    }

    /** The text from one token to another, both included. */
    String textFrom(int first, int last) {
        return sql.substring(start(first), end(last));
    }

    /** The name the token stands for, without its quotes. */
    public String name(int token) {
        String text = text(token);
        if (text.length() < 2) {
            return text;
        }
        String inner = text.substring(1, text.length() - 1);
        return switch (text.charAt(0)) {
            case '"' -> inner.replace("\"\"", "\"");
            case '\'' -> inner.replace("''", "'");
            case '`' -> inner.replace("``", "`");
            case '[' -> inner;
            default -> text;
        };
    }

    /** The first semicolon at or after a token, or {@link #size()}. */
    public int semicolonFrom(int token) {
        for (int i = token; i < size; i++) {
            if (is(i, ';')) {
                return i;
            }
        }
        return size;
    }

    private static int skipBlanks(String sql, int from) {
        int next = from;
        while (next < sql.length()) {
            char c = sql.charAt(next);
            if (c <= ' ' || c == '\uFEFF') {
                next++;
            } else if (sql.startsWith("--", next)) {
                int newline = sql.indexOf('\n', next);
                next = newline < 0 ? sql.length() : newline + 1;
            } else if (sql.startsWith("/*", next)) {
                int close = sql.indexOf("*/", next + 2);
                next = close < 0 ? sql.length() : close + 2;
            } else {
                return next;
            }
        }
        return next;
    }

    private static int endOfToken(String sql, int start) {
        char c = sql.charAt(start);
        if (c == '\'' || c == '"' || c == '`') {
            return endOfQuoted(sql, start, c, true);
        }
        if (c == '[') {
            return endOfQuoted(sql, start, ']', false);
        }
        int end = start;
        while (end < sql.length() && isWordPart(sql.charAt(end))) {
            end++;
        }
        return end == start ? start + 1 : end;
    }

    private static int endOfQuoted(String sql, int start, char close, boolean doubled) {
        int next = start + 1;
        while (next < sql.length()) {
            if (sql.charAt(next++) == close) {
                if (!doubled || next >= sql.length() || sql.charAt(next) != close) {
                    return next;
                }
                next++;
            }
        }
        return next;
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c > 0x7f;
    }
}
