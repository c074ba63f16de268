package io.github.hasqlite.core.commit;

import io.github.hasqlite.core.outbox.OutboxRelay;
import io.github.hasqlite.core.replay.LocalReplica;

/**
 * The way of a transaction's change set out of this node: it is numbered, kept in the outbox and published.
 *
 * @param changeSets numbers them
 * @param replica the database with the outbox
 * @param relay publishes what is in the outbox
 * @param transport where to
 * @param commits learns what each thread has committed
 */
public record WayOut(
        ChangeSetFactory changeSets,
        LocalReplica replica,
        OutboxRelay relay,
        Transport transport,
        LastCommits commits) {}
