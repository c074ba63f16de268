package io.github.hasqlite.postgres.sql;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;

/** PostgreSQL's {@code E''} texts. */
final class EscapedText {

    private static final int OCTAL = 8;
    private static final int HEX = 16;
    private static final int BYTE = 0xff;

    private EscapedText() {}

    /**
     * The same as a text of the standard.
     *
     * @param inner what is between the quotes
     * @throws SQLException if an escape means no character (22025, 42601), or bytes are not UTF-8 (22021)
     */
    static String standard(String inner) throws SQLException {
        // numbers of one byte are parts of characters, as PostgreSQL has them
        ByteArrayOutputStream literal = new ByteArrayOutputStream(inner.length());
        int at = 0;
        while (at < inner.length()) {
            char c = inner.charAt(at);
            if (c == '\'') {
                literal.write(c);
                at += 2;
            } else if (c == '\\') {
                at = escape(inner, at + 1, literal);
            } else {
                int end = at;
                while (end < inner.length() && inner.charAt(end) != '\'' && inner.charAt(end) != '\\') {
                    end++;
                }
                literal.writeBytes(inner.substring(at, end).getBytes(StandardCharsets.UTF_8));
                at = end;
            }
        }
        return SqlToken.quoted(text(literal.toByteArray()));
    }

    private static String text(byte[] bytes) throws SQLException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.indexOf('\0') >= 0) {
                throw new SQLException("a text cannot contain the character 0", "22021");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new SQLException("invalid byte sequence for encoding \"UTF8\" in an E'' text", "22021", e);
        }
    }

    private static int escape(String inner, int at, ByteArrayOutputStream literal) throws SQLException {
        if (at >= inner.length()) {
            throw new SQLException("escape at the end of a text", "22025");
        }
        char c = inner.charAt(at);
        switch (c) {
            case 'n' -> literal.write('\n');
            case 't' -> literal.write('\t');
            case 'r' -> literal.write('\r');
            case 'b' -> literal.write('\b');
            case 'f' -> literal.write('\f');
            case 'x' -> {
                int end = digits(inner, at + 1, 2, HEX);
                literal.write(end == at + 1 ? c : Integer.parseInt(inner.substring(at + 1, end), HEX));
                return end;
            }
            case 'u', 'U' -> {
                return character(inner, at, literal);
            }
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                int end = digits(inner, at, 3, OCTAL);
                literal.write(Integer.parseInt(inner.substring(at, end), OCTAL) & BYTE);
                return end;
            }
            default -> {
                int end = inner.offsetByCodePoints(at, 1);
                literal.writeBytes(inner.substring(at, end).getBytes(StandardCharsets.UTF_8));
                return end;
            }
        }
        return at + 1;
    }

    /** Behind u stand four digits, behind U eight; characters beyond 16 bits may be two of the first. */
    private static int character(String inner, int at, ByteArrayOutputStream literal) throws SQLException {
        int code = code(inner, at);
        int end = at + length(inner, at);
        if (code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE) {
            boolean pair = inner.startsWith("\\u", end) || inner.startsWith("\\U", end);
            int low = pair ? code(inner, end + 1) : 0;
            if (code > Character.MAX_HIGH_SURROGATE
                    || low < Character.MIN_LOW_SURROGATE
                    || low > Character.MAX_LOW_SURROGATE) {
                throw new SQLException("invalid Unicode surrogate pair", "42601");
            }
            code = Character.toCodePoint((char) code, (char) low);
            end += 1 + length(inner, end + 1);
        }
        literal.writeBytes(Character.toString(code).getBytes(StandardCharsets.UTF_8));
        return end;
    }

    private static int length(String inner, int at) {
        return inner.charAt(at) == 'u' ? 5 : 9;
    }

    private static int code(String inner, int at) throws SQLException {
        int end = at + length(inner, at);
        if (digits(inner, at + 1, end - at - 1, HEX) != end) {
            throw new SQLException("invalid Unicode escape", "22025");
        }
        long code = Long.parseLong(inner.substring(at + 1, end), HEX);
        if (code > Character.MAX_CODE_POINT) {
            throw new SQLException("invalid Unicode escape value", "42601");
        }
        return (int) code;
    }

    private static int digits(String inner, int from, int most, int base) {
        int to = from;
        while (to < inner.length()
                && to < from + most
                && inner.charAt(to) < 0x80
                && Character.digit(inner.charAt(to), base) >= 0) {
            to++;
        }
        return to;
    }
}
