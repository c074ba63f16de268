package io.github.hasqlite;

/** When a commit returns. One mode for the whole cluster. */
public enum CommitMode {
    /** When the transaction and its outbox row are on the local disk. */
    ASYNC,
    /** When the stream has acknowledged it, too. */
    SYNC
}
