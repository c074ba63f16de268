package io.github.hasqlite.core.verify;

import io.github.hasqlite.DatabaseVerifier;
import io.github.hasqlite.DigestExchange;
import io.github.hasqlite.NodeDigest;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.TableDigest;
import io.github.hasqlite.VerificationReport;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.TaskThread;
import io.github.hasqlite.core.verify.VerificationAnswers.Place;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers verifications with this node's digests, one at a time on a thread of its own, and compares them with
 * those of the other nodes as they come. Only the caller that asks for digests waits for them. Thread-safe.
 */
public final class ClusterVerifier implements DatabaseVerifier {

    private static final Logger logger = LoggerFactory.getLogger(ClusterVerifier.class);

    /** What is not known of after that long is not about to come. */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long a node that computes is waited for before the others are judged without it. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final long RETRY_SECONDS = 1;

    /** How long to wait before somebody is asked again who was busy. */
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final long RETRIES = TimeUnit.HOURS.toSeconds(1);
    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final VerificationSource source;
    private final DigestExchange exchange;
    private final NodeRuntime runtime;
    private final VerificationAnswers answers;
    private final AtomicBoolean listening = new AtomicBoolean();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final TaskThread computing;
    private final TaskThread talking;
    private final PeriodicVerification periodic;
    private final Monitor judging;
    private volatile boolean closed;

    /** This node's newest answer; guarded by {@link #judging}. */
    private @Nullable Own own;

    /**
     * What this process has computed.
     *
     * @param generation of which database
     * @param atNanos when
     */
    private record Own(NodeDigest digest, long generation, long atNanos) {}

    /**
     * A verifier that does not answer before {@link #start}.
     *
     * @param exchange with the other nodes; not closed
     * @param store where snapshots are and whose leases are used; not closed
     * @param interval how long to wait between two verifications, which one node at a time asks for; zero for only
     *     when somebody asks
     * @param runtime the node's
     */
    ClusterVerifier(
            VerificationSource source,
            DigestExchange exchange,
            SnapshotStore store,
            Duration interval,
            NodeRuntime runtime) {
        this.runtime = runtime;
        this.answers = new VerificationAnswers(runtime);
        this.computing = runtime.taskThread("ha-sqlite-digests");
        this.talking = runtime.taskThread("ha-sqlite-verifier");
        this.judging = runtime.monitor();
        this.source = source;
        this.exchange = exchange;
        this.periodic = new PeriodicVerification(source, store, interval, runtime);
    }

    /** Answers from now on, and asks at intervals unless that is only for when somebody wants it. */
    public void start() {
        source.listen(this::reached);
        periodic.start();
    }

    // ---- answering

    /** Called with the write lock held. */
    private void reached(String id, long sequence, VerificationSource.Moment moment) {
        periodic.reached();
        if (closed) {
            return;
        }
        if (!busy.compareAndSet(false, true)) {
            tell(NodeDigest.skipped(id, sequence, source.node(), "it was still busy with an earlier verification"));
            return;
        }
        boolean handedOver = false;
        try {
            tell(NodeDigest.computing(id, sequence, source.node()));
            VerificationSource.View view = moment.keep();
            long generation = source.generation();
            computing.execute(() -> compute(id, sequence, generation, view));
            handedOver = true;
        } catch (SQLException e) {
            tell(failed(id, sequence, e));
        } catch (RejectedExecutionException e) {
            logger.debug("Closed before the digests at {} could be computed", sequence);
        } finally {
            if (!handedOver) {
                busy.set(false);
            }
        }
    }

    private void compute(String id, long sequence, long generation, VerificationSource.View view) {
        long started = runtime.nanoTime();
        NodeDigest answer;
        try (view) {
            if (closed) {
                return;
            }
            Map<String, TableDigest> digests = view.digests();
            answer = NodeDigest.done(id, sequence, source.node(), digests);
        } catch (SQLException | IOException | RuntimeException e) {
            answer = failed(id, sequence, e);
        } finally {
            busy.set(false);
        }
        if (answer.state() == NodeDigest.State.DONE) {
            logger.debug(
                    "Computed the digests of {} tables at {} in {} ms",
                    answer.tables().size(),
                    sequence,
                    TimeUnit.NANOSECONDS.toMillis(runtime.nanoTime() - started));
            judging.lock();
            try {
                own = new Own(answer, generation, runtime.nanoTime());
            } finally {
                judging.unlock();
            }
        }
        boolean current = source.generation() == generation;
        tell(current ? answer : NodeDigest.skipped(id, sequence, source.node(), "its database was replaced"));
    }

    private NodeDigest failed(String id, long sequence, Exception cause) {
        if (!closed) {
            logger.warn("The digests at {} could not be computed: {}", sequence, cause.getMessage(), cause);
        }
        return NodeDigest.failed(id, sequence, source.node(), String.valueOf(cause.getMessage()));
    }

    private void tell(NodeDigest answer) {
        later(() -> publish(answer, 1), 0);
        if (answer.state() == NodeDigest.State.DONE) {
            later(this::judge, PATIENCE_NANOS);
        }
    }

    private void publish(NodeDigest answer, int attempt) {
        try {
            listen();
            exchange.publish(answer);
        } catch (IOException | RuntimeException e) {
            if (attempt == 1 && !closed) {
                logger.warn(
                        "The other nodes could not be told the digests at {}, trying on: {}",
                        answer.sequence(),
                        e.getMessage());
            }
            if (attempt < RETRIES) {
                later(() -> publish(answer, attempt + 1), TimeUnit.SECONDS.toNanos(RETRY_SECONDS));
            }
        }
    }

