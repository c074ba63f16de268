package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeThread;
import io.github.hasqlite.core.runtime.WorkListener.Timed;
import io.github.hasqlite.core.sqlite.OnlineCopy;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * Lets a node go on from a snapshot where the stream alone does not lead on (rule R11), while the
 * application goes on reading and, but for a moment, writing: what is pending is put on top of the
 * snapshot, and the database becomes that in one transaction.
 */
public final class SnapshotRecovery implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(SnapshotRecovery.class);

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final NodeSettings settings;
    private final Path path;
    private final SQLiteConnection connection;
    private final WriteLock writeLock;
    private final Applier applier;
    private final AppliedState state;
    private final ChangeSetSerializer serializer;
    private final ChangeSetSubscriber subscriber;
    private final SnapshotStore store;
    private final @Nullable HoleCrossing crossing;
    private final Listener listener;
    private final NodeThread thread;
    private final Monitor running;
    private volatile @Nullable String obstacle;
    private volatile @Nullable BootstrapProgress progress;
    private volatile boolean closed;

    /** Told that the database has become another one, with the write lock held. */
    public interface Listener {

        /**
         * Called after the database was replaced.
         *
         * @param pages how many pages the database has
         * @param known what was pending and is in the stream already
         */
        void replaced(long pages, List<Pending> known);
    }

    /**
     * The recovery of one node; does nothing before {@link #start}.
     *
     * @param store the transport's
     * @param crossing the way on where no snapshot is to be had; {@code null} if this node may not take it
     */
    SnapshotRecovery(
            NodeSettings settings,
            LocalReplica replica,
            Applier applier,
            Transport transport,
            SnapshotStore store,
            @Nullable HoleCrossing crossing,
            Listener listener) {
        this.settings = settings;
        this.path = Path.of(settings.pool().path()).toAbsolutePath();
        this.connection = replica.connection();
        this.writeLock = replica.writeLock();
        this.applier = applier;
        this.state = replica.state();
        this.serializer = transport.serializer();
        this.subscriber = transport.incoming();
        this.store = store;
        this.crossing = crossing;
        this.listener = listener;
        this.running = settings.runtime().monitor();
        this.thread = settings.runtime().thread("ha-sqlite-recovery", this::run);
    }

    /** Begins to recover whenever the applier needs a snapshot. */
    public void start() {
        thread.start();
    }

    /** The node is up with the stream, for the first time since its start. */
    public void joined() {
        if (crossing != null) {
            crossing.joined();
        }
    }

    /** Why the node could not recover yet, or {@code null}. */
    @Nullable
    public String obstacle() {
        return obstacle;
    }

    /** How far getting a snapshot has come, or {@code null} if none is being got. */
    @Nullable
    public String progress() {
        BootstrapProgress now = progress;
        return now == null ? null : now.toString();
    }

    private void run() {
        try {
            while (!closed) {
                long atLeast = applier.awaitSnapshotNeeded();
                if (atLeast > 0 && !tryToRecover(atLeast)) {
                    settings.runtime().sleep(LOOK_NANOS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean tryToRecover(long atLeast) throws InterruptedException {
        try {
            Snapshot used = recover(atLeast, snapshot -> true, true);
            if (used != null) {
                obstacle = null;
                if (crossing != null) {
                    crossing.notStuck();
                }
                return true;
            }
            String advice = crossing == null ? "" : crossing.cross();
            if (advice == null) {
                return true;
            }
            hinder("no snapshot goes up to " + atLeast + " yet; looking again every second" + advice, null);
        } catch (IOException | SQLException | RuntimeException e) {
            hinder("recovering from a snapshot failed: " + e.getMessage(), e);
        }
        return false;
    }

    private void hinder(String reason, @Nullable Exception cause) {
        if (!reason.equals(obstacle) && !closed) {
            obstacle = reason;
            logger.warn("This node cannot go on: {}", reason, cause);
        }
    }

    /** Says which snapshots may be used. */
    public interface Filter {
        boolean accepts(Snapshot snapshot);
    }

    /**
     * Makes the database the newest snapshot that is whole, with what is pending on top.
     *
     * @param atLeast the sequence up to which the snapshot must go, at least
     * @return which one was used; {@code null} if none goes so far
     * @throws UnsupportedOperationException if the subscriber cannot begin anew
     */
    @Nullable
    public Snapshot recover(long atLeast, Filter filter) throws IOException, SQLException, InterruptedException {
        return recover(atLeast, filter, false);
    }

    private @Nullable Snapshot recover(long atLeast, Filter filter, boolean continues)
            throws IOException, SQLException, InterruptedException {
        running.lock();
        try {
            Path copy = SnapshotFiles.temporary(path, "recovery");
            BootstrapProgress following = new BootstrapProgress(settings.runtime());
            progress = following;
            long started = settings.runtime().nanoTime();
            try {
                List<Snapshot> candidates = SnapshotChoice.of(store, state.streamCreatedNs()).stream()
                        .filter(filter::accepts)
                        .toList();
                Snapshot fetched =
                        SnapshotChoice.fetchNewest(store, candidates, atLeast, copy, following, settings.runtime());
                if (fetched != null) {
                    install(copy, continues);
                    settings.runtime()
                            .work()
                            .took(Timed.BOOTSTRAP, settings.runtime().nanoTime() - started);
                    logger.info(
                            "Went on with the snapshot at {} that node {} took", fetched.sequence(), fetched.node());
                }
                return fetched;
            } finally {
                progress = null;
                Files.deleteIfExists(copy);
            }
        } finally {
            running.unlock();
        }
    }

    private void install(Path copy, boolean continues) throws IOException, SQLException, InterruptedException {
        subscriber.stop();
        try {
            writeLock.await();
            try {
                List<Pending> known = adopt(copy, continues);
                OnlineCopy.replace(connection, copy);
                applier.moved();
                listener.replaced(Long.parseLong(CopiedDatabase.pragma(connection, "page_count")), known);
            } finally {
                writeLock.release();
            }
        } finally {
            deliver();
        }
    }

    /** Has the stream delivered again from where the database is, as soon as that is possible: nobody else would. */
    private void deliver() throws InterruptedException {
        while (!closed) {
            try {
                subscriber.start(state.sequence(), applier);
                return;
            } catch (IOException e) {
                hinder("the stream cannot be read again from " + state.sequence() + " on: " + e.getMessage(), e);
                settings.runtime().sleep(LOOK_NANOS);
            }
        }
    }

    private List<Pending> adopt(Path copy, boolean continues) throws SQLException {
        try (CopiedDatabase database = CopiedDatabase.open(settings, copy, serializer)) {
            List<Pending> known = database.state().adopt(path, continues);
            String encoding = CopiedDatabase.pragma(connection, "encoding");
            if (!encoding.equals(CopiedDatabase.pragma(database.connection(), "encoding"))) {
                throw new SQLException("the snapshot's text is not encoded as " + encoding
                        + " as this node's database is; move the database file away and start the node again");
            }
            String pageSize = CopiedDatabase.pragma(connection, "page_size");
            if (!pageSize.equals(CopiedDatabase.pragma(database.connection(), "page_size"))) {
                database.setPageSize(pageSize);
            }
            return known;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toNanos(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
