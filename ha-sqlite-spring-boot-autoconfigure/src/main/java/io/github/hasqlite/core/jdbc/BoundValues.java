package io.github.hasqlite.core.jdbc;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the driver binds, as SQLite stores it. */
final class BoundValues {

    private BoundValues() {}

    /**
     * The values of the parameters.
     *
     * @param bound what the driver has been given, or {@code null} if nothing
     */
    static List<@Nullable Object> of(@Nullable Object @Nullable [] bound, int parameters) {
        if (parameters == 0) {
            return List.of();
        }
        @Nullable Object[] values = new @Nullable Object[parameters];
        for (int i = 0; bound != null && i < parameters; i++) {
            values[i] = stored(bound[i]);
        }
        return Collections.unmodifiableList(Arrays.asList(values));
    }

    private static @Nullable Object stored(@Nullable Object bound) {
        if (bound instanceof Integer || bound instanceof Short) {
            return ((Number) bound).longValue();
        }
        if (bound instanceof Float || bound instanceof Double) {
            double real = ((Number) bound).doubleValue();
            return Double.isNaN(real) ? null : (Double) real;
        }
        return bound == null || bound instanceof Long || bound instanceof byte[] ? bound : bound.toString();
    }
}
