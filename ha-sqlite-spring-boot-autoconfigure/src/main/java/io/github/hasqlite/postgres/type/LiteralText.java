package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Literals in the form in which values of their type are stored. Stateless. */
public final class LiteralText {

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:\\d{1,1000}(?:\\.\\d{0,1000})?|\\.\\d{1,1000})(?:[eE][+-]?\\d{1,4})?");

    private LiteralText() {}

    /**
     * A text that stands where a type is wanted, as SQL, so that it is the same as a parameter there.
     *
     * @param literal without its quotes
     * @throws SQLException if it is none of the type (22P02, 22007, 22008), or cannot be had in SQLite (0A000)
     * @return {@code null} if it is to stay as it is written
     */
    public static @Nullable String stored(PgType type, String literal) throws SQLException {
        return switch (type) {
            case BOOL, BYTEA, UUID, INTERVAL -> sql(ValueCast.cast(ColumnType.declared(type), null, literal));
            case INT2, INT4, INT8, FLOAT8 -> number(type, literal);
            case NUMERIC -> numeric(literal.strip());
            // as of a parameter: what the type has no place for, a zone or the time of a day, is not kept
            case DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> {
                MomentCast.requireNoWord(type, literal.strip());
                yield sql(ValueCast.cast(ColumnType.declared(type), null, literal));
            }
            case JSON, JSONB -> sql(JsonText.stored(type, literal));
            case BPCHAR -> sql(ValueAssignment.withoutBlanks(literal));
            default -> null;
        };
    }

    /** What the text of a number is as a literal, with the digits that it is written with; {@code null} if it is none. */
    public static @Nullable String ofNumber(String text) {
        return isNumber(text) ? sql(new BigDecimal(text).toPlainString()) : null;
    }

    /** Whether a text without blanks is a number, with at most 1,000 digits on each side of its point. */
    public static boolean isNumber(String text) {
        return NUMBER.matcher(text).matches();
    }

    private static String number(PgType type, String literal) throws SQLException {
        return sql(ValueCast.cast(ColumnType.declared(type == PgType.FLOAT8 ? type : PgType.INT8), null, literal));
    }

    /** With its digits, of which SQLite keeps what it can; a text is compared with the result of an expression as a text. */
    private static String numeric(String literal) throws SQLException {
        if (!isNumber(literal)) {
            return sql(ValueCast.cast(ColumnType.declared(PgType.NUMERIC), null, literal));
        }
        Long whole = ExactDecimal.wholeOf(literal);
        if (whole != null) {
            return sql(whole);
        }
        return literal.startsWith("-") || literal.startsWith("+") ? "(" + literal + ")" : literal;
    }

    /** A value as a literal of SQLite. */
    public static String sql(Object value) {
        if (value instanceof byte[] bytes) {
            return "x'" + HexFormat.of().formatHex(bytes) + "'";
        }
        if (value instanceof Double number && number.isInfinite()) {
            return number > 0 ? "9e999" : "(-9e999)";
        }
        if (value instanceof Long number && number < 0) {
            return number == Long.MIN_VALUE ? "(-9223372036854775807 - 1)" : "(" + number + ")";
        }
        return value instanceof Number
                ? value.toString()
                : "'" + value.toString().replace("'", "''") + "'";
    }
}
