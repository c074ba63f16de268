package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ChangeSetSubscriber.StreamState;
import io.github.hasqlite.OnStreamReset;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.changeset.BaselineMessage;
import io.github.hasqlite.core.commit.ChangeSetFactory;
import io.github.hasqlite.core.commit.CompareAndSet;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.CanonicalState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * The way on where the stream has dropped what no node has applied and no snapshot holds, as after all nodes were
 * away for longer than the stream keeps messages. What an author has not seen again is in its outbox still. So if
 * no node has applied more than this one, this database as the stream had made it is what all can go on from, and
 * every author publishes again what is missing. A message in the stream says so, stored only if nothing else was;
 * then the snapshot follows that all need.
 *
 * <p>A node that has published nothing but for itself knows that nobody has applied more of what it has published;
 * where there are others, only the operator knows, and says so with {@code ha.sqlite.on-stream-reset=origin}. If that
 * was wrong, those that have applied more refuse the snapshot and say what it lacks.
 */
final class HoleCrossing {

    private static final Logger logger = LoggerFactory.getLogger(HoleCrossing.class);

    /** By then a node that is alive has taken a snapshot. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final int SHARE_OF_BOOTSTRAP = 3;

    private final NodeSettings settings;
    private final SnapshotSource source;
    private final SnapshotStore store;
    private final ChangeSetSubscriber subscriber;
    private final CompareAndSet stream;
    private final ChangeSetFactory changeSets;
    private final AppliedState state;
    private volatile boolean joined;
    private long stuckNanos;

    /** The crossing of one node that may publish. */
    HoleCrossing(
            NodeSettings settings,
            SnapshotSource source,
            SnapshotStore store,
            ChangeSetSubscriber subscriber,
            CompareAndSet stream,
            ChangeSetFactory changeSets,
            AppliedState state) {
        this.settings = settings;
        this.source = source;
        this.store = store;
        this.subscriber = subscriber;
        this.stream = stream;
        this.changeSets = changeSets;
        this.state = state;
    }

    /** This node is up with the stream, for the first time since its start. */
    void joined() {
        joined = true;
    }

    /** There is a way on. */
    void notStuck() {
        stuckNanos = 0;
    }

    /**
     * Makes this database what all go on from, if that is known to lose nothing or was asked for.
     *
     * @return {@code null} if it is, and there is a snapshot now; otherwise what can be done
     */
    @Nullable
    String cross() throws IOException, SQLException {
        StreamState now = subscriber.state();
        if (now.firstSequence() <= now.endSequence()) {
            return "";
        }
        boolean wanted = settings.onStreamReset() == OnStreamReset.ORIGIN && !joined;
        if (!wanted && !isAlone()) {
            return ". If all nodes are in this state: start the one that has applied the most (this one: "
                    + state.sequence()
                    + ") once with ha.sqlite.on-stream-reset=origin. All go on from its database, and what is missing"
                    + " is published again from the outboxes of its authors";
        }
        if (!wanted && !isPatienceOver()) {
            return "";
        }
        Path copy = SnapshotFiles.temporary(source.database(), "crossing");
        try {
            long from = source.copy(copy);
            long at = announce(now);
            if (at == 0) {
                return "";
            }
            try (SQLiteConnection connection =
                    new DatabaseFile(settings.pool().with(to -> to.path(copy.toString()))).open()) {
                CanonicalState.copyPosition(connection, source.database().toString(), state.streamCreatedNs(), at);
                CopiedDatabase.intoOneFile(connection);
            }
            SnapshotFiles.save(store, copy, at, state.streamCreatedNs(), settings.name(), settings.runtime());
            logger.warn(
                    "The stream has dropped messages {} to {}, which no snapshot holds: all nodes go on from this node's"
                            + " database as it was at {}, and what is still in an outbox is published again",
                    from + 1,
                    now.endSequence(),
                    from);
            return null;
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private boolean isAlone() {
        return state.publishingNodes().equals(Set.of(settings.name()));
    }

    private boolean isPatienceOver() {
        long now = settings.runtime().nanoTime();
        if (stuckNanos == 0) {
            stuckNanos = now;
        }
        Duration share = settings.bootstrapTimeout().dividedBy(SHARE_OF_BOOTSTRAP);
        Duration patience = share.compareTo(PATIENCE) < 0 ? share : PATIENCE;
        return now - stuckNanos >= patience.toNanos();
    }

    /** Says that all need the snapshot that follows; 0 if something else has come first. */
    private long announce(StreamState found) throws IOException {
        CompareAndSet.Result result = stream.publish(
                changeSets.none(),
                new BaselineMessage(settings.runtime().randomName()).bytes(),
                found.endSequence(),
                settings.runtime().nanoTime()
                        + Math.min(settings.publisherTimeout().toNanos(), TimeUnit.SECONDS.toNanos(10)));
        if (result instanceof CompareAndSet.Stored stored) {
            return stored.sequence();
        }
        if (result instanceof CompareAndSet.Lost) {
            return 0;
        }
        throw new IOException("the stream did not take the message from which all nodes go on: " + result);
    }
}
