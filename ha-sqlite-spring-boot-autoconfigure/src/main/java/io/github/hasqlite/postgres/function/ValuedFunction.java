package io.github.hasqlite.postgres.function;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;

/** Reads and answers values. Used by one connection. */
abstract class ValuedFunction extends Function {

    private static final int INTEGER = 1;
    private static final int REAL = 2;
    private static final int TEXT = 3;
    private static final int NULL = 5;

    @Nullable
    Object argument(int at) throws SQLException {
        return switch (value_type(at)) {
            case INTEGER -> (Object) value_long(at);
            case REAL -> value_double(at);
            case TEXT -> value_text(at);
            case NULL -> null;
            default -> blob(value_blob(at));
        };
    }

    /** SQLite has no address for no bytes. */
    private static byte[] blob(byte @Nullable [] bytes) {
        return bytes == null ? new byte[0] : bytes;
    }

    void answer(Object value) throws SQLException {
        if (value instanceof Long number) {
            result(number);
        } else if (value instanceof Double number) {
            result(number);
        } else if (value instanceof byte[] bytes) {
            result(bytes);
        } else {
            result(value.toString());
        }
    }
}
