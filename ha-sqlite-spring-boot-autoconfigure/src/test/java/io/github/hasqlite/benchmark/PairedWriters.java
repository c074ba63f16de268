package io.github.hasqlite.benchmark;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.actuate.HaSqliteMetrics;
import io.github.hasqlite.actuate.ObservedNode;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.KeySettings;
import io.github.hasqlite.core.jdbc.MemoryKeyBlocks;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.testing.DisconnectedPublisher;
import io.github.hasqlite.testing.MutantLoader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.LongUnaryOperator;

/**
 * Compares one-row {@code async} transactions of two nodes in one process, each with classes of its own, which write in
 * turn, in blocks so short that whatever else the machine does meets both. Compared is the time of the writing thread.
 * Nothing is published, so that the share of what differs is the largest that it can be.
 */
final class PairedWriters {

    private static final long BLOCK = 500;
    private static final int WARM_UP = 60;
    private static final int BLOCKS_PER_FILE = 100;

    private final int rounds;
    private final Path folder;
    private int files;

    PairedWriters(int rounds, Path folder) {
        this.rounds = rounds;
        this.folder = folder;
    }

    /**
     * One of the two nodes.
     *
     * @param keyed whether rows get keys from blocks
     * @param measured whether its meters are in a registry
     * @param observed whether its commits are inside an observation, and observed
     */
    record Side(MutantLoader loader, boolean keyed, boolean measured, boolean observed) {

        /** One without meters. */
        Side(MutantLoader loader, boolean keyed) {
            this(loader, keyed, false, false);
        }

        private LongUnaryOperator open(Path file) throws ReflectiveOperationException {
            return (LongUnaryOperator) loader.loadClass(Writer.class.getName())
                    .getDeclaredConstructor(String.class, boolean.class, boolean.class, boolean.class)
                    .newInstance(file.toString(), keyed, measured, observed);
        }
    }

    /** Prints what the other node's transactions cost more than the base's. */
    void compare(String what, Side base, Side other) throws Exception {
        List<Double> costs = new ArrayList<>();
        List<Double> micros = new ArrayList<>();
        LongUnaryOperator[] writers = {};
        for (int i = -WARM_UP; i < rounds; i++) {
            if (writers.length == 0 || Math.floorMod(i, BLOCKS_PER_FILE) == 0) {
                close(writers);
                writers = new LongUnaryOperator[] {base.open(file()), other.open(file())};
            }
            int first = Math.floorMod(i, 2);
            double[] nanos = new double[2];
            nanos[first] = writers[first].applyAsLong(BLOCK);
            nanos[1 - first] = writers[1 - first].applyAsLong(BLOCK);
            if (i >= 0) {
                costs.add(nanos[1] / nanos[0] - 1);
                micros.add(nanos[0] / BLOCK / 1_000);
            }
        }
        close(writers);
        Collections.sort(costs);
        System.out.printf(
                Locale.ROOT,
                "%s costs %.2f %% of a one-row transaction, whose thread takes %.1f us (a quarter of %d rounds below"
                        + " %.2f %%, a quarter above %.2f %%)%n",
                what,
                100 * costs.get(rounds / 2),
                Rounds.median(micros),
                rounds,
                100 * costs.get(rounds / 4),
                100 * costs.get(rounds * 3 / 4));
    }

    private Path file() {
        return folder.resolve("db" + ++files);
    }

    private static void close(LongUnaryOperator... writers) throws Exception {
        for (LongUnaryOperator writer : writers) {
            ((AutoCloseable) writer).close();
        }
    }

    /** Writes so many rows, each in a transaction, and answers its thread's nanoseconds. */
    public static final class Writer implements LongUnaryOperator, AutoCloseable {

        private final HaSqliteDataSource dataSource;
        private final ObservationRegistry observations;

        public Writer(String file, boolean keyed, boolean measured, boolean observed) throws SQLException {
            KeySettings keys = keyed ? new KeySettings(new MemoryKeyBlocks(), 100) : KeySettings.SQLITE_COUNTS;
            dataSource = ReplicationNode.replicating(
                            NodeSettings.of("n", PoolSettings.of(file))
                                    .with(to -> to.commitMode(CommitMode.ASYNC).keys(keys)),
                            Transport.of(new DisconnectedPublisher(), null))
                    .start()
                    .dataSource();
            observations = observed ? ObservationRegistry.create() : ObservationRegistry.NOOP;
            if (observed) {
                observations.observationConfig().observationHandler(context -> true);
                ObservedNode.follow(dataSource, observations);
            }
            if (measured) {
                new HaSqliteMetrics(dataSource).bindTo(new SimpleMeterRegistry());
            }
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate(
                        "CREATE TABLE sample(id INTEGER PRIMARY KEY, name TEXT, amount REAL, note TEXT, number INTEGER)");
            }
        }

        @Override
        public long applyAsLong(long rows) {
            return Objects.requireNonNull(
                    Observation.createNotStarted("block", observations).observe(() -> write(rows)));
        }

        private long write(long rows) {
            try {
                ThreadMXBean threads = ManagementFactory.getThreadMXBean();
                long start = threads.getCurrentThreadCpuTime();
                for (long row = 0; row < rows; row++) {
                    insert(row);
                }
                return threads.getCurrentThreadCpuTime() - start;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws SQLException {
            dataSource.close();
        }

        private void insert(long row) throws SQLException {
            try (Connection connection = dataSource.getConnection()) {
                connection.setAutoCommit(false);
                try (PreparedStatement statement =
                        connection.prepareStatement("INSERT INTO sample(name, amount, note, number) VALUES(?,?,?,?)")) {
                    statement.setString(1, "name of the row");
                    statement.setDouble(2, row * 1.5);
                    statement.setString(3, "a note that is somewhat longer than the name");
                    statement.setLong(4, row);
                    statement.executeUpdate();
                }
                connection.commit();
            }
        }
    }
}
