package io.github.hasqlite;

/** What a {@link Change} does. The names are the ones used in the message format. */
public enum Operation {
    /** A row was inserted; the change has new values only. */
    INSERT,
    /** A row was updated; the change has old and new values. */
    UPDATE,
    /** A row was deleted; the change has old values only. */
    DELETE,
    /** A statement that travels as text: a schema change, or a write to a virtual table. */
    SQL
}
