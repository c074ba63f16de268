package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ChangeSetSubscriber.StreamState;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.commit.DeliverPolicy;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.LocalDatabase.Kind;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.snapshot.SnapshotChoice;
import io.github.hasqlite.core.snapshot.SnapshotFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * Brings the database file of a node that is about to start into a state from which it can follow the
 * stream, or says why that is impossible. No connection has the file open yet.
 */
final class StartDecision {

    private static final Logger logger = LoggerFactory.getLogger(StartDecision.class);

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** What a Go node has stored must be got as a whole to be looked at. */
    private static final int LOOKS_A_GO_SNAPSHOT = 30;

    private final NodeSettings settings;
    private final NodeRuntime runtime;
    private final Transport transport;
    private final DatabaseFile file;
    private final Path path;
    private final @Nullable ChangeSetSubscriber subscriber;
    private final @Nullable SnapshotStore store;
    /** Whether this node can publish that its database is what the history begins with. */
    private final boolean canBegin;

    /** How the node goes on. */
    enum Way {
        /** It applies what the stream has beyond its database. */
        FOLLOW,
        /** The same, as soon as the stream can be reached. */
        WAIT,
        /** Its database is what the stream's history begins with. */
        BEGIN
    }

    /**
     * What is decided for one node.
     *
     * @param file not open yet
     */
    StartDecision(NodeSettings settings, DatabaseFile file, Transport transport) {
        this.settings = settings;
        this.runtime = settings.runtime();
        this.file = file;
        this.transport = transport;
        this.path = Path.of(settings.pool().path());
        this.subscriber = transport.subscriber();
        this.store = transport.snapshots();
        this.canBegin =
                store != null && !settings.readOnly() && transport.publisher().comparesAndSets();
    }

    /**
     * Prepares the file. If the stream cannot be reached, a database that follows it can do without for
     * now, but no other (rule R10): it waits for the stream as long as the start may take.
     *
     * @throws SQLException if the database file cannot be read
     * @throws ReplicationStartException if the node cannot follow the stream with this database
     */
    Way prepare() throws SQLException {
        LocalDatabase found = LocalDatabase.inspect(file, path, runtime);
        ChangeSetSubscriber source = subscriber;
        if (source == null) {
            return Way.FOLLOW;
        }
        boolean usable = found.kind() == Kind.JOINED && !found.begunWithNothing();
        try {
            SnapshotFiles.clean(path);
            return prepare(source, found, usable ? source.state() : awaitStream(source));
        } catch (IOException e) {
            if (usable) {
                return Way.WAIT;
            }
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplicationStartException("interrupted while waiting for the stream", "Start again.", e);
        }
    }

    /** What the stream is like, as soon as it can be reached. */
    private StreamState awaitStream(ChangeSetSubscriber source) throws IOException, InterruptedException {
        long started = runtime.nanoTime();
        long reported = started - REPORT_NANOS;
        long pause = ASK_AGAIN_NANOS;
        while (true) {
            try {
                return source.state();
            } catch (IOException e) {
                long now = runtime.nanoTime();
                long left = settings.bootstrapTimeout().toNanos() - (now - started);
                if (left <= 0) {
                    throw e;
                }
                if (now - reported >= REPORT_NANOS) {
                    reported = now;
                    logger.warn(
                            "A new database needs the stream once, and it cannot be reached; trying on for {} s: {}",
                            TimeUnit.NANOSECONDS.toSeconds(left),
                            e.getMessage());
                }
                runtime.sleep(Math.min(pause, left));
                pause = Math.min(2 * pause, MAX_PAUSE_NANOS);
            }
        }
    }

    private ReplicationStartException unreachable(IOException cause) {
        return new ReplicationStartException(
                "the stream cannot be reached, and this node's database is new: " + cause.getMessage(),
                "Start the NATS server or the node that embeds it, or correct ha.sqlite.replication-url."
                        + " A new database needs the stream once, to learn what is there already;"
                        + " ha.sqlite.bootstrap.timeout says for how long it is waited for ("
                        + settings.bootstrapTimeout() + ").",
                cause);
    }

