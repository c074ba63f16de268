package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.ReplicationStatus;

/** For data sources whose commit log is the test's. */
public final class NoReplication implements Replication {

    @Override
    public ReplicationStatus status() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean resume(boolean skipFailed) {
        return false;
    }

    @Override
    public void close() {}
}
