package io.github.hasqlite.core.verify;

import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.DigestExchange;
import io.github.hasqlite.PublishException;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.changeset.VerificationMessage;
import io.github.hasqlite.core.commit.ChangeSetFactory;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.outbox.OutboxRelay;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.snapshot.SnapshotRecovery;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** A node as it is compared with others. Thread-safe. */
public final class NodeVerification implements VerificationSource {

    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** A consumer is there again before; a server that is away stays away for longer. */
    private static final long HEARD_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final NodeSettings settings;
    private final AppliedState state;
    private final WriteLock writeLock;
    private final OutboxRelay relay;
    private final ChangeSetFactory changeSets;
    private final ChangeSetSerializer serializer;
    private final ChangeSetSubscriber subscriber;
    private final @Nullable SnapshotRecovery recovery;
    private final AtomicLong generation = new AtomicLong();
    private volatile @Nullable Listener listener;

    /**
     * The verification of one node.
     *
     * @param recovery {@code null} if there are no snapshots
     */
    public NodeVerification(
            NodeSettings settings,
            LocalReplica replica,
            OutboxRelay relay,
            ChangeSetFactory changeSets,
            Transport transport,
            @Nullable SnapshotRecovery recovery) {
        this.settings = settings;
        this.state = replica.state();
        this.writeLock = replica.writeLock();
        this.relay = relay;
        this.changeSets = changeSets;
        this.serializer = transport.serializer();
        this.subscriber = transport.incoming();
        this.recovery = recovery;
    }

    /**
     * What compares this node with the others, once it is started; to be closed before the node.
     *
     * @param exchange with the other nodes; not closed
     * @param store where snapshots are and whose leases are used; not closed
     * @param interval how long to wait between two verifications, which one node at a time asks for; zero for only
     *     when somebody asks
     */
    public ClusterVerifier verifier(DigestExchange exchange, SnapshotStore store, Duration interval) {
        return new ClusterVerifier(this, exchange, store, interval, settings.runtime());
    }

    @Override
    public String node() {
        return settings.name();
    }

    @Override
    public void listen(@Nullable Listener told) {
        listener = told;
    }

    /** The applier has come to a place where all nodes are compared. With the write lock held. */
    public void reached(String id, long sequence) {
        Listener told = listener;
        // who has begun without what was before differs, as was wanted
        if (told != null && state.deliveredFrom() == 0) {
            told.reached(id, sequence, () -> HeldDatabase.open(settings, serializer));
        }
    }

    /** The database has become another one. With the write lock held. */
    public void replaced() {
        generation.incrementAndGet();
    }

    @Override
    public void place(String id) throws IOException {
        if (settings.readOnly()) {
            throw new IOException("this node is a read replica (ha.sqlite.publisher.enabled is false): ask another one;"
                    + " this one answers, too");
        }
        byte[] message = new VerificationMessage(id).bytes();
        long retryUntil = settings.runtime().nanoTime() + HEARD_AGAIN_NANOS;
        try {
            while (!isPlaced(message, retryUntil)) {
                settings.runtime().sleep(RETRY_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Publishes; {@code false} if the stream was not heard just then, as after a start, and may be soon. */
    private boolean isPlaced(byte[] message, long retryUntil) throws IOException, InterruptedException {
        try {
            settings.runtime()
                    .await(publish(message), settings.publisherTimeout().toNanos());
            return true;
        } catch (TimeoutException e) {
            throw new IOException("the stream did not take the message within " + settings.publisherTimeout(), e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof PublishException failure
                    && failure.reason() == PublishException.Reason.NOT_CONNECTED
                    && settings.runtime().nanoTime() < retryUntil) {
                return false;
            }
            throw new IOException(
                    "the stream did not take the message: " + (cause == null ? e : cause).getMessage(), e);
        }
    }

    private CompletableFuture<Long> publish(byte[] message) throws InterruptedException {
        writeLock.await();
        try {
            return relay.publishBeside(changeSets.none(), message);
        } finally {
            writeLock.release();
        }
    }

    @Override
    public long generation() {
        return generation.get();
    }

    @Override
    public @Nullable String divergence() {
        String found = state.divergence();
        return found.isEmpty() ? null : found;
    }

    @Override
    public void note(long of, @Nullable String divergence) throws SQLException {
        String text = divergence == null ? "" : divergence;
        if (text.equals(state.divergence())) {
            return;
        }
        try {
            writeLock.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", SqlStates.CANCELLED, e);
        }
        try {
            if (of == generation.get()) {
                try (SQLiteConnection connection = new DatabaseFile(settings.pool()).open()) {
                    state.setDivergence(connection, text);
                }
                writeLock.notesCommitted(1);
            }
        } finally {
            writeLock.release();
        }
    }

    @Override
    public @Nullable Snapshot recover(Predicate<Snapshot> usable) throws IOException, SQLException {
        SnapshotRecovery from = recovery;
        if (from == null) {
            throw new IOException("there is no SnapshotStore; define a bean of that type, or replicate through NATS");
        }
        long first = subscriber.state().firstSequence();
        try {
            return from.recover(0, snapshot -> snapshot.sequence() >= first - 1 && usable.test(snapshot));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (UnsupportedOperationException e) {
            throw new IOException("the ChangeSetSubscriber of this node cannot begin anew: " + e.getMessage(), e);
        }
    }
}
