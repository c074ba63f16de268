package io.github.hasqlite.core.sqlite;

/** What a statement means for the transaction it runs in; SQLite judges all the rest. */
public enum StatementKind {
    /** Blanks and comments only. */
    EMPTY,
    /** Cannot change the database. */
    READ,
    /** INSERT, UPDATE, DELETE or REPLACE. */
    WRITE,
    /** Any CREATE; like DROP and ALTER it travels as its text if it changes the main schema. */
    CREATE,
    /** Any DROP; may delete rows of other tables through foreign keys. */
    DROP,
    /** SQLite refuses an ALTER while triggers name what it alters. */
    ALTER,
    /** PRAGMA user_version or application_id with a value; travels as its text. */
    HEADER_PRAGMA,
    /** VACUUM, ANALYZE, REINDEX, and pragmas that write to the file: takes the write lock and stays local. */
    MAINTENANCE,
    BEGIN,
    BEGIN_IMMEDIATE,
    COMMIT,
    ROLLBACK,
    SAVEPOINT,
    RELEASE,
    ROLLBACK_TO,
    /** Passed to SQLite as it is: other pragmas, ATTACH, DETACH, and what is not SQL. */
    OTHER;

    /** Whether it may commit, or rolls all back. */
    public boolean endsTransaction() {
        return this == COMMIT || this == ROLLBACK || this == RELEASE;
    }

    public boolean isSchema() {
        return this == CREATE || this == DROP || this == ALTER;
    }
}
