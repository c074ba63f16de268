package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values as SQLite stores them, turned into those of a type, where that is possible without a loss. */
final class ServedValue {

    /** Integers up to here are exact as floating point. */
    private static final long EXACT = 1L << 53;

    private static final int UUID_TEXT = 36;
    private static final int DATE_LENGTH = 10;
    private static final int LONGEST_NUMBER = 400;

    private ServedValue() {}

    /**
     * The value as one of the type.
     *
     * @param value Long, Double, String or byte[]
     * @return Boolean, Long, Double, BigDecimal, String, byte[], LocalDate, LocalTime, LocalDateTime, OffsetDateTime,
     *     Interval or UUID; {@code null} if it is none of the type
     */
    static @Nullable Object of(ColumnType column, Object value) {
        return switch (column.type()) {
            case INT2 -> integer(value, Short.MIN_VALUE, Short.MAX_VALUE);
            case INT4 -> integer(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case OID -> integer(value, 0, 0xffff_ffffL);
            case INT8 -> value instanceof Long ? value : null;
            case FLOAT4, FLOAT8 -> real(value);
            case NUMERIC -> scaled(column, numeric(value));
            case BOOL -> bool(value);
            case BYTEA -> value instanceof byte[] ? value : null;
            case DATE, TIME, TIMESTAMP, TIMESTAMPTZ ->
                value instanceof String text ? moment(column.type(), text) : null;
            case INTERVAL -> value instanceof String text ? Interval.parse(text) : null;
            case UUID -> uuid(value);
            case CHAR, NAME, TEXT, UNKNOWN, BPCHAR, VARCHAR, JSON, JSONB, TEXT_ARRAY, INT8_ARRAY -> text(column, value);
        };
    }

    private static @Nullable Object integer(Object value, long least, long most) {
        return value instanceof Long number && number >= least && number <= most ? number : null;
    }

    private static @Nullable Object real(Object value) {
        if (value instanceof Long number) {
            return Math.abs(number) <= EXACT ? (Object) number.doubleValue() : null;
        }
        return value instanceof Double ? value : null;
    }

    private static @Nullable Object numeric(Object value) {
        if (value instanceof Long number) {
            return number;
        }
        if (value instanceof Double number) {
            return number.isNaN() || number.isInfinite() ? number : exact(number);
        }
        if (value instanceof String text && !text.isEmpty() && text.length() <= LONGEST_NUMBER) {
            return text.equalsIgnoreCase("NaN") ? (Object) Double.NaN : decimal(text);
        }
        return null;
    }

    /** With as many digits as it takes. */
    private static BigDecimal exact(Double number) {
        BigDecimal exact = new BigDecimal(number.toString()).stripTrailingZeros();
        return exact.scale() < 0 ? exact.setScale(0) : exact;
    }

    /** PostgreSQL writes all digits behind the point that a column has; more of them stay as they are. */
    private static @Nullable Object scaled(ColumnType column, @Nullable Object number) {
        int scale = column.scale();
        BigDecimal decimal = number instanceof Long whole && scale > 0
                ? BigDecimal.valueOf(whole)
                : number instanceof BigDecimal given ? given : null;
        return decimal != null && decimal.scale() < scale ? decimal.setScale(scale) : number;
    }

    private static @Nullable BigDecimal decimal(String text) {
        try {
            BigDecimal number = new BigDecimal(text);
            // an exponent of millions would become millions of digits
            return Math.abs(number.scale()) <= LONGEST_NUMBER ? number : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Object bool(Object value) {
        if (value instanceof Long number) {
            return number == 1 || number == 0 ? (Object) (number == 1) : null;
        }
        return null;
    }

    private static @Nullable Object moment(PgType type, String text) {
        TimeText read = isSorted(text) ? TimeText.parse(text) : null;
        if (read == null) {
            return null;
        }
        LocalTime time = read.time();
        if (type == PgType.TIME) {
            return read.date() == null && read.offset() == null ? time : null;
        }
        if (read.date() == null || (type != PgType.DATE && time == null)) {
            return null;
        }
        if (type == PgType.DATE) {
            return time == null && read.offset() == null ? read.date() : null;
        }
        LocalDateTime local = read.date().atTime(time);
        if (type == PgType.TIMESTAMP) {
            return read.offset() == null ? local : null;
        }
        // SQLite's own functions answer UTC and do not say so
        return text.endsWith("Z") || text.charAt(DATE_LENGTH) == ' ' ? OffsetDateTime.of(local, ZoneOffset.UTC) : null;
    }

    /**
     * Whether a text has one of the two forms in which moments sort by their texts: that of the data source, or that of
     * SQLite's own functions. Another one would be shown as a moment that nobody finds.
     */
    private static boolean isSorted(String text) {
        return switch (text.length()) {
            case 8, DATE_LENGTH, 12, 18 -> true;
            case 19, 23 -> text.charAt(DATE_LENGTH) == ' ' && text.indexOf('+') < 0;
            case 29 -> text.charAt(DATE_LENGTH) == 'T' && text.charAt(19) == '.' && text.indexOf('+') < 0;
            case 30 -> text.charAt(DATE_LENGTH) == 'T' && text.charAt(29) == 'Z';
            default -> false;
        };
    }

    /** Another form of it would be shown as the same, and be found by none. */
    private static @Nullable Object uuid(Object value) {
        if (value instanceof String text && text.length() == UUID_TEXT) {
            try {
                UUID uuid = UUID.fromString(text);
                return uuid.toString().equals(text) ? uuid : null;
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
        return null;
    }

    private static @Nullable Object text(ColumnType column, Object value) {
        if (value instanceof String text) {
            // a char(n) is stored without blanks at its end, with which it would not be found
            boolean blank = column.type() == PgType.BPCHAR && text.endsWith(" ");
            return noNul(text) && !blank ? padded(column, text) : null;
        }
        if (value instanceof Double number) {
            return ValueText.real(number);
        }
        if (value instanceof Long number) {
            return number.toString();
        }
        return column.certain() ? null : "\\x" + HexFormat.of().formatHex((byte[]) value);
    }

    /** A {@code char(n)} is shown with all of its characters. */
    private static String padded(ColumnType column, String text) {
        int missing = column.type() == PgType.BPCHAR ? column.length() - text.codePointCount(0, text.length()) : 0;
        return missing > 0 ? text + " ".repeat(missing) : text;
    }

    /** Clients in C would show the text up to there as if it were all. */
    private static boolean noNul(String text) {
        return text.indexOf('\0') < 0;
    }
}
