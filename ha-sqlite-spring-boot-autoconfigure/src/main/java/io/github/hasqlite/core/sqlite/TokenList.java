package io.github.hasqlite.core.sqlite;

import java.util.Arrays;

/**
 * All tokens of one SQL text, as {@link SqlTokens} finds them. Positions beyond the end are tokens without
 * text, so callers need not check. Immutable.
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
        SqlTokens tokens = new SqlTokens(sql);
        while (tokens.advance()) {
            if (count == from.length) {
                from = Arrays.copyOf(from, count * 2);
                to = Arrays.copyOf(to, count * 2);
            }
            from[count] = tokens.start();
            to[count++] = tokens.end();
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
                && SqlIdentifier.isAt(sql, starts[token], keyword);
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
        return SqlTokens.name(sql, start(token), end(token));
    }

    /** Whether the token can be a name: a word or a quoted name, but no text and no number. */
    public boolean startsName(int token) {
        return token < size && SqlTokens.startsName(sql.charAt(starts[token]));
    }

    /** Whether one of the tokens is this keyword, given in upper case. */
    public boolean contains(String keyword) {
        for (int i = 0; i < size; i++) {
            if (isWord(i, keyword)) {
                return true;
            }
        }
        return false;
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
}
