package io.github.hasqlite.benchmark;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.KeySettings;
import io.github.hasqlite.core.jdbc.MemoryKeyBlocks;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.testing.DisconnectedPublisher;
import io.github.hasqlite.testing.MutantLoader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.LongUnaryOperator;
import org.springframework.util.FileSystemUtils;

/**
 * What keys from blocks cost a one-row {@code async} transaction: two nodes in one process, on one of which SQLite
 * counts, insert rows without a key in turn, in blocks so short that whatever else the machine does meets both. Compared
 * is the time of the writing thread. Nothing is published, so that the share is the largest that it can be. Two nodes on
 * which SQLite counts show what the comparison itself is worth. System property: {@code rounds} (400).
 */
public final class KeyBenchmark {

    private static final String SOME_CLASS = "io.github.hasqlite.core.jdbc.ChangeAudit";
    private static final long BLOCK = 500;
    private static final int WARM_UP = 60;
    private static final int BLOCKS_PER_FILE = 100;

    private KeyBenchmark() {}

    public static void main(String[] args) throws Exception {
        int rounds = Integer.getInteger("rounds", 400);
        Path folder = Files.createTempDirectory("ha-sqlite-benchmark");
        try {
            compare("SQLite's counting, again,", false, rounds, folder);
            compare("a key from a block", true, rounds, folder);
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static void compare(String what, boolean keyed, int rounds, Path folder) throws Exception {
        // without methods to be emptied: classes of their own, compiled for one of the two
        MutantLoader base = new MutantLoader(SOME_CLASS);
        MutantLoader other = new MutantLoader(SOME_CLASS);
        List<Double> costs = new ArrayList<>();
        List<Double> micros = new ArrayList<>();
        LongUnaryOperator[] writers = {};
        for (int i = -WARM_UP; i < rounds; i++) {
            if (writers.length == 0 || Math.floorMod(i, BLOCKS_PER_FILE) == 0) {
                close(writers);
                String files = keyed + "-" + i;
                writers = new LongUnaryOperator[] {
                    writer(base, folder.resolve(files + "-base"), false),
                    writer(other, folder.resolve(files + "-other"), keyed)
                };
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

    private static LongUnaryOperator writer(MutantLoader loader, Path file, boolean keyed)
            throws ReflectiveOperationException {
        return (LongUnaryOperator) loader.loadClass(Writer.class.getName())
                .getDeclaredConstructor(String.class, boolean.class)
                .newInstance(file.toString(), keyed);
    }

    private static void close(LongUnaryOperator... writers) throws Exception {
        for (LongUnaryOperator writer : writers) {
            ((AutoCloseable) writer).close();
        }
    }

    /** Writes so many rows, each in a transaction, and answers its thread's nanoseconds. */
    public static final class Writer implements LongUnaryOperator, AutoCloseable {

        private final HaSqliteDataSource dataSource;

        public Writer(String file, boolean keyed) throws SQLException {
            KeySettings keys = keyed ? new KeySettings(new MemoryKeyBlocks(), 100) : KeySettings.SQLITE_COUNTS;
            dataSource = ReplicationNode.replicating(
                            NodeSettings.of("n", PoolSettings.of(file))
                                    .with(to -> to.commitMode(CommitMode.ASYNC).keys(keys)),
                            Transport.of(new DisconnectedPublisher(), null))
                    .start()
                    .dataSource();
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate(
                        "CREATE TABLE sample(id INTEGER PRIMARY KEY, name TEXT, amount REAL, note TEXT, number INTEGER)");
            }
        }

        @Override
        public long applyAsLong(long rows) {
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
