package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Values as columns store them: like casts, but that a text is not cut, and a truth value is none of a number. Stateless.
 */
public final class ValueAssignment {

    private static final String OUT_OF_RANGE = "22003";
    private static final String TOO_LONG = "22001";
    private static final int LONG_DIGITS = 18;

    private ValueAssignment() {}

    /**
     * The value as a column stores it.
     *
     * @param column its type, and the modifier if it has one
     * @param known what the value is known to be; {@code null} if that is not known
     * @param value Long, Double, String or byte[]
     * @return Long, Double, String or byte[]
     * @throws SQLException if it is none of the type (22P02, 22007, 22008, 42846), too large (22003) or too long (22001)
     */
    public static Object of(ColumnType column, @Nullable ColumnType known, Object value) throws SQLException {
        return switch (column.type()) {
            case VARCHAR, BPCHAR -> text(column, ValueCast.rendered(known, value));
            case NUMERIC -> exact(ValueCast.cast(column, known, value));
            case BOOL -> truth(column, known, value);
            case JSON, JSONB -> JsonNumber.kept(ValueCast.cast(column, known, value));
            default -> ValueCast.cast(column, known, value);
        };
    }

    /** Blanks at the end of what is too long count for nothing. */
    private static String text(ColumnType column, String text) throws SQLException {
        String kept = column.type() == PgType.BPCHAR ? withoutBlanks(text) : text;
        int most = column.length();
        if (most < 0 || kept.codePointCount(0, kept.length()) <= most) {
            return kept;
        }
        int end = kept.offsetByCodePoints(0, most);
        if (!withoutBlanks(kept.substring(end)).isEmpty()) {
            throw new SQLException(
                    "value too long for type " + column.type().display() + "(" + most + "): "
                            + kept.codePointCount(0, kept.length()) + " characters",
                    TOO_LONG);
        }
        return kept.substring(0, end);
    }

    /** As PostgreSQL compares {@code char(n)}, and as it is stored here: blanks at its end are no part of it. */
    static String withoutBlanks(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }

    /** A text would lose digits in a column of numbers, or be none; zeros at its end are those of the type. */
    private static Object exact(Object number) throws SQLException {
        if (!(number instanceof String text) || text.equals("NaN")) {
            return number;
        }
        BigDecimal decimal = new BigDecimal(text).stripTrailingZeros();
        if (decimal.scale() > 0 || decimal.precision() - decimal.scale() > LONG_DIGITS) {
            throw new SQLException(
                    "value \"" + ValueCast.shown(text) + "\" is out of range for type numeric here: SQLite keeps about"
                            + " 15 digits in a column of numbers; declare the column TEXT, or round it",
                    OUT_OF_RANGE);
        }
        return decimal.longValueExact();
    }

    private static Object truth(ColumnType column, @Nullable ColumnType known, Object value) throws SQLException {
        if (value instanceof Long number && number != 0 && number != 1) {
            throw ValueCast.invalid(PgType.BOOL, value);
        }
        return ValueCast.cast(column, known, value);
    }
}
