package io.github.hasqlite.differential;

import java.util.List;

/**
 * A table or view that the script believes to be there.
 *
 * @param name its name
 * @param kind what it is
 * @param columns the columns that can be written
 * @param key the primary key's columns; empty without one
 * @param generated columns that cannot be written
 * @param types declared types of {@code columns}, for STRICT tables only
 * @param integerKey whether the key takes integers only
 */
record Table(
        String name,
        Kind kind,
        List<String> columns,
        List<String> key,
        List<String> generated,
        List<String> types,
        boolean integerKey) {

    /** What statements may do with it. */
    enum Kind {
        ORDINARY,
        STRICT,
        TEMPORARY,
        /** Triggers keep a full-text index over it. */
        INDEXED,
        VIEW,
        FULL_TEXT
    }

    Table renamed(String newName) {
        return new Table(newName, kind, columns, key, generated, types, integerKey);
    }

    Table withColumns(List<String> newColumns) {
        return new Table(name, kind, newColumns, key, generated, types, integerKey);
    }

    /** Whether a column may get any integer: once the highest rowid is taken, SQLite chooses at random. */
    boolean takesAny(String column) {
        return !integerKey || !key.contains(column);
    }

    boolean holdsRows() {
        return kind != Kind.VIEW && kind != Kind.FULL_TEXT;
    }
}
