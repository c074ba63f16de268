package io.github.hasqlite.core.node;

import io.github.hasqlite.PositionNotReachedException;
import io.github.hasqlite.ReplicationPosition;
import java.time.Duration;

/**
 * The position of a node that does not replicate.
 *
 * @param node its name
 */
record NoPosition(String node) implements ReplicationPosition {

    @Override
    public String stream() {
        return "";
    }

    @Override
    public long applied() {
        return 0;
    }

    @Override
    public long ofLastCommit(Duration timeout) {
        return 0;
    }

    @Override
    public long current(Duration timeout) {
        return 0;
    }

    @Override
    public void await(long position, Duration timeout) throws PositionNotReachedException {
        if (position > 0) {
            throw new PositionNotReachedException("node " + node + " never reaches position " + position
                    + ": it does not replicate. Set ha.sqlite.replication-url");
        }
    }
}
