package io.github.hasqlite.core.changeset;

import io.github.hasqlite.RawText;
import io.github.hasqlite.TextEncoding;
import org.jspecify.annotations.Nullable;

/**
 * The letters that name the storage class of a value in {@code old_types}, {@code new_types} and {@code
 * arg_types}. A TEXT of which not all bytes are characters has a letter for each encoding, and is base64 like a
 * BLOB.
 */
final class StorageClass {

    static final char INTEGER = 'i';
    static final char REAL = 'r';
    static final char TEXT = 't';
    static final char BLOB = 'b';
    static final char NULL = 'n';
    static final char TEXT_UTF_8 = 'u';
    static final char TEXT_UTF_16LE = 'v';
    static final char TEXT_UTF_16BE = 'w';

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
        if (value instanceof RawText text) {
            return of(text.encoding());
        }
        throw new IllegalArgumentException("a value of " + value.getClass() + " is none that SQLite stores");
    }

    private static char of(TextEncoding encoding) {
        return switch (encoding) {
            case UTF_8 -> TEXT_UTF_8;
            case UTF_16LE -> TEXT_UTF_16LE;
            case UTF_16BE -> TEXT_UTF_16BE;
        };
    }
}
