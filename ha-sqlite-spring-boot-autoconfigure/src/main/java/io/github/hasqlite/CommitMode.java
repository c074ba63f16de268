package io.github.hasqlite;

/** When a commit returns. One mode for the whole cluster. */
public enum CommitMode {
    /** When the transaction and its outbox row are on the local disk. */
    ASYNC,
    /** When the stream has acknowledged it, too. */
    SYNC,
    /**
     * When the stream has accepted it behind exactly what this node had applied, and it is on the local
     * disk. Of transactions that were made at the same time on several nodes one commits, the others are
     * rolled back with SQLState 40001.
     */
    STRICT
}
