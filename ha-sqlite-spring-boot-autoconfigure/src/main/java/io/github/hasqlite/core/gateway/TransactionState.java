package io.github.hasqlite.core.gateway;

/** Where a session stands. */
public enum TransactionState {
    /** Every statement is a transaction of its own. */
    NONE,
    /** A transaction was begun. */
    OPEN,
    /** A transaction was begun, and is rolled back already: nothing but its end or ROLLBACK TO is taken (25P02). */
    FAILED
}
