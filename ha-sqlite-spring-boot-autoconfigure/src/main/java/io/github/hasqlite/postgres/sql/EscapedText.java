package io.github.hasqlite.postgres.sql;

import java.sql.SQLException;

/** PostgreSQL's {@code E''} texts. */
final class EscapedText {

    private static final int OCTAL = 8;
    private static final int HEX = 16;

    private EscapedText() {}

    /**
     * The same as a text of the standard.
     *
     * @param inner what is between the quotes
     * @throws SQLException if an escape means no character (22025)
     */
    static String standard(String inner) throws SQLException {
        StringBuilder literal = new StringBuilder(inner.length());
        int at = 0;
        while (at < inner.length()) {
            char c = inner.charAt(at++);
            if (c == '\'') {
                literal.append(c);
                at++;
            } else if (c != '\\') {
                literal.append(c);
            } else {
                at = escape(inner, at, literal);
            }
        }
        if (literal.indexOf("\0") >= 0) {
            throw new SQLException("a text cannot contain the character 0", "22021");
        }
        return SqlToken.quoted(literal.toString());
    }

    private static int escape(String inner, int at, StringBuilder literal) throws SQLException {
        if (at >= inner.length()) {
            throw new SQLException("escape at the end of a text", "22025");
        }
        char c = inner.charAt(at);
        switch (c) {
            case 'n' -> literal.append('\n');
            case 't' -> literal.append('\t');
            case 'r' -> literal.append('\r');
            case 'b' -> literal.append('\b');
            case 'f' -> literal.append('\f');
            case 'x' -> {
                return number(inner, at + 1, 2, HEX, literal);
            }
            case 'u' -> {
                return number(inner, at + 1, 4, HEX, literal);
            }
            case 'U' -> {
                return number(inner, at + 1, 8, HEX, literal);
            }
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                return number(inner, at, 3, OCTAL, literal);
            }
            default -> literal.append(c);
        }
        return at + 1;
    }

    private static int number(String inner, int from, int digits, int base, StringBuilder literal) throws SQLException {
        int to = from;
        while (to < inner.length() && to < from + digits && Character.digit(inner.charAt(to), base) >= 0) {
            to++;
        }
        try {
            literal.appendCodePoint(Integer.parseInt(inner.substring(from, to), base));
        } catch (IllegalArgumentException e) {
            throw new SQLException("invalid Unicode escape", "22025", e);
        }
        return to;
    }
}
