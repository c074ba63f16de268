package io.github.hasqlite.core.changeset;

/** What a message can be at most. Where a number is SQLite's own, no real change set comes near it. */
final class Limits {

    /** Bytes of a message, and characters of one string in it. */
    static final int MESSAGE = 512 * 1024 * 1024;

    /** {@code SQLITE_MAX_COLUMN} cannot be compiled to more than this. */
    static final int COLUMNS = 32_767;

    /** Values bound to a statement: more than sqlite-jdbc's {@code SQLITE_MAX_VARIABLE_NUMBER} of 250,000. */
    static final int ARGUMENTS = 262_144;

    /** Characters of a name: node, file, publisher, table, column. */
    static final int NAME = 65_536;

    /** Levels of objects and arrays. A change set has four; the rest is for fields not known here. */
    static final int DEPTH = 64;

    /** Characters of a number. The longest that Go or Java write for a 64-bit number has 25. */
    static final int NUMBER = 1_000;

    /** Parts of one change set: more than 512 MiB with a {@code max_payload} of 64 KiB takes. */
    static final int PARTS = 65_536;

    private Limits() {}
}
