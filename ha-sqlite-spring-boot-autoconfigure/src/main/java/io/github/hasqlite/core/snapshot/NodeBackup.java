package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ChangeSetSubscriber.StreamState;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.changeset.BaselineMessage;
import io.github.hasqlite.core.commit.ChangeSetFactory;
import io.github.hasqlite.core.commit.CompareAndSet;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.replay.CanonicalState;
import io.github.hasqlite.core.replay.StreamReplay;
import io.github.hasqlite.core.runtime.Monitor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/** Backups of one node's database. Thread-safe. */
final class NodeBackup implements DatabaseBackup {

    private static final Logger logger = LoggerFactory.getLogger(NodeBackup.class);

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 5;

    /** Each attempt is beaten only by a commit of another node that comes first. */
    private static final int ATTEMPTS = 1_000;

    private final NodeSettings settings;
    private final SnapshotSource source;
    private final ChangeSetSubscriber subscriber;
    private final @Nullable SnapshotStore store;
    private final CompareAndSet stream;
    private final ChangeSetFactory changeSets;
    private final Applier applier;
    private final AppliedState state;
    private final ChangeSetSerializer serializer;
    private final List<ChangeSetInterceptor> interceptors;
    private final Monitor restoring;

    /** The backups of one node to which change sets come in. */
    NodeBackup(
            NodeSettings settings,
            SnapshotSource source,
            Transport transport,
            CompareAndSet stream,
            ChangeSetFactory changeSets,
            Applier applier,
            AppliedState state) {
        this.settings = settings;
        this.restoring = settings.runtime().monitor();
        this.source = source;
        this.subscriber = transport.incoming();
        this.store = transport.snapshots();
        this.stream = stream;
        this.changeSets = changeSets;
        this.applier = applier;
        this.state = state;
        this.serializer = transport.serializer();
        this.interceptors = transport.interceptors();
    }

    private Path temporary() {
        return SnapshotFiles.temporary(
                source.database(), "backup-" + settings.runtime().randomUuid());
    }

    private SnapshotStore store() throws IOException {
        if (store == null) {
            throw new IOException("there is no SnapshotStore; define a bean of that type, or replicate through NATS");
        }
        return store;
    }

    private static void refuseExisting(Path target) throws IOException {
        if (Files.exists(target)) {
            throw new IOException(target + " is there already; name a file that is not");
        }
    }

    /** Makes a node's file one of the application's alone, and gives it its name. */
    private void finish(Path copy, Path target) throws SQLException, IOException {
        try (SQLiteConnection connection = open(copy)) {
            CanonicalState.forgetReplication(connection);
            CopiedDatabase.intoOneFile(connection);
        }
        Files.move(copy, target);
    }

    private SQLiteConnection open(Path file) throws SQLException {
        return new DatabaseFile(settings.pool().with(to -> to.path(file.toString()))).open();
    }

    // ---- as it is now

