package io.github.hasqlite.core.sqlite;

/**
 * The one tokenizer: steps through the tokens of SQL text. It knows strings, quoted names and comments,
 * nothing of grammar. {@link TokenList} holds the same tokens for those who need to look back and ahead. Not
 * thread-safe.
 */
public final class SqlTokens {

    private final String sql;
    private final int end;
    private int start;
    private int next;

    /** Before the first token of a text. */
    public SqlTokens(String sql) {
        this(sql, 0, sql.length());
    }

    /** Before the first token of a part of a text; nothing outside of it is looked at. */
    SqlTokens(String sql, int from, int to) {
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

    /** The current token as it is written. */
    public String text() {
        return sql.substring(start, next);
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
        return next - start == keyword.length() && SqlIdentifier.isAt(sql, start, keyword);
    }

    /** The current token in upper case. */
    public String word() {
        return SqlIdentifier.upper(sql.substring(start, next));
    }

    /** The name the current token stands for, without its quotes. */
    public String name() {
        return name(sql, start, next);
    }

    static String name(String sql, int start, int end) {
        if (end - start < 2) {
            return sql.substring(start, end);
        }
        return switch (sql.charAt(start)) {
            case '"' -> sql.substring(start + 1, end - 1).replace("\"\"", "\"");
            case '\'' -> sql.substring(start + 1, end - 1).replace("''", "'");
            case '`' -> sql.substring(start + 1, end - 1).replace("``", "`");
            case '[' -> sql.substring(start + 1, end - 1);
            default -> sql.substring(start, end);
        };
    }

    /** Whether the current token can be a name: a word or a quoted name, but no text and no number. */
    public boolean startsName() {
        return startsName(sql.charAt(start));
    }

    static boolean startsName(char first) {
        return Character.isLetter(first)
                || first == '_'
                || first == '"'
                || first == '`'
                || first == '['
                || first > 0x7f;
    }

    /**
     * Where the literal ends that begins at a position.
     *
     * @param quoted whether it is to be a text; otherwise what a number without point or sign is
     * @return -1 if there is none such
     */
    static int literalEnd(String sql, int from, boolean quoted) {
        char first = from < sql.length() ? sql.charAt(from) : ' ';
        if (quoted ? first != '\'' : first < '0' || first > '9') {
            return -1;
        }
        SqlTokens tokens = new SqlTokens(sql, from, sql.length());
        tokens.advance();
        return tokens.end();
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