    private Way prepare(ChangeSetSubscriber source, LocalDatabase local, StreamState first)
            throws IOException, SQLException, InterruptedException {
        StreamState stream = first;
        requireAll(local);
        StreamIdentity identity = new StreamIdentity(source, transport, runtime);
        String reset = local.kind() == Kind.JOINED ? identity.reset(local, stream) : null;
        if (reset != null) {
            stream = identity.askAgain(local);
            reset = identity.reset(local, stream);
        }
        if (reset == null) {
            return goOn(source, local, stream);
        }
        LocalDatabase left = leave(reset, stream);
        try {
            return goOn(source, left, stream);
        } catch (IOException e) {
            // it follows nothing any more, and so cannot wait for the stream as it could before
            throw new ReplicationStartException(
                    "the database has left the stream that it followed, and the present one cannot be asked any more: "
                            + e.getMessage(),
                    "Start this node again when that is mended, with the same ha.sqlite.on-stream-reset; it goes on"
                            + " where it was.",
                    e);
        }
    }

    private Way goOn(ChangeSetSubscriber source, LocalDatabase local, StreamState stream)
            throws IOException, SQLException, InterruptedException {
        return switch (local.kind()) {
            case JOINED -> local.baseline().isEmpty() || !canBegin ? Way.FOLLOW : Way.BEGIN;
            case PLAIN -> beginsAnywhere() ? beginAt(source, stream) : begin(local, stream);
            case EMPTY -> beginsAnywhere() ? beginAt(source, stream) : restore(source, stream);
        };
    }

    private boolean beginsAnywhere() {
        return settings.deliverPolicy().start() != DeliverPolicy.Start.ALL;
    }

    /** What is in the file, if anything, is taken for what the others had at that place. */
    private Way beginAt(ChangeSetSubscriber source, StreamState stream) throws IOException, SQLException {
        long first = new DeliveryStart(source, stream).first(settings.deliverPolicy());
        try (SQLiteConnection connection = file.open()) {
            AppliedState.beginAt(connection, first, stream.createdNs());
        }
        logger.warn("This read replica begins with message {} of the stream and does not have what was before", first);
        return Way.FOLLOW;
    }

    private void requireAll(LocalDatabase local) {
        if (local.deliveredFrom() > 0 && !settings.readOnly()) {
            throw new ReplicationStartException(
                    "the database file " + path + " has what the stream has sent from message " + local.deliveredFrom()
                            + " on, as ha.sqlite.deliver-policy said, and not what was before: nothing can be written to"
                            + " it for the others",
                    "Move the file away: this node then begins with what the others have. Or set"
                            + " ha.sqlite.publisher.enabled=false again.",
                    null);
        }
    }

    private LocalDatabase leave(String reset, StreamState stream) throws IOException, SQLException {
        switch (settings.onStreamReset()) {
            case REJOIN -> {
                Path aside = setAside(reset);
                logger.warn("{}. Its file is {} now, and the node begins with what the stream has", reset, aside);
                return LocalDatabase.inspect(file, path, runtime);
            }
            case ORIGIN -> {
                if (!hasHistory(stream)) {
                    logger.warn("{}. It is what the new stream begins with", reset);
                    return LocalDatabase.leaveStream(file);
                }
                throw new ReplicationStartException(
                        reset + ", and the new stream has a history already",
                        "Set ha.sqlite.on-stream-reset=rejoin to begin with what the stream has; the present database"
                                + " file is kept under another name. Or, if what the stream has is worth nothing, delete it"
                                + " and start this node again.",
                        null);
            }
            case STOP ->
                throw new ReplicationStartException(
                        reset,
                        "Check ha.sqlite.replication-url, ha.sqlite.stream and ha.sqlite.replication-id. If the stream"
                                + " is lost, start the node with the best database once with"
                                + " ha.sqlite.on-stream-reset=origin, and then the others once with"
                                + " ha.sqlite.on-stream-reset=rejoin.",
                        null);
        }
        throw new IllegalStateException("unknown: " + settings.onStreamReset());
    }

    private Path setAside(String reset) throws SQLException {
        try {
            return LocalDatabase.setAside(file, path, runtime);
        } catch (IOException e) {
            throw new ReplicationStartException(
                    reset + ", and its file cannot be given another name: " + e,
                    "Make the folder of " + path + " writable for the application, and start this node again.",
                    e);
        }
    }

    private boolean hasHistory(StreamState stream) throws IOException {
        return stream.lastSequence() > 0
                || (store != null
                        && !SnapshotChoice.of(store, stream.createdNs()).isEmpty());
    }

