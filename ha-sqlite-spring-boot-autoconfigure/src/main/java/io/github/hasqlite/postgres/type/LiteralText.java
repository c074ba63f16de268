package io.github.hasqlite.postgres.type;

import java.sql.SQLException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Literals in the form in which values of their type are stored. Stateless. */
public final class LiteralText {

    private LiteralText() {}

    /**
     * A text that stands where a type is wanted, as SQL, so that it is the same as a parameter there.
     *
     * @param literal without its quotes
     * @return {@code null} if it is to stay as it is written: it is not of the type, or the same for SQLite
     */
    public static @Nullable String stored(PgType type, String literal) {
        try {
            return switch (type) {
                case BYTEA ->
                    literal.startsWith("\\x") ? sql(ValueCast.cast(ColumnType.declared(type), null, literal)) : null;
                case BOOL, UUID, INTERVAL -> sql(ValueCast.cast(ColumnType.declared(type), null, literal));
                case INT2, INT4, INT8, FLOAT8 -> number(type, literal);
                case DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> moment(type, literal);
                default -> null;
            };
        } catch (SQLException e) {
            // SQLite lets a column hold anything
            return null;
        }
    }

    private static String number(PgType type, String literal) throws SQLException {
        return sql(ValueCast.cast(ColumnType.declared(type == PgType.FLOAT8 ? type : PgType.INT8), null, literal));
    }

    private static @Nullable String moment(PgType type, String literal) throws SQLException {
        TimeText read = TimeText.parse(literal.strip());
        // a zone would be lost, and a time in a date
        boolean whole = read != null
                && (read.offset() == null || type == PgType.TIMESTAMPTZ)
                && (read.time() == null || type != PgType.DATE);
        return whole ? sql(ValueCast.cast(ColumnType.declared(type), null, literal)) : null;
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
