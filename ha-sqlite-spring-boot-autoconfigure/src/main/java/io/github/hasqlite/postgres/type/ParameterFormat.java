package io.github.hasqlite.postgres.type;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How values of parameters come from a client, and what SQLite is to store for them. */
public final class ParameterFormat {

    private static final String INVALID_TEXT = "22P02";
    private static final String INVALID_BINARY = "22P03";
    private static final String NOT_UTF8 = "22021";
    private static final int MOST_DIGITS = 1000;
    private static final int LONG_DIGITS = 18;
    private static final int UUID_DIGITS = 32;
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:[0-9]{1,1000}(?:\\.[0-9]{0,1000})?|\\.[0-9]{1,1000})(?:[eE][+-]?[0-9]{1,5})?");

    private static final Pattern OCTAL = Pattern.compile("[0-3][0-7][0-7]");

    private ParameterFormat() {}

    /**
     * The value that is bound.
     *
     * @param type what the client or the statement says the parameter is; {@code null} if nobody does
     * @param oid the number of the type, for arrays and types that are not spoken here
     * @param bytes as they came
     * @return Long, Double, String or byte[]
     * @throws SQLException if the bytes are none of the type (22P02, 22P03, 22021)
     */
    public static Object decode(@Nullable PgType type, int oid, byte[] bytes, boolean binary) throws SQLException {
        if (type == null) {
            PgType element = PgType.elementOf(oid);
            if (element == null) {
                return utf8(bytes);
            }
            return binary ? BinaryArray.json(element, bytes) : array(element, utf8(bytes));
        }
        try {
            Object value = binary ? BinaryParameter.decode(type, bytes) : text(type, utf8(bytes));
            return notNaN(type, value);
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            throw binary
                    ? new SQLException("invalid input for type " + type.display(), INVALID_TEXT, e)
                    : ValueCast.invalid(type, utf8(bytes));
        } catch (BufferUnderflowException e) {
            throw new SQLException("incorrect binary data for type " + type.display(), INVALID_BINARY, e);
        }
    }

    private static String array(PgType element, String text) throws SQLException {
        try {
            List<@Nullable Object> values = new ArrayList<>();
            for (String value : ArrayText.parse(text)) {
                values.add(value == null ? null : element(element, text(element, value)));
            }
            return ArrayText.json(values);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new SQLException("invalid input for type " + element.display() + "[]", INVALID_TEXT, e);
        }
    }

    /** As a part of an array: a number is one of JSON, as far as it keeps its digits, since no column makes it one. */
    static Object element(PgType type, Object value) throws SQLException {
        Object element = type == PgType.NUMERIC ? ExactDecimal.cast(ColumnType.declared(type), null, value) : value;
        return notNaN(type, element);
    }

    private static Object notNaN(PgType type, Object value) throws SQLException {
        if (value instanceof Double number && number.isNaN()) {
            throw new SQLException(
                    "NaN is out of range for type " + type.display()
                            + ": SQLite would make NULL of it; store NULL, or a text",
                    "22003");
        }
        return value;
    }

    static String utf8(byte[] bytes) throws SQLException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.indexOf('\0') >= 0) {
                throw new SQLException("invalid byte sequence for encoding \"UTF8\": 0x00", NOT_UTF8);
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new SQLException("invalid byte sequence for encoding \"UTF8\"", NOT_UTF8, e);
        }
    }

    private static Object text(PgType type, String text) throws SQLException {
        return switch (type) {
            case INT2, INT4, INT8, DATE, TIME, TIMESTAMP, TIMESTAMPTZ ->
                ValueCast.cast(ColumnType.declared(type), null, text);
            case OID -> oid(text.strip());
            case FLOAT4, FLOAT8 -> real(type, text.strip());
            case NUMERIC -> numeric(text.strip());
            case BOOL -> bool(text.strip());
            case BYTEA -> bytes(text);
            case INTERVAL -> interval(text);
            case UUID -> uuid(text.strip());
            case BPCHAR -> ValueAssignment.withoutBlanks(text);
            case JSON, JSONB -> JsonText.stored(type, text);
            case CHAR, NAME, TEXT, UNKNOWN, VARCHAR, TEXT_ARRAY, INT8_ARRAY -> text;
        };
    }

    /** A name where a number is wanted is left to the catalog. */
    private static Object oid(String text) {
        return text.chars().allMatch(Character::isDigit) && !text.isEmpty() ? (Object) Long.parseLong(text) : text;
    }

    private static String interval(String text) {
        Interval interval = Interval.parse(text);
        if (interval == null) {
            throw new IllegalArgumentException(text);
        }
        return interval.toString();
    }

    /**
     * A floating point number, infinite or none only where the text says so.
     *
     * @throws IllegalArgumentException if it is no number as PostgreSQL writes it
     * @throws SQLException if it is too large, or too near to 0 (22003)
     */
    static Double real(PgType type, String text) throws SQLException {
        Double word = word(text);
        if (word != null) {
            return word;
        }
        if (!NUMBER.matcher(text).matches()) {
            throw new IllegalArgumentException(text);
        }
        double number = type == PgType.FLOAT4 ? Float.parseFloat(text) : Double.parseDouble(text);
        if (Double.isInfinite(number) || (number == 0 && new BigDecimal(text).signum() != 0)) {
            throw ValueCast.outOfRange(type, text);
        }
        // the digits that a client would see, not those of the nearest double
        return type == PgType.FLOAT4 ? Double.parseDouble(ValueText.shortest((float) number)) : number;
    }

    private static @Nullable Double word(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "infinity", "inf", "+infinity", "+inf" -> Double.POSITIVE_INFINITY;
            case "-infinity", "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> null;
        };
    }

    private static Object numeric(String text) {
        Object read = numericOf(text);
        return read instanceof BigDecimal number ? stored(number) : read;
    }

    /** A BigDecimal; Double for infinity, and the text {@code NaN}. */
    static Object numericOf(String text) {
        Double word = word(text);
        if (word != null) {
            return word.isNaN() ? "NaN" : word;
        }
        if (text.length() > MOST_DIGITS || !NUMBER.matcher(text).matches()) {
            throw new IllegalArgumentException(text);
        }
        return new BigDecimal(text);
    }

    /** An integer or a floating point number where it has the same digits; otherwise SQLite keeps its text. */
    static Object stored(BigDecimal number) {
        if (Math.abs((long) number.scale()) > MOST_DIGITS) {
            throw new IllegalArgumentException("more than " + MOST_DIGITS + " digits");
        }
        if (number.scale() <= 0 && number.precision() - number.scale() <= LONG_DIGITS) {
            return number.longValueExact();
        }
        double real = number.doubleValue();
        boolean same = !Double.isInfinite(real) && Double.toString(real).equals(number.toString());
        return same ? (Object) real : number.toPlainString();
    }

    /** With or without braces, and hyphens or none, as PostgreSQL reads it and some drivers write it. */
    static String uuid(String text) {
        boolean braces = text.startsWith("{") && text.endsWith("}") && text.length() > 1;
        String digits = (braces ? text.substring(1, text.length() - 1) : text).replace("-", "");
        if (digits.length() != UUID_DIGITS) {
            throw new IllegalArgumentException("not " + UUID_DIGITS + " digits");
        }
        long most = HexFormat.fromHexDigitsToLong(digits, 0, UUID_DIGITS / 2);
        return new UUID(most, HexFormat.fromHexDigitsToLong(digits, UUID_DIGITS / 2, UUID_DIGITS)).toString();
    }

    static Long bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "t", "tr", "tru", "true", "y", "ye", "yes", "on", "1" -> 1L;
            case "f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0" -> 0L;
            default -> throw new IllegalArgumentException(text);
        };
    }

    /** In the form {@code \x…}, or in the old one with octal numbers. */
    static byte[] bytes(String text) {
        if (text.startsWith("\\x")) {
            return HexFormat.of().parseHex(text.substring(2).replaceAll("\\s", ""));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        int at = 0;
        while (at < text.length()) {
            int backslash = text.indexOf('\\', at);
            int end = backslash < 0 ? text.length() : backslash;
            bytes.writeBytes(text.substring(at, end).getBytes(StandardCharsets.UTF_8));
            at = end;
            if (text.startsWith("\\\\", at)) {
                bytes.write('\\');
                at += 2;
            } else if (backslash >= 0) {
                Matcher octal = OCTAL.matcher(text).region(at + 1, text.length());
                if (!octal.lookingAt()) {
                    throw new IllegalArgumentException("octal number expected");
                }
                bytes.write(Integer.parseInt(octal.group(), 8));
                at = octal.end();
            }
        }
        return bytes.toByteArray();
    }
}