    private void later(Runnable task, long nanos) {
        try {
            talking.schedule(task, nanos);
        } catch (RejectedExecutionException e) {
            logger.debug("Closed");
        }
    }

    private void listen() {
        if (listening.compareAndSet(false, true)) {
            answers.begin();
            exchange.subscribe(this::heard);
        }
    }

    // ---- judging

    private void heard(NodeDigest answer) {
        answers.add(answer);
        judge();
    }

    /** Compares this node's newest digests with those of the others. */
    private void judge() {
        judging.lock();
        try {
            Own mine = own;
            if (mine == null || closed) {
                return;
            }
            Place place = Place.of(mine.digest());
            boolean patient = runtime.nanoTime() - mine.atNanos() < PATIENCE_NANOS;
            Comparison comparison = new Comparison(answers.at(place));
            if (comparison.size() < 2 || (patient && answers.isAwaited(place))) {
                return;
            }
            String before = source.divergence();
            String found = comparison.divergence(mine.digest());
            try {
                source.note(mine.generation(), found);
            } catch (SQLException e) {
                logger.error("What other nodes say of this one could not be noted: {}", found, e);
                return;
            }
            report(before, source.divergence());
        } finally {
            judging.unlock();
        }
    }

    private static void report(@Nullable String before, @Nullable String now) {
        if (now != null && !now.equals(before)) {
            logger.error("This node's database differs: {}", now);
        } else if (now == null && before != null) {
            logger.info("This node's database is equal to the others again");
        }
    }

    @Override
    public @Nullable String divergence() {
        return source.divergence();
    }

    // ---- asking

    /** Asks again as long as somebody is still busy with an earlier question, and there is time. */
    @Override
    public VerificationReport verify(Duration timeout) throws IOException {
        long deadline = runtime.nanoTime() + timeout.toNanos();
        listen();
        VerificationReport report = null;
        while (true) {
            VerificationReport next = ask(deadline);
            report = next == null ? report : next;
            if (report == null) {
                throw new IOException(
                        "this node has no digests within " + timeout + ": it has not come to that place in the"
                                + " stream yet, or still computes; it goes on, and health shows what is found");
            }
            if (next == null || !isSkipped(next) || deadline - runtime.nanoTime() <= AGAIN_NANOS) {
                logger.info(
                        "Compared {} nodes at {}: {}",
                        report.nodes().size(),
                        report.sequence(),
                        report.agrees()
                                ? "equal"
                                : report.differences().isEmpty() ? "not all have answered" : report.differences());
                return report;
            }
            try {
                runtime.sleep(AGAIN_NANOS);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
    }

    private static boolean isSkipped(VerificationReport report) {
        return report.nodes().stream().anyMatch(node -> node.state() == NodeDigest.State.SKIPPED);
    }

    /** What the nodes answer; {@code null} if this one has not in time. */
    private @Nullable VerificationReport ask(long deadline) throws IOException {
        String id = runtime.randomName();
        source.place(id);
        Place place;
        try {
            place = answers.await(id, source.node(), SETTLE_NANOS, deadline);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        if (place == null) {
            return null;
        }
        judge();
        Comparison comparison = new Comparison(answers.at(place));
        return new VerificationReport(
                id, place.sequence(), answers.at(place), comparison.differences(), answers.missing(place));
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted", e);
    }

    // ---- repairing

    @Override
    public Snapshot repair() throws IOException, SQLException {
        listen();
        try {
            answers.awaitKept(SETTLE_NANOS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        Set<String> divergent = new Comparison(answers.latestCompared()).divergent();
        Snapshot used =
                recover(snapshot -> !snapshot.node().equals(source.node()) && !divergent.contains(snapshot.node()));
        if (used == null) {
            throw new IOException("there is no snapshot of another node that this one could begin anew with"
                    + (divergent.isEmpty() ? "" : "; known to be divergent are " + divergent)
                    + ". Let a node that is right take one with DatabaseSnapshotter.takeSnapshot() and call again; if no"
                    + " more than half of the nodes agree, find out which one is right and call repair with its name,"
                    + " or restore a backup for all nodes with DatabaseBackup.restoreCluster");
        }
        return used;
    }

    @Override
    public Snapshot repair(String node) throws IOException, SQLException {
        Snapshot used = recover(snapshot -> snapshot.node().equals(node));
        if (used == null) {
            throw new IOException(
                    "there is no snapshot of node " + node + " from which the stream goes on. Look whether"
                            + " that is the name of a node that is right; let it take a snapshot with"
                            + " DatabaseSnapshotter.takeSnapshot(), and call again");
        }
        return used;
    }

    private @Nullable Snapshot recover(Predicate<Snapshot> usable) throws IOException, SQLException {
        Snapshot used = source.recover(usable);
        if (used != null) {
            logger.info("Began anew with the snapshot at {} of node {}", used.sequence(), used.node());
        }
        return used;
    }

    @Override
    public void close() {
        closed = true;
        source.listen(null);
        talking.stop();
        // what has not begun only closes what it was given
        computing.stop().forEach(Runnable::run);
        periodic.close();
        try {
            if (!computing.awaitEnd(FAREWELL_NANOS) || !talking.awaitEnd(FAREWELL_NANOS)) {
                logger.warn("The digests being computed have not ended yet");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
