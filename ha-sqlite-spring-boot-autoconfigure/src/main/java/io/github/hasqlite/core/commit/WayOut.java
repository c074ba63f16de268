package io.github.hasqlite.core.commit;

import io.github.hasqlite.core.outbox.OutboxRelay;
import io.github.hasqlite.core.outbox.PendingQueue;

/**
 * The way of a transaction's change set out of this node: it is numbered, kept in the outbox and published.
 *
 * @param changeSets numbers them
 * @param pending the outbox in memory
 * @param relay publishes what is in the outbox
 * @param transport where to
 */
public record WayOut(ChangeSetFactory changeSets, PendingQueue pending, OutboxRelay relay, Transport transport) {}
