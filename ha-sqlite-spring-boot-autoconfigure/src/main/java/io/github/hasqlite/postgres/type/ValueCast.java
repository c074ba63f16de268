package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Casts as PostgreSQL does them, of values as SQLite stores them. Stateless. */
public final class ValueCast {

    private static final int SHOWN = 40;
    private static final String OUT_OF_RANGE = "22003";
    private static final String INVALID = "22P02";

    private ValueCast() {}

    /**
     * The value as one of a type.
     *
     * @param target its type, and the modifier if it has one
     * @param known what the value is known to be; {@code null} if that is not known
     * @param value Long, Double, String or byte[]
     * @return Long, Double, String or byte[]
     * @throws SQLException if it is none of the type (22P02, 22007, 22008), too large (22003), of a type that has no cast
     *     (42846), or of a kind that SQLite cannot have (0A000)
     */
    public static Object cast(ColumnType target, @Nullable ColumnType known, Object value) throws SQLException {
        PgType type = target.type();
        PgType source = known == null ? null : known.type();
        try {
            return switch (type) {
                case INT2 -> integer(type, source, value, Short.MIN_VALUE, Short.MAX_VALUE);
                case INT4 -> integer(type, source, value, Integer.MIN_VALUE, Integer.MAX_VALUE);
                case INT8 -> integer(type, source, value, Long.MIN_VALUE, Long.MAX_VALUE);
                case OID -> integer(type, source, value, 0, 0xffff_ffffL);
                case FLOAT4, FLOAT8 -> real(type, value);
                case NUMERIC -> numeric(target, value);
                case BOOL -> bool(value);
                case BYTEA -> value instanceof byte[] ? value : ParameterFormat.bytes(text(type, value));
                case DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> MomentCast.cast(target, source, text(type, value));
                case INTERVAL -> interval(text(type, value));
                case UUID -> ParameterFormat.uuid(text(type, value).strip());
                case CHAR, NAME, TEXT, UNKNOWN, BPCHAR, VARCHAR -> limited(target, rendered(known, value));
                case JSON, JSONB -> JsonText.stored(type, rendered(known, value));
                case TEXT_ARRAY, INT8_ARRAY -> rendered(known, value);
            };
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            throw invalid(type, value);
        }
    }

    /**
     * An array in PostgreSQL's form, with its elements cast; one of bytes as JSON, as a parameter is.
     *
     * @throws SQLException if it is none (22P02), or an element is none of the type
     */
    public static String array(ColumnType element, String text) throws SQLException {
        boolean bytes = element.type() == PgType.BYTEA;
        List<@Nullable Object> elements = new ArrayList<>();
        for (String value : elements(text)) {
            Object read = value == null ? null : cast(element, null, value);
            elements.add(read == null || bytes ? read : member(element, read));
        }
        return bytes ? ArrayText.json(elements) : ArrayText.of(elements);
    }

    /**
     * The texts in an array in PostgreSQL's form.
     *
     * @throws SQLException if it is none (22P02)
     */
    public static List<@Nullable String> elements(String text) throws SQLException {
        try {
            return ArrayText.parse(text.strip());
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new SQLException("malformed array literal: \"" + shown(text) + "\"", INVALID, e);
        }
    }

    /**
     * An array as JSON, with its elements as they are stored.
     *
     * @param text in PostgreSQL's form, or JSON, which stays as it is
     * @throws SQLException if it is none (22P02), or an element is none of the type
     */
    public static String json(ColumnType element, String text) throws SQLException {
        if (text.strip().startsWith("[")) {
            return text;
        }
        List<@Nullable Object> elements = new ArrayList<>();
        for (String value : elements(text)) {
            // a text would not be compared as a number
            elements.add(value == null ? null : compared(element, value));
        }
        return ArrayText.json(elements);
    }

    private static Object compared(ColumnType element, Object value) throws SQLException {
        return element.type() == PgType.NUMERIC ? ExactDecimal.cast(element, null, value) : cast(element, null, value);
    }

    /**
     * An array in PostgreSQL's form, of one that is JSON or has that form.
     *
     * @throws SQLException if it is none (22P02), or an element is none of the type
     */
    public static String arrayOf(ColumnType element, String text) throws SQLException {
        if (!text.startsWith("[")) {
            return array(element, text);
        }
        List<@Nullable Object> elements = new ArrayList<>();
        for (String value : JsonText.elements(text)) {
            elements.add(value == null ? null : member(element, cast(element, null, value)));
        }
        return ArrayText.of(elements);
    }

    private static String member(ColumnType element, Object value) throws SQLException {
        return element.type() == PgType.BOOL ? Long.valueOf(1).equals(value) ? "t" : "f" : rendered(element, value);
    }

    private static Object integer(PgType type, @Nullable PgType source, Object value, long least, long most)
            throws SQLException {
        BigDecimal number;
        if (value instanceof Long whole) {
            number = BigDecimal.valueOf(whole);
        } else if (value instanceof Double real) {
            if (real.isNaN() || real.isInfinite()) {
                throw outOfRange(type, value);
            }
            // floating point rounds to even, numeric away from zero
            number = source == PgType.FLOAT8 || source == PgType.FLOAT4
                    ? new BigDecimal(Math.rint(real))
                    : new BigDecimal(real.toString()).setScale(0, RoundingMode.HALF_UP);
        } else {
            String text = text(type, value).strip();
            if (source == PgType.NUMERIC && !text.isEmpty()) {
                number = new BigDecimal(text).setScale(0, RoundingMode.HALF_UP);
            } else if (text.matches("[+-]?[0-9]{1,1000}")) {
                number = new BigDecimal(text);
            } else {
                throw invalid(type, value);
            }
        }
        if (number.compareTo(BigDecimal.valueOf(least)) < 0 || number.compareTo(BigDecimal.valueOf(most)) > 0) {
            throw outOfRange(type, value);
        }
        return number.longValueExact();
    }

