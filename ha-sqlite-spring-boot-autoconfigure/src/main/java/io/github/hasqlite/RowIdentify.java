package io.github.hasqlite;

/**
 * How the row that a change of another node means is found here. All nodes of a cluster must use the
 * same way.
 */
public enum RowIdentify {
    /**
     * By the primary key; by the whole row if the table has none or a key value is NULL. Right for
     * nearly every schema.
     */
    PK,
    /** By the rowid; as {@link #PK} where a table or a change has none. */
    ROWID,
    /** By the whole row: a change is only made to a row that is exactly as its author saw it. */
    FULL
}
