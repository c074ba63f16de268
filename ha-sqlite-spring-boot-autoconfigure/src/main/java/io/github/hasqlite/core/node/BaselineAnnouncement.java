package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ChangeSetSubscriber.StreamState;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.changeset.BaselineMessage;
import io.github.hasqlite.core.commit.ChangeSetFactory;
import io.github.hasqlite.core.commit.CompareAndSet;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.snapshot.NodeSnapshots;
import io.github.hasqlite.core.snapshot.SnapshotChoice;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * Makes a database what a stream's history begins with. First a message says so, stored only if nobody
 * else's came before; so there is one beginning at most, and whoever is there already learns that a
 * snapshot is needed. Then that snapshot is taken. A crash in between is made up for at the next start.
 */
final class BaselineAnnouncement {

    private static final Logger logger = LoggerFactory.getLogger(BaselineAnnouncement.class);

    private final CompareAndSet stream;
    private final ChangeSetFactory changeSets;
    private final AppliedState state;
    private final SQLiteConnection connection;
    private final NodeSnapshots source;
    private final ChangeSetSubscriber subscriber;
    private final SnapshotStore store;
    private final NodeSettings settings;

    BaselineAnnouncement(
            NodeSettings settings,
            CompareAndSet stream,
            ChangeSetFactory changeSets,
            LocalReplica replica,
            NodeSnapshots source,
            ChangeSetSubscriber subscriber,
            SnapshotStore store) {
        this.settings = settings;
        this.stream = stream;
        this.changeSets = changeSets;
        this.state = replica.state();
        this.connection = replica.connection();
        this.source = source;
        this.subscriber = subscriber;
        this.store = store;
    }

    /**
     * Says that the history begins with this database, unless that was said at an earlier start.
     *
     * @param found what the stream is now
     * @return the sequence from which on all nodes go on from this database
     * @throws ReplicationStartException if the history has begun otherwise
     */
    long announce(StreamState found) throws IOException, SQLException {
        if (!state.baseline().isEmpty() && found.lastSequence() > 0) {
            return announced();
        }
        String id = state.baseline().isEmpty() ? settings.runtime().randomName() : state.baseline();
        state.setBaseline(connection, id, found.endSequence() + 1);
        CompareAndSet.Result result = stream.publish(
                changeSets.none(),
                new BaselineMessage(id).bytes(),
                found.endSequence(),
                settings.runtime().nanoTime() + settings.publisherTimeout().toNanos());
        if (result instanceof CompareAndSet.Stored stored) {
            logger.info("This database is what the stream begins with, at {}", stored.sequence());
            return stored.sequence();
        }
        if (result instanceof CompareAndSet.Lost) {
            throw begunOtherwise();
        }
        throw new IOException("the stream did not take the message that begins its history: " + result);
    }

    /** Where an earlier start said so, if its message got into the stream. */
    private long announced() throws IOException, SQLException {
        long at = state.baselineAt();
        StreamMessage message = subscriber.read(at, settings.publisherTimeout());
        if (message == null || !Arrays.equals(message.data(), new BaselineMessage(state.baseline()).bytes())) {
            throw begunOtherwise();
        }
        return at;
    }

    private ReplicationStartException begunOtherwise() throws SQLException {
        state.clearBaseline(connection);
        return new ReplicationStartException(
                "another node has begun the stream's history",
                "Start this node again; if its database file was never replicated, move it away before.",
                null);
    }

    /** Takes the snapshot that all other nodes need, unless there is one. */
    void takeSnapshot() throws IOException, SQLException {
        if (SnapshotChoice.of(store, state.streamCreatedNs()).isEmpty()) {
            source.take(store);
        }
        state.clearBaseline(connection);
    }
}
