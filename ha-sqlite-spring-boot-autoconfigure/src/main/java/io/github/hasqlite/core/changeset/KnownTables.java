package io.github.hasqlite.core.changeset;

import org.jspecify.annotations.Nullable;

/**
 * Names of tables seen before, so that reading a change of one of them neither allocates nor checks
 * its names again, and the lists of columns are the same instances from one message to the next.
 *
 * <p>Threads share the slots without locking; the worst of that race is a name that is allocated
 * again. The memory is bounded by the number of slots and the weight of a shape.
 */
final class KnownTables {

    private static final int SLOTS = 64;
    private static final int MAX_KEPT_WEIGHT = 16_384;

    private final TableShape[] slots = new TableShape[SLOTS];

    /** What the table with this name looked like when it was seen last, or {@code null}. */
    @Nullable
    TableShape find(char[] buffer, int offset, int length) {
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + buffer[offset + i];
        }
        TableShape shape = slots[hash & (SLOTS - 1)];
        return shape != null && sameText(shape.table(), buffer, offset, length) ? shape : null;
    }

    void remember(TableShape shape) {
        if (shape.weight() <= MAX_KEPT_WEIGHT) {
            slots[shape.table().hashCode() & (SLOTS - 1)] = shape;
        }
    }

    static boolean sameText(String text, char[] buffer, int offset, int length) {
        if (text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) != buffer[offset + i]) {
                return false;
            }
        }
        return true;
    }
}
