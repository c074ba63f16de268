package io.github.hasqlite.simulation;

import com.zaxxer.hikari.HikariDataSource;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.OnStreamReset;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.KeySettings;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.core.runtime.NodeThread;
import io.github.hasqlite.core.snapshot.PeriodicSnapshotter;
import io.github.hasqlite.core.snapshot.Retention;
import io.github.hasqlite.core.verify.ClusterVerifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One node of a simulation through all its lives. Its methods are for the conductor's thread. */
final class SimulatedNode {

    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final String name;
    private final Path folder;
    private final SimulatedStream stream;
    private final Scheduler scheduler;
    private final Ledger ledger;
    private final UnaryOperator<NodeSettings> settings;
    private final Emphasis emphasis;

    private long limit = NO_LIMIT;
    private int lives;
    private Path home;
    private @Nullable SimulatedRuntime runtime;
    private @Nullable SimulatedLine line;
    private @Nullable ReplicationNode node;
    private @Nullable PeriodicSnapshotter snapshotter;
    private @Nullable ClusterVerifier verifier;
    private OnStreamReset onStreamReset = OnStreamReset.STOP;
    private long loaded;
    private boolean up;
    private boolean quiet;
    private boolean stopping;
    private @Nullable String refusal;

    SimulatedNode(
            String name,
            Path folder,
            SimulatedStream stream,
            Ledger ledger,
            Emphasis emphasis,
            UnaryOperator<NodeSettings> settings) {
        this.name = name;
        this.folder = folder;
        this.stream = stream;
        this.scheduler = stream.scheduler();
        this.ledger = ledger;
        this.emphasis = emphasis;
        this.settings = settings;
        this.home = folder.resolve(name + "-0");
    }

    String name() {
        return name;
    }

    CommitMode mode() {
        return emphasis.mode();
    }

    Path file() {
        return home.resolve("data.db");
    }

    boolean isUp() {
        return up;
    }

    boolean isDown() {
        return runtime == null;
    }

    /** Why the last start has failed, or {@code null}. */
    @Nullable
    String refusal() {
        return refusal;
    }

    /** Whether applications are to end. */
    boolean isQuiet() {
        return quiet || stopping;
    }

    void beQuiet() {
        quiet = true;
    }

    /** It sees the stream up to a message, takes no snapshots and knows of none. */
    void seeOnlyUpTo(long sequence) {
        limit = sequence;
    }

    void beBusy() {
        quiet = false;
    }

    /** What it does with another stream from its next start on. */
    void onStreamReset(OnStreamReset what) {
        onStreamReset = what;
    }

    /** Up to where a snapshot went that it may have begun anew with; 0 if there was none. */
    long loaded() {
        return loaded;
    }

    /** What compares it with others; {@code null} if it is not up, or they are not compared. */
    @Nullable
    ClusterVerifier verifier() {
        return verifier;
    }

    void takeSnapshot() throws IOException, SQLException {
        snapshotter.takeSnapshot();
    }

    SimulatedRuntime runtime() {
        return runtime;
    }

    HaSqliteDataSource dataSource() {
        return node.dataSource();
    }

    ReplicationStatus status() {
        return dataSource().replicationStatus();
    }

    void connect(boolean on) {
        if (line != null) {
            line.connect(on);
        }
    }

    // ---- its life

    /** Begins to start; it is up some time later, or down again. */
    void start() {
        SimulatedRuntime process =
                new SimulatedRuntime(name, ++lives, scheduler, emphasis.also().wildClocks());
        SimulatedLine connection = new SimulatedLine(stream, process, limit);
        runtime = process;
        line = connection;
        refusal = null;
        stopping = false;
        scheduler.note(process.name() + " starts");
        process.thread("main", () -> live(process, connection)).start();
    }