    private Way begin(LocalDatabase local, StreamState stream) throws IOException {
        if (hasHistory(stream) && local.baseline().isEmpty() && store != null) {
            throw new ReplicationStartException(
                    "the database file " + path + " was never replicated, and the stream has a history already: the two"
                            + " cannot be merged",
                    "To join the others, move the file away: this node then begins with what they have. To make this"
                            + " file what all nodes begin with, delete the stream and its snapshots, or choose another"
                            + " ha.sqlite.replication-id, and start this node first.",
                    null);
        }
        if (settings.readOnly() && store != null) {
            throw new ReplicationStartException(
                    "the database file " + path + " was never replicated, and a read replica cannot be what a stream"
                            + " begins with",
                    "Move the file away: this node then begins with what the others have.",
                    null);
        }
        return canBegin ? Way.BEGIN : Way.FOLLOW;
    }

    /** There is nothing yet: begins with a snapshot, if there is one or if it takes one. */
    private Way restore(ChangeSetSubscriber source, StreamState atFirst) throws IOException, InterruptedException {
        SnapshotStore from = store;
        if (from == null) {
            return Way.FOLLOW;
        }
        long deadline = runtime.nanoTime() + settings.bootstrapTimeout().toNanos();
        boolean said = false;
        int looks = 0;
        GoBaseline go = new GoBaseline(settings, path, from, source);
        StreamIdentity identity = new StreamIdentity(source, transport, runtime);
        StreamState stream = atFirst;
        while (true) {
            List<Snapshot> candidates = SnapshotChoice.of(from, stream.createdNs());
            if (fetch(from, candidates, stream, identity)
                    || (candidates.isEmpty() && looks++ % LOOKS_A_GO_SNAPSHOT == 0 && go.begin(stream, deadline))
                    || stream.firstSequence() <= 1) {
                return Way.FOLLOW;
            }
            if (stream.lastSequence() == 0 && candidates.isEmpty() && canBegin) {
                // the stream is others', too, and this database's history begins now
                return Way.BEGIN;
            }
            String missing = "the stream begins at " + stream.firstSequence() + ", and no snapshot goes so far"
                    + (candidates.isEmpty()
                            ? ": there is none"
                            : ": the newest goes up to " + candidates.get(0).sequence());
            if (runtime.nanoTime() > deadline) {
                throw new ReplicationStartException(
                        missing,
                        "Let a node that is up to date take one (its snapshotter does so by itself), or copy that"
                                + " node's database file; and raise ha.sqlite.stream-max-age for the next time.",
                        null);
            }
            if (!said) {
                said = true;
                logger.warn("Waiting for a snapshot: {}", missing);
            }
            runtime.sleep(LOOK_NANOS);
            stream = source.state();
        }
    }

    private boolean fetch(SnapshotStore from, List<Snapshot> candidates, StreamState stream, StreamIdentity identity)
            throws IOException, InterruptedException {
        List<Snapshot> left = candidates;
        Path copy = SnapshotFiles.temporary(path, "bootstrap");
        try {
            while (true) {
                Snapshot fetched = SnapshotChoice.fetchNewest(from, left, stream.firstSequence() - 1, copy, runtime);
                if (fetched == null) {
                    return false;
                }
                String lost = identity.reset(inspect(copy), stream);
                if (lost == null) {
                    begin(copy, fetched);
                    return true;
                }
                // it is from before the stream was set back
                logger.warn(
                        "The snapshot at {} that node {} took is left out: {}",
                        fetched.sequence(),
                        fetched.node(),
                        lost);
                Files.delete(copy);
                left = left.subList(left.indexOf(fetched) + 1, left.size());
            }
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private LocalDatabase inspect(Path copy) throws IOException {
        try {
            return LocalDatabase.inspect(new DatabaseFile(PoolSettings.of(copy.toString())), copy, runtime);
        } catch (SQLException e) {
            throw new IOException("the snapshot cannot be read: " + e.getMessage(), e);
        }
    }

    private void begin(Path copy, Snapshot fetched) throws IOException {
        // an empty database may have left them behind
        Files.deleteIfExists(Path.of(path + "-wal"));
        Files.deleteIfExists(Path.of(path + "-shm"));
        Files.move(copy, path, StandardCopyOption.ATOMIC_MOVE);
        logger.info(
                "Began with the snapshot at {} that node {} took, {} bytes",
                fetched.sequence(),
                fetched.node(),
                fetched.bytes());
    }
}