    @Override
    public long copyTo(Path target) throws SQLException, IOException {
        refuseExisting(target);
        Path copy = temporary();
        try {
            long sequence = source.copy(copy);
            finish(copy, target);
            return sequence;
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    @Override
    public long copyTo(OutputStream target) throws SQLException, IOException {
        Path copy = temporary();
        try {
            long sequence = copyTo(copy);
            Files.copy(copy, target);
            return sequence;
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    // ---- as it was

    @Override
    public long copyAsOf(long sequence, Path target) throws SQLException, IOException {
        return copyAsOf(
                "sequence " + sequence,
                snapshot -> snapshot <= sequence,
                message -> message.sequence() <= sequence,
                target);
    }

    @Override
    public long copyAsOf(Instant time, Path target) throws SQLException, IOException {
        long timeNs = TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
        return copyAsOf(
                time.toString(),
                snapshot -> storedBefore(snapshot, timeNs),
                message -> message.timestampNs() <= timeNs,
                target);
    }

    /** Whether the stream stored a message no later than at a time, as far as it still has it. */
    private boolean storedBefore(long sequence, long timeNs) {
        try {
            StreamMessage message = sequence == 0 ? null : subscriber.read(sequence, PATIENCE);
            return message == null || message.timestampNs() <= timeNs;
        } catch (IOException e) {
            logger.debug("Message {} cannot be read", sequence, e);
            return false;
        }
    }

    private long copyAsOf(String wanted, LongPredicate early, StreamReplay.Until until, Path target)
            throws SQLException, IOException {
        refuseExisting(target);
        Path copy = temporary();
        try {
            StreamState now = subscriber.state();
            fetch(wanted, early, now, copy);
            long sequence;
            try (CopiedDatabase database = CopiedDatabase.open(settings, copy, serializer)) {
                StreamReplay replay = database.replay(interceptors);
                replay.run(subscriber.another(), now.lastSequence(), until, PATIENCE.toNanos());
                sequence = replay.sequence();
            }
            finish(copy, target);
            return sequence;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /** Fetches the newest snapshot that is early enough and that the stream goes on from, or an empty one. */
    private void fetch(String wanted, LongPredicate early, StreamState now, Path copy)
            throws SQLException, IOException {
        List<Snapshot> candidates = SnapshotChoice.of(store(), now.createdNs()).stream()
                .filter(snapshot -> snapshot.sequence() >= now.firstSequence() - 1)
                .filter(snapshot -> early.test(snapshot.sequence()))
                .toList();
        Snapshot fetched = SnapshotChoice.fetchNewest(store(), candidates, 0, copy, settings.runtime());
        if (fetched != null) {
            return;
        }
        if (now.firstSequence() > 1) {
            throw new IOException("the database as of " + wanted + " cannot be made any more: the stream begins at "
                    + now.firstSequence() + ", and no snapshot between that and " + wanted + " is left; ask for a later"
                    + " state, or restore a backup");
        }
        try (SQLiteConnection connection = open(copy)) {
            AppliedState.create(connection);
            OutboxTable.create(connection);
        }
    }

    // ---- the way back

    @Override
    public long restoreCluster(Path file) throws SQLException, IOException {
        SnapshotStore target = store();
        restoring.lock();
        try {
            Path copy = temporary();
            try {
                prepare(file, copy);
                long at = announce();
                try (SQLiteConnection connection = open(copy)) {
                    CanonicalState.copyPosition(connection, source.database().toString(), state.streamCreatedNs(), at);
                    OutboxTable.create(connection);
                    CopiedDatabase.intoOneFile(connection);
                }
                SnapshotFiles.save(target, copy, at, state.streamCreatedNs(), settings.name(), settings.runtime());
                await(() -> state.sequence() >= at, "this node has not gone on from the restored database");
                logger.info("All nodes go on from {} at {}", file, at);
                return at;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted; call again, the nodes wait for it", e);
            } finally {
                Files.deleteIfExists(copy);
            }
        } finally {
            restoring.unlock();
        }
    }

    /** Copies what is to be restored, without tables of replication that it may have, and checks it. */
    private void prepare(Path file, Path copy) throws SQLException, IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + " is no file");
        }
        Path log = file.resolveSibling(file.getFileName() + "-wal");
        if (Files.exists(log) && Files.size(log) > 0) {
            throw new IOException(file + " has a write-ahead log, so somebody uses it or died with it: open it with"
                    + " SQLite once and close it");
        }
        Files.copy(file, copy);
        try (SQLiteConnection connection = open(copy);
                Statement statement = connection.createStatement()) {
            String found = CopiedDatabase.damage(statement, "integrity_check");
            if (found != null) {
                throw new SQLException(file + " is no sound database: " + found);
            }
            CanonicalState.forgetReplication(connection);
            CopiedDatabase.intoOneFile(connection);
        }
    }

    /**
     * Says in the stream that all nodes need the snapshot that is about to be taken, and waits until this
     * node has come there; unless a call that failed has said so already.
     *
     * @return where
     */
    private long announce() throws IOException, InterruptedException {
        byte[] message = new BaselineMessage(settings.runtime().randomName()).bytes();
        long at = applier.snapshotNeeded();
        for (int attempt = 0; at == 0; attempt++) {
            long end = subscriber.state().endSequence();
            CompareAndSet.Result result = stream.publish(
                    changeSets.none(),
                    message,
                    end,
                    settings.runtime().nanoTime() + settings.publisherTimeout().toNanos());
            if (result instanceof CompareAndSet.Stored stored) {
                at = stored.sequence();
            } else if (!(result instanceof CompareAndSet.Lost) || attempt == ATTEMPTS) {
                throw new IOException("the stream did not take the message that begins the restore: " + result);
            }
        }
        long reached = at;
        await(
                () -> applier.snapshotNeeded() == reached || state.sequence() >= reached,
                "this node has not come to the place in the stream where the restored database begins");
        if (state.sequence() >= reached) {
            throw new IOException("another node has restored a database at the same moment; call again if that is not"
                    + " the one that is wanted");
        }
        return at;
    }

    /** Something to wait for. */
    private interface Condition {
        boolean holds();
    }

    private void await(Condition condition, String otherwise) throws IOException, InterruptedException {
        long deadline =
                settings.runtime().nanoTime() + settings.bootstrapTimeout().toNanos();
        while (!condition.holds()) {
            if (settings.runtime().nanoTime() > deadline) {
                throw new IOException(otherwise + " within " + settings.bootstrapTimeout()
                        + "; it may do so later, and calling again does no harm. Stopped: " + applier.halted());
            }
            settings.runtime().sleep(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
        }
    }
}
