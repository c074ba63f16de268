package io.github.hasqlite.nats;

import io.nats.client.Connection;

/** Told when a link comes and goes, in order, never concurrently. Must not block. */
interface LinkListener {

    /**
     * The servers can be reached, for the first time or again. Subscriptions of the same connection
     * are in force again; another connection than before has none.
     */
    void connected(Connection connection);

    /** The connection was lost. What was sent and not answered may or may not have arrived. */
    void disconnected();
}
