package io.github.hasqlite.core.node;

import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.core.jdbc.Replication;
import java.time.Duration;

/** Where nothing is replicated. */
record NoReplication(String node) implements Replication {

    @Override
    public ReplicationStatus status() {
        return new ReplicationStatus(
                node, false, false, 0, 0, Duration.ZERO, 0, 0, null, null, 0, null, null, null, null, Duration.ZERO, 0);
    }

    @Override
    public boolean resume(boolean skipFailed) {
        return false;
    }

    @Override
    public void close() {}
}
