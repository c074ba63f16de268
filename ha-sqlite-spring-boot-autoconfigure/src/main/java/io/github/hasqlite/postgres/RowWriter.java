package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.ValueFormat;
import io.github.hasqlite.postgres.wire.MessageWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** Writes the description of rows, and rows. Stateless. */
final class RowWriter {

    private RowWriter() {}

    /**
     * The format of a column.
     *
     * @param formats none for text, one for all columns, or one for each; 1 is binary
     */
    static boolean isBinary(int[] formats, int column) {
        return formats.length != 0 && formats[formats.length == 1 ? 0 : column] == 1;
    }

    /** SQLite calls an expression by its text, PostgreSQL a call by the function. */
    static String label(GatewayColumn column) {
        String name = column.name();
        int open = name.indexOf('(');
        boolean call = column.table().isEmpty()
                && open > 0
                && name.endsWith(")")
                && name.chars().limit(open).allMatch(c -> Character.isLetterOrDigit(c) || c == '_');
        return call ? name.substring(0, open).toLowerCase(Locale.ROOT) : name;
    }

    static void describe(MessageWriter out, List<GatewayColumn> columns, List<ColumnType> types, int[] formats) {
        out.begin('T').int16(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            ColumnType type = types.get(i);
            out.text(label(columns.get(i)))
                    .int32(0)
                    .int16(0)
                    .int32(type.type().oid())
                    .int16(type.type().length())
                    .int32(type.toldModifier())
                    .int16(isBinary(formats, i) ? 1 : 0);
        }
        out.end();
    }

    /**
     * The current row.
     *
     * @throws SQLException if a value does not fit the type that was announced; nothing is written then
     */
    static void row(MessageWriter out, TypedRows rows, int[] formats) throws SQLException {
        List<ColumnType> types = rows.types();
        out.begin('D').int16(types.size());
        try {
            for (int i = 0; i < types.size(); i++) {
                Object value = rows.value(i);
                if (value == null) {
                    out.int32(-1);
                } else {
                    byte[] bytes = ValueFormat.encode(
                            types.get(i), rows.columns().get(i).name(), value, isBinary(formats, i));
                    out.int32(bytes.length).bytes(bytes);
                }
            }
        } catch (SQLException | RuntimeException e) {
            out.abandon();
            throw e;
        }
        out.end();
    }
}
