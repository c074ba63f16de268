package io.github.hasqlite.changeset;

import org.jspecify.annotations.Nullable;

/** The letters that name the storage class of a value in {@code old_types}, {@code new_types} and {@code arg_types}. */
final class StorageClass {

    static final char INTEGER = 'i';
    static final char REAL = 'r';
    static final char TEXT = 't';
    static final char BLOB = 'b';
    static final char NULL = 'n';

    private StorageClass() {}

    /**
     * The letter for a value.
     *
     * @throws IllegalArgumentException if SQLite cannot store it
     */
    static char of(@Nullable Object value) {
        if (value instanceof String) {
            return TEXT;
        }
        if (value instanceof Long) {
            return INTEGER;
        }
        if (value == null) {
            return NULL;
        }
        if (value instanceof Double real) {
            if (real.isNaN()) {
                throw new IllegalArgumentException("SQLite stores NaN as NULL, so a change cannot hold it");
            }
            return REAL;
        }
        if (value instanceof byte[]) {
            return BLOB;
        }
        throw new IllegalArgumentException("a value of " + value.getClass() + " is none that SQLite stores");
    }
}
