package io.github.hasqlite.core.history;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values of a row that are equal to others if SQLite stores the same. Immutable. */
final class ValueList {

    private final @Nullable Object[] values;
    private final int hash;

    ValueList(List<? extends @Nullable Object> values) {
        this.values = values.toArray();
        this.hash = Arrays.deepHashCode(this.values);
    }

    List<@Nullable Object> values() {
        return Arrays.asList(values);
    }

    boolean hasNull() {
        for (Object value : values) {
            if (value == null) {
                return true;
            }
        }
        return false;
    }

    /** Whether two lists of values are what SQLite stores for the same row. */
    static boolean same(List<? extends @Nullable Object> one, List<? extends @Nullable Object> other) {
        return Arrays.deepEquals(one.toArray(), other.toArray());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ValueList list && Arrays.deepEquals(values, list.values);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