    private void live(SimulatedRuntime process, SimulatedLine connection) {
        SimulatedSnapshots store =
                new SimulatedSnapshots(stream, process, connection, sequence -> loaded = Math.max(loaded, sequence));
        SimulatedDigests digests = new SimulatedDigests(stream, process, connection);
        ReplicationNode made = ReplicationNode.replicating(
                settingsOf(process, connection),
                new Transport(
                        connection.publisher(),
                        connection.subscriber(),
                        limit == NO_LIMIT ? store : null,
                        new JsonChangeSetSerializer(),
                        interceptors()));
        node = made;
        try {
            made.start();
            fillPools(made.dataSource());
            if (limit == NO_LIMIT) {
                PeriodicSnapshotter taking = made.snapshots()
                        .snapshotter(store, emphasis.snapshots(), new Retention(2, Duration.ofMinutes(1)));
                snapshotter = taking;
                taking.start();
                if (emphasis.also().compares()) {
                    ClusterVerifier comparing = made.verification()
                            .verifier(digests, store, emphasis.also().compared());
                    verifier = comparing;
                    comparing.start();
                }
            }
        } catch (SQLException | ReplicationStartException e) {
            refusal = e.getMessage();
            scheduler.note(process.name() + " did not start: " + e.getMessage());
            made.close();
            expectNothingLeft(process);
            gone();
            return;
        }
        up = true;
        scheduler.note(process.name() + " is up");
        List<NodeThread> applications = new ArrayList<>();
        for (int i = 1; i <= emphasis.applications(); i++) {
            Application application = new Application(this, process, made.dataSource(), ledger, emphasis);
            NodeThread thread = process.thread("application" + i, application::run);
            applications.add(thread);
            thread.start();
        }
        for (int i = 1; i <= emphasis.readers(); i++) {
            Reader reader = new Reader(this, process, made.dataSource(), ledger);
            NodeThread thread = process.thread("application-reader" + i, reader::run);
            applications.add(thread);
            thread.start();
        }
        try {
            while (!stopping) {
                process.sleep(10_000_000);
            }
            for (NodeThread each : applications) {
                each.join(SimulatedThread.NEVER - 1);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        up = false;
        if (verifier != null) {
            verifier.close();
        }
        digests.close();
        if (snapshotter != null) {
            snapshotter.close();
        }
        made.close();
        scheduler.note(process.name() + " has stopped");
        expectNothingLeft(process);
        gone();
    }

    private NodeSettings settingsOf(SimulatedRuntime process, SimulatedLine connection) {
        Emphasis.Also also = emphasis.also();
        NodeSettings own = NodeSettings.of(
                        name,
                        PoolSettings.of(file().toString())
                                .with(to -> to.writers(emphasis.applications() + emphasis.readers())
                                        .readers(Math.max(1, emphasis.readers()))
                                        .foreignKeys(also.foreignKeys())))
                .with(to -> to.commitMode(emphasis.mode())
                        .publisherTimeout(emphasis.timeout())
                        .onStreamReset(onStreamReset));
        KeySettings keys = also.keys()
                ? new KeySettings(new SimulatedKeyBlocks(stream, connection), 3)
                : KeySettings.SQLITE_COUNTS;
        return settings.apply(own).with(to -> to.runtime(process).keys(keys));
    }

    private List<ChangeSetInterceptor> interceptors() {
        return emphasis.also().audited()
                ? List.of(stream.places(), new AppliedAudit(scheduler))
                : List.of(stream.places());
    }

    private void expectNothingLeft(SimulatedRuntime process) {
        for (int i = 0; i < 1_000 && scheduler.alive(process).size() > 1; i++) {
            scheduler.block(scheduler.now() + 1_000_000);
        }
        if (scheduler.alive(process).size() > 1) {
            scheduler.fail("left over after the end: " + scheduler.alive(process));
        }
    }

    private void gone() {
        up = false;
        runtime = null;
        line = null;
        node = null;
        snapshotter = null;
        verifier = null;
    }

    /** All connections that there may be are there from the start, so that no pool has to wait for one. */
    private void fillPools(HaSqliteDataSource dataSource) throws SQLException {
        List<Connection> open = new ArrayList<>();
        try {
            HikariDataSource writers = dataSource.unwrap(HikariDataSource.class);
            for (int i = 1; i < emphasis.applications() + emphasis.readers(); i++) {
                open.add(writers.getConnection());
            }
            for (int i = 0; i < Math.max(1, emphasis.readers()); i++) {
                Connection reader = dataSource.getConnection();
                open.add(reader);
                reader.setReadOnly(true);
                reader.setAutoCommit(false);
                try (Statement statement = reader.createStatement()) {
                    statement.executeQuery("SELECT 1").close();
                }
            }
        } finally {
            for (Connection each : open) {
                each.close();
            }
        }
    }

    /** Begins to stop. */
    void stop() {
        stopping = true;
    }

    /**
     * The process dies. What is on its disk is what the next life begins with.
     *
     * @param powerToo whether what was written to the log and not forced to the disk may be gone
     */
    void crash(boolean powerToo) {
        SimulatedRuntime process = runtime;
        ReplicationNode dead = node;
        if (process == null) {
            return;
        }
        scheduler.note(process.name() + (powerToo ? " loses its power" : " is killed"));
        Path old = home;
        Path next = folder.resolve(name + "-" + lives);
        try {
            copy(old, next);
            if (powerToo) {
                LostTail.cut(next.resolve("data.db"), scheduler.random());
                ledger.powerLost(process);
            }
            process.kill();
            home = next;
            if (dead != null) {
                dead.close();
            }
            boolean unused = Thread.interrupted();
            delete(old);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        gone();
    }

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        if (Files.exists(from)) {
            try (Stream<Path> files = Files.list(from)) {
                for (Path each : files.toList()) {
                    if (!Files.isDirectory(each)) {
                        Files.copy(each, to.resolve(each.getFileName()));
                    }
                }
            }
        }
    }

    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path each :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(each);
                }
            }
        }
    }

    @Override
    public String toString() {
        return name + (up ? " up " + status() : runtime == null ? " down " + refusal : " on its way");
    }
}
