package io.github.hasqlite.postgres.type;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arrays in PostgreSQL's binary format, turned into JSON. */
final class BinaryArray {

    private BinaryArray() {}

    /** @throws SQLException if it has more than one dimension (0A000), or is broken (22P03) */
    static String json(PgType type, byte[] bytes) throws SQLException {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        try {
            int dimensions = from.getInt();
            from.getInt();
            int oid = from.getInt();
            if (oid != type.oid()) {
                throw new SQLException(
                        "binary data has array element type " + oid + " instead of expected " + type.oid(), "42804");
            }
            if (dimensions == 0) {
                return "[]";
            }
            if (dimensions != 1) {
                throw new SQLException("arrays of " + dimensions + " dimensions are not supported", "0A000");
            }
            int size = from.getInt();
            from.getInt();
            List<@Nullable Object> elements = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                elements.add(element(type, from));
            }
            if (from.hasRemaining()) {
                throw new BufferUnderflowException();
            }
            return ArrayText.json(elements);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new SQLException("incorrect binary data for an array", "22P03", e);
        }
    }

    private static @Nullable Object element(PgType type, ByteBuffer from) throws SQLException {
        int length = from.getInt();
        if (length < 0) {
            return null;
        }
        if (length > from.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return ParameterFormat.element(type, BinaryParameter.decode(type, bytes));
    }
}