    private static Object real(PgType type, Object value) throws SQLException {
        double number;
        if (value instanceof Long whole) {
            number = whole;
        } else if (value instanceof Double real) {
            number = real;
        } else {
            number = ParameterFormat.real(type, text(type, value).strip());
            if (Double.isNaN(number)) {
                throw new SQLException(
                        "NaN cannot be had in SQLite, which would make NULL of it; cast to numeric or text instead",
                        "0A000");
            }
        }
        if (type == PgType.FLOAT4) {
            float single = (float) number;
            if ((Float.isInfinite(single) && !Double.isInfinite(number)) || (single == 0 && number != 0)) {
                throw outOfRange(type, value);
            }
            // the digits that a client would see, not those of the nearest double
            return Double.parseDouble(ValueText.shortest(single));
        }
        return number;
    }

    private static Object numeric(ColumnType target, Object value) throws SQLException {
        BigDecimal number;
        if (value instanceof Long whole) {
            number = BigDecimal.valueOf(whole);
        } else if (value instanceof Double real) {
            if (real.isInfinite()) {
                return infinite(target, real);
            }
            number = new BigDecimal(real.toString());
        } else {
            Object read = ParameterFormat.numericOf(text(PgType.NUMERIC, value).strip());
            if (!(read instanceof BigDecimal decimal)) {
                return read instanceof Double real ? infinite(target, real) : read;
            }
            number = decimal;
        }
        if (target.modifier() > 0) {
            number = number.setScale(target.scale(), RoundingMode.HALF_UP);
            if (number.precision() - number.scale() > target.precision() - target.scale() && number.signum() != 0) {
                throw new SQLException(
                        "numeric field overflow: " + shown(value) + " has more than "
                                + (target.precision() - target.scale()) + " digits before the point",
                        OUT_OF_RANGE);
            }
        }
        // a text would not be compared as a number: zeros at the end are those of the type
        Object kept = ExactDecimal.numberOf(number);
        return kept == null ? ParameterFormat.stored(number) : kept;
    }

    private static Object infinite(ColumnType target, Double real) throws SQLException {
        if (target.modifier() > 0) {
            throw new SQLException("numeric field overflow: one with a precision cannot be infinite", OUT_OF_RANGE);
        }
        return real;
    }

    private static Object bool(Object value) throws SQLException {
        if (value instanceof Long whole) {
            return whole == 0 ? 0L : 1L;
        }
        return ParameterFormat.bool(text(PgType.BOOL, value).strip());
    }

    private static String interval(String text) throws SQLException {
        Interval interval = Interval.parse(text);
        if (interval == null) {
            throw invalid(PgType.INTERVAL, text);
        }
        return interval.toString();
    }

    private static String text(PgType type, Object value) throws SQLException {
        if (value instanceof String text) {
            return text;
        }
        String kind = value instanceof Long ? "bigint" : value instanceof Double ? "double precision" : "bytea";
        throw new SQLException("cannot cast type " + kind + " to " + type.display() + ": " + shown(value), "42846");
    }

    /** As PostgreSQL writes it as text. */
    static String rendered(@Nullable ColumnType known, Object value) throws SQLException {
        PgType source = known == null ? null : known.type();
        if (source == PgType.BOOL && value instanceof Long number && (number == 0 || number == 1)) {
            return number == 1 ? "true" : "false";
        }
        if (known != null && source != null && !source.isText() && ValueFormat.fits(known, value)) {
            return new String(ValueFormat.encode(known, "", value, false), StandardCharsets.UTF_8);
        }
        if (value instanceof Double real) {
            return ValueText.real(real);
        }
        if (source == PgType.BPCHAR && value instanceof String text) {
            return ValueAssignment.withoutBlanks(text);
        }
        return value instanceof byte[] bytes ? "\\x" + HexFormat.of().formatHex(bytes) : value.toString();
    }

    private static String limited(ColumnType target, String text) {
        int most = target.length();
        String kept = most >= 0 && text.codePointCount(0, text.length()) > most
                ? text.substring(0, text.offsetByCodePoints(0, most))
                : text;
        // also those that the cut leaves at the end
        return target.type() == PgType.BPCHAR ? ValueAssignment.withoutBlanks(kept) : kept;
    }

    static SQLException invalid(PgType type, Object value) {
        boolean moment = type == PgType.DATE
                || type == PgType.TIME
                || type == PgType.TIMESTAMP
                || type == PgType.TIMESTAMPTZ
                || type == PgType.INTERVAL;
        String name = type == PgType.TIME ? "time" : type == PgType.TIMESTAMP ? "timestamp" : type.display();
        return new SQLException(
                "invalid input syntax for type " + name + ": \"" + shown(value) + "\"", moment ? "22007" : INVALID);
    }

    static SQLException outOfRange(PgType type, Object value) {
        return new SQLException(
                "value \"" + shown(value) + "\" is out of range for type " + type.display(), OUT_OF_RANGE);
    }

    static String shown(Object value) {
        String text = value instanceof byte[] bytes ? bytes.length + " bytes" : value.toString();
        return (text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text).replace('\0', '·');
    }
}
