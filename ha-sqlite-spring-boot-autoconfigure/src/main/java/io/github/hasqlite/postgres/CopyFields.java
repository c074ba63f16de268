package io.github.hasqlite.postgres;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes the lines of COPY apart. Values are bytes until they are whole, since escapes can mean any byte. Not thread-safe. */
final class CopyFields {

    private static final String NOT_UTF8 = "22021";
    private static final int OCTAL = 8;
    private static final int HEX = 16;
    private static final int MOST_OCTAL = 3;
    private static final int MOST_HEX = 2;
    private static final int SHOWN_BYTES = 4;

    private final CopyFormat format;
    private final byte[] nullText;
    private final ByteArrayOutputStream value = new ByteArrayOutputStream();

    CopyFields(CopyFormat format) {
        this.format = format;
        this.nullText = format.nullText().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * A value of a line.
     *
     * @param text what it is; {@code null} for NULL
     * @param quoted whether it stood in quotes
     */
    record Field(@Nullable String text, boolean quoted) {}

    /**
     * The values of a line.
     *
     * @throws SQLException if it is no UTF-8 (22021), or has the end of the rows in it (22P04)
     */
    List<Field> of(byte[] line) throws SQLException {
        return format.csv() ? quoted(line) : escaped(line);
    }

    private List<Field> quoted(byte[] line) throws SQLException {
        List<Field> fields = new ArrayList<>();
        boolean quotes = false;
        boolean wasQuoted = false;
        int from = 0;
        for (int i = 0; i < line.length; i++) {
            char c = (char) (line[i] & 0xff);
            if (quotes && c == format.escape() && i + 1 < line.length && isEscaped(line[i + 1])) {
                value.write(line[++i]);
            } else if (c == format.quote()) {
                quotes = !quotes;
                wasQuoted = true;
            } else if (c == format.delimiter() && !quotes) {
                fields.add(field(line, from, i, wasQuoted));
                wasQuoted = false;
                from = i + 1;
            } else {
                value.write(line[i]);
            }
        }
        fields.add(field(line, from, line.length, wasQuoted));
        return fields;
    }

    private boolean isEscaped(byte next) {
        return next == format.quote() || next == format.escape();
    }

    private Field field(byte[] line, int from, int to, boolean quoted) throws SQLException {
        byte[] bytes = value.toByteArray();
        value.reset();
        return new Field(!quoted && isNull(line, from, to) ? null : text(bytes), quoted);
    }

    private boolean isNull(byte[] line, int from, int to) {
        return Arrays.equals(line, from, to, nullText, 0, nullText.length);
    }

    private List<Field> escaped(byte[] line) throws SQLException {
        List<Field> fields = new ArrayList<>();
        int from = 0;
        int at = 0;
        while (at < line.length) {
            byte b = line[at++];
            if (b == format.delimiter()) {
                fields.add(field(line, from, at - 1, false));
                from = at;
            } else if (b != '\\') {
                value.write(b);
            } else if (at < line.length) {
                at = escape(line, at);
            }
        }
        fields.add(field(line, from, line.length, false));
        return fields;
    }

    /** Behind the backslash; where to go on. */
    private int escape(byte[] line, int at) throws SQLException {
        byte b = line[at];
        switch (b) {
            case 'b' -> value.write('\b');
            case 'f' -> value.write('\f');
            case 'n' -> value.write('\n');
            case 'r' -> value.write('\r');
            case 't' -> value.write('\t');
            case 'v' -> value.write(0x0b);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                return number(line, at, MOST_OCTAL, OCTAL);
            }
            case 'x' -> {
                if (at + 1 < line.length && Character.digit(line[at + 1], HEX) >= 0) {
                    return number(line, at + 1, MOST_HEX, HEX);
                }
                value.write(b);
            }
            case '.' -> throw new SQLException("end-of-copy marker corrupt", CopyLines.BAD_FORMAT);
            default -> value.write(b);
        }
        return at + 1;
    }

    private int number(byte[] line, int from, int digits, int base) {
        int number = 0;
        int at = from;
        while (at < line.length && at < from + digits && Character.digit(line[at], base) >= 0) {
            number = number * base + Character.digit(line[at++], base);
        }
        value.write(number);
        return at;
    }

    private static String text(byte[] bytes) throws SQLException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw notUtf8(": " + shown(bytes));
        }
        if (text.indexOf('\0') >= 0) {
            throw notUtf8(": 0x00");
        }
        return text;
    }

    private static SQLException notUtf8(String what) {
        return new SQLException("invalid byte sequence for encoding \"UTF8\"" + what, NOT_UTF8);
    }

    /** The first bytes that are no ASCII. */
    private static String shown(byte[] bytes) {
        int first = 0;
        while (first < bytes.length && bytes[first] >= 0) {
            first++;
        }
        byte[] some = Arrays.copyOfRange(bytes, first, Math.min(bytes.length, first + SHOWN_BYTES));
        return HexFormat.ofDelimiter(" ").withPrefix("0x").formatHex(some);
    }
}
