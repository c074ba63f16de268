package io.github.hasqlite;

/** What commit mode {@code strict} promises about transactions made at the same time on several nodes. */
public enum StrictIsolation {
    /** Any commit in between rolls a transaction back: the result is as if all had run one after the other. */
    SERIALIZABLE,
    /**
     * Only a commit in between that wrote the same rows or unique keys rolls a transaction back. What it
     * read may have been changed by then (write skew).
     */
    SNAPSHOT
}
