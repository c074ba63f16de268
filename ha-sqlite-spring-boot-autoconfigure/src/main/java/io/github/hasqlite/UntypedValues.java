package io.github.hasqlite;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * Values of a message that does not say their storage classes, as those of Go nodes: what JSON tells of
 * them. Of a row with generated columns there may be more than columns. Immutable.
 */
public final class UntypedValues extends AbstractList<@Nullable Object> implements RandomAccess {

    private final @Nullable Object[] values;

    public UntypedValues(List<@Nullable Object> values) {
        this.values = values.toArray();
    }

    @Override
    public @Nullable Object get(int index) {
        return values[index];
    }

    @Override
    public int size() {
        return values.length;
    }
}
