package io.github.hasqlite;

/** What an update means for a row that somebody else has changed meanwhile. The same on all nodes. */
public enum MergeMode {
    /** It sets the whole row as its author saw it. */
    ROW,
    /** It sets the columns that its author changed, so edits of different columns both survive. */
    COLUMN
}
