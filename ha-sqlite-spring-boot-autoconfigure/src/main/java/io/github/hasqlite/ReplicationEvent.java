package io.github.hasqlite;

/**
 * Something that replication has done to one database, told after it is committed on this node; an event of the
 * application context. Events of one database come in the order in which things happened, from a thread of their own
 * that holds nothing up: a listener may take its time, and use the database. What it throws is logged. If listeners are
 * so slow that too much would wait for them, events of change sets and conflicts are left out, and a {@link
 * ChangeSetsMissed} is in their place.
 */
public sealed interface ReplicationEvent
        permits ChangeSetApplied,
                ChangeSetsMissed,
                ConflictDetected,
                ReplicationHalted,
                ReplicationResumed,
                SnapshotTaken {

    /** Which of the application's databases: {@code app}, or its name under {@code ha.sqlite.databases}. */
    String database();
}
