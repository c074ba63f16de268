package io.github.hasqlite.postgres.catalog;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;

/** A function of SQLite, from one of Java. */
final class NativeFunction extends Function {

    private static final int INTEGER = 1;
    private static final int REAL = 2;
    private static final int NULL = 5;

    private final java.util.function.Function<List<@Nullable Object>, @Nullable Object> function;

    NativeFunction(java.util.function.Function<List<@Nullable Object>, @Nullable Object> function) {
        this.function = function;
    }

    @Override
    protected void xFunc() throws SQLException {
        List<@Nullable Object> args = new ArrayList<>();
        for (int i = 0; i < args(); i++) {
            args.add(
                    switch (value_type(i)) {
                        case INTEGER -> (Object) value_long(i);
                        case REAL -> value_double(i);
                        case NULL -> null;
                        default -> value_text(i);
                    });
        }
        Object answer;
        try {
            answer = function.apply(args);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            error("invalid argument: " + e.getMessage());
            return;
        }
        if (answer == null) {
            result();
        } else if (answer instanceof Long number) {
            result(number);
        } else {
            result(answer.toString());
        }
    }
}
