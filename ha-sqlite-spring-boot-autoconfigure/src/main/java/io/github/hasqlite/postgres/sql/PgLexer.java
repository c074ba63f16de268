package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads tokens by PostgreSQL's rules: nested comments, {@code E''} and {@code $$} texts, {@code ::}; besides, names in
 * backticks and brackets as SQLite has them. Not thread-safe.
 */
final class PgLexer {

    private static final String OPERATORS = "+-*/<>=~!@#%^&|?";

    private final String sql;
    private final List<SqlToken> tokens = new ArrayList<>();
    private int at;

    private PgLexer(String sql) {
        this.sql = sql;
    }

    /** @throws SQLException if a text or a comment has no end (42601) */
    static List<SqlToken> tokens(String sql) throws SQLException {
        PgLexer lexer = new PgLexer(sql);
        lexer.run();
        return lexer.tokens;
    }

    private void run() throws SQLException {
        while (true) {
            String gap = gap();
            if (at >= sql.length()) {
                if (!gap.isEmpty()) {
                    tokens.add(new SqlToken(Kind.MARK, "", gap, at));
                }
                return;
            }
            tokens.add(next(gap));
        }
    }

    private SqlToken next(String gap) throws SQLException {
        char c = sql.charAt(at);
        if (c == '\'') {
            return new SqlToken(Kind.TEXT, quoted('\'', "text"), gap, at);
        }
        if ((c == 'e' || c == 'E') && sql.startsWith("'", at + 1)) {
            at++;
            return new SqlToken(Kind.TEXT, EscapedText.standard(escaped()), gap, at);
        }
        if (c == '"' || c == '`') {
            return new SqlToken(Kind.QUOTED, quoted(c, "name"), gap, at);
        }
        if (c == '[' && !isSubscript(gap)) {
            return new SqlToken(Kind.QUOTED, bracketed(), gap, at);
        }
        if (c == '$') {
            return dollar(gap);
        }
        int start = at;
        if (isDigit(c) || (c == '.' && at + 1 < sql.length() && isDigit(sql.charAt(at + 1)))) {
            number();
            return new SqlToken(Kind.NUMBER, sql.substring(start, at), gap, at);
        }
        if (isWordStart(c)) {
            while (at < sql.length() && isWordPart(sql.charAt(at))) {
                at++;
            }
            return new SqlToken(Kind.WORD, sql.substring(start, at), gap, at);
        }
        return mark(c, gap);
    }

    private SqlToken mark(char c, String gap) {
        int start = at++;
        if (c == ':' && sql.startsWith(":", at)) {
            at++;
            return new SqlToken(Kind.OPERATOR, "::", gap, at);
        }
        if (OPERATORS.indexOf(c) < 0) {
            return new SqlToken(Kind.MARK, sql.substring(start, at), gap, at);
        }
        while (at < sql.length() && OPERATORS.indexOf(sql.charAt(at)) >= 0 && !startsComment()) {
            at++;
        }
        // as PostgreSQL does, so that a sign behind an operator is not part of it
        while (at > start + 1
                && (sql.charAt(at - 1) == '-' || sql.charAt(at - 1) == '+')
                && sql.substring(start, at).chars().noneMatch(o -> "~!@#%^&|?".indexOf(o) >= 0)) {
            at--;
        }
        return new SqlToken(Kind.OPERATOR, sql.substring(start, at), gap, at);
    }

    private boolean startsComment() {
        return sql.startsWith("--", at) || sql.startsWith("/*", at);
    }

    /** A bracket right behind a name or another bracket; otherwise it quotes a name. */
    private boolean isSubscript(String gap) {
        SqlToken before = tokens.isEmpty() ? null : tokens.get(tokens.size() - 1);
        if (before != null && before.isWord("ARRAY")) {
            return true;
        }
        if (before == null || !gap.isEmpty()) {
            return false;
        }
        return before.isName() || before.is(")") || before.is("]") || before.kind() == Kind.PARAMETER;
    }

    private String gap() throws SQLException {
        StringBuilder gap = new StringBuilder();
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (c <= ' ' || c == '\uFEFF') {
                gap.append(c);
                at++;
            } else if (sql.startsWith("--", at)) {
                int newline = sql.indexOf('\n', at);
                int end = newline < 0 ? sql.length() : newline + 1;
                gap.append(sql, at, end);
                at = end;
            } else if (sql.startsWith("/*", at)) {
                gap.append(comment());
            } else {
                break;
            }
        }
        return gap.toString();
    }

    /** SQLite's comments do not nest. */
    private String comment() throws SQLException {
        int start = at;
        int depth = 0;
        boolean nested = false;
        do {
            if (sql.startsWith("/*", at)) {
                nested = ++depth > 1 || nested;
                at += 2;
            } else if (sql.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else if (at >= sql.length()) {
                throw unterminated("/* comment", start);
            } else {
                at++;
            }
        } while (depth > 0);
        return nested ? " " : sql.substring(start, at);
    }

    private String quoted(char quote, String what) throws SQLException {
        int start = at++;
        while (true) {
            int close = sql.indexOf(quote, at);
            if (close < 0) {
                throw unterminated("quoted " + what, start);
            }
            at = close + 1;
            if (at >= sql.length() || sql.charAt(at) != quote) {
                return sql.substring(start, at);
            }
            at++;
        }
    }

    private String bracketed() throws SQLException {
        int start = at;
        int close = sql.indexOf(']', at);
        if (close < 0) {
            throw unterminated("quoted name", start);
        }
        at = close + 1;
        return sql.substring(start, at);
    }

    /** What is between the quotes, as it is written. */
    private String escaped() throws SQLException {
        int start = at++;
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (c == '\\') {
                at += 2;
            } else if (c == '\'' && !sql.startsWith("'", at + 1)) {
                at++;
                return sql.substring(start + 1, at - 1);
            } else {
                at += c == '\'' ? 2 : 1;
            }
        }
        throw unterminated("quoted text", start);
    }

    private SqlToken dollar(String gap) throws SQLException {
        int start = at++;
        if (at < sql.length() && isDigit(sql.charAt(at))) {
            while (at < sql.length() && isDigit(sql.charAt(at))) {
                at++;
            }
            return new SqlToken(Kind.PARAMETER, "?" + sql.substring(start + 1, at), gap, at);
        }
        while (at < sql.length() && isWordPart(sql.charAt(at)) && sql.charAt(at) != '$') {
            at++;
        }
        if (at < sql.length() && sql.charAt(at) == '$') {
            String tag = sql.substring(start, at + 1);
            int close = sql.indexOf(tag, at + 1);
            if (close < 0) {
                throw unterminated("dollar-quoted text", start);
            }
            String literal = sql.substring(at + 1, close);
            at = close + tag.length();
            return new SqlToken(Kind.TEXT, SqlToken.quoted(literal), gap, at);
        }
        // SQLite's own $name
        return new SqlToken(Kind.PARAMETER, sql.substring(start, at), gap, at);
    }

    private void number() {
        while (at < sql.length()) {
            char c = sql.charAt(at);
            boolean sign = (c == '+' || c == '-') && "eE".indexOf(sql.charAt(at - 1)) >= 0;
            if (!isDigit(c) && c != '.' && c != '_' && !Character.isLetter(c) && !sign) {
                return;
            }
            at++;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWordStart(char c) {
        return Character.isLetter(c) || c == '_' || c > 0x7f;
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c > 0x7f;
    }

    private static SQLException unterminated(String what, int start) {
        return new SqlSyntaxException("unterminated " + what, "42601", start + 1);
    }
}
