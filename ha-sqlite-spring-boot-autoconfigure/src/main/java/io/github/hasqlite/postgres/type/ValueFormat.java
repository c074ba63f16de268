package io.github.hasqlite.postgres.type;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** How values go to a client. */
public final class ValueFormat {

    private static final String INVALID = "22P02";
    private static final String NOT_IN_TEXT = "22021";
    private static final int SHOWN = 40;

    private ValueFormat() {}

    /** Whether the type has a faithful form for the value. */
    public static boolean fits(ColumnType column, @Nullable Object value) {
        return value == null || ServedValue.of(column, value) != null;
    }

    /**
     * The bytes of a value.
     *
     * @param column what it was announced with
     * @param name of the column, for the error
     * @param value Long, Double, String or byte[], as SQLite stores it
     * @throws SQLException if the type has no faithful form for it (22P02), or it is a text with the character 0
     *     (22021)
     */
    public static byte[] encode(ColumnType column, String name, Object value, boolean binary) throws SQLException {
        Object served = ServedValue.of(column, value);
        if (served == null) {
            throw misfit(column, name, value);
        }
        if (binary) {
            return ValueBinary.of(column.type(), served);
        }
        boolean single = column.type() == PgType.FLOAT4 && served instanceof Double;
        String text = single ? ValueText.single((Double) served) : ValueText.of(served);
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static SQLException misfit(ColumnType column, String name, Object value) {
        if (value instanceof String text && text.indexOf('\0') >= 0) {
            return new SQLException(
                    "column \"" + name + "\" has a text with the character 0 in it, which no text of PostgreSQL can"
                            + " carry; select hex(" + name + ")",
                    NOT_IN_TEXT);
        }
        if (column.type() == PgType.INT8 && !column.certain() && value instanceof Double) {
            return ValueCast.outOfRange(column.type(), value);
        }
        String shown = value instanceof byte[] bytes ? bytes.length + " bytes" : "'" + value + "'";
        if (shown.length() > SHOWN) {
            shown = shown.substring(0, SHOWN) + "…";
        }
        return new SQLException(
                "column \"" + name + "\" was announced as " + column.type().display() + ", and a row has "
                        + shown.replace('\0', '·') + " in it; select CAST(" + name + " AS TEXT), or hex(" + name
                        + ") if it is a blob",
                INVALID);
    }
}
