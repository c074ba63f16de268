package io.github.hasqlite.testing;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.OnStreamReset;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.VerificationReport;
import io.github.hasqlite.actuate.HaSqliteHealthIndicator;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;

/**
 * A node in a process of its own that does what it is told, one line of input after the other, and
 * answers each with one line. Ends with its input.
 */
public final class NodeMain {

    /** Begins each line of the output that is an answer; others are of the log. */
    static final String ANSWER = "> ";

    /** Instead of an interval: the node takes snapshots when it is told to. */
    static final long BY_HAND = 0;

    /** Instead of an interval: the node has nothing to do with snapshots. */
    static final long NO_SNAPSHOTS = -1;

    /** Which argument says how long the stream keeps messages. */
    private static final int KEEPING = 6;

    /** The exit code of a node that refuses to start. */
    static final int REFUSED = 3;

    private static final int MEGABYTE = 1 << 20;

    private static final long WRITE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long REFUSED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** For large transactions on slow machines: a strict commit waits until all parts are in the stream. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TestNode node;
    private @Nullable Thread writer;
    private volatile int written;
    private volatile @Nullable SQLException refused;

    private NodeMain(TestNode node) {
        this.node = node;
    }

    /**
     * Runs until killed, or until the input ends; ends with {@link #REFUSED} if the node refuses to start.
     *
     * @param args URL, database file, name, milliseconds between two snapshots ({@link #BY_HAND} for those it is told
     *     to take, {@link #NO_SNAPSHOTS} for a node that knows of none), an {@link OnStreamReset}, a
     *     {@link CommitMode}, and possibly for how many milliseconds the stream keeps messages, for a node in async
     *     mode that knows of no snapshots
     */
    public static void main(String[] args) throws Exception {
        TestNode node;
        try {
            node = args.length > KEEPING
                    ? TestNode.openOn(
                            args[0],
                            Path.of(args[1]),
                            args[2],
                            stream ->
                                    stream.with(to -> to.streamMaxAge(Duration.ofMillis(Long.parseLong(args[KEEPING])))
                                            .replicas(1)),
                            null)
                    : open(
                            args[0],
                            Path.of(args[1]),
                            args[2],
                            Long.parseLong(args[3]),
                            settings -> settings.with(to -> {
                                CommitMode mode = CommitMode.valueOf(args[5]);
                                to.onStreamReset(OnStreamReset.valueOf(args[4])).commitMode(mode);
                                if (mode == CommitMode.STRICT) {
                                    to.publisherTimeout(PATIENCE);
                                }
                            }));
        } catch (ReplicationStartException e) {
            System.out.println(e.getMessage());
            System.out.println(e.action());
            System.out.flush();
            Runtime.getRuntime().halt(REFUSED);
            return;
        }
        System.out.println(ANSWER + "ready");
        NodeMain main = new NodeMain(node);
        try (BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                String answer;
                try {
                    answer = main.answer(line);
                } catch (IOException | SQLException | RuntimeException e) {
                    e.printStackTrace();
                    answer = "failed: " + e;
                }
                System.out.println(ANSWER + answer.replace('\n', ' '));
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static TestNode open(
            String url, Path file, String name, long snapshots, UnaryOperator<NodeSettings> settings)
            throws SQLException {
        return snapshots == NO_SNAPSHOTS
                ? TestNode.open(url, file, name, settings, List.of())
                : TestNode.open(url, file, name, Duration.ofMillis(snapshots), settings);
    }

    private String answer(String line) throws Exception {
        String[] words = line.split(" ", 2);
        return switch (words[0]) {
            case "execute" -> {
                node.execute(words[1]);
                yield "done";
            }
            case "attempt" -> {
                try {
                    node.execute(words[1]);
                    yield "done";
                } catch (SQLException e) {
                    yield "refused: " + e.getMessage();
                }
            }
            case "query" -> String.join(",", node.query(words[1]));
            case "rows" -> rows(Integer.parseInt(words[1]));
            case "blobs" -> blobs(Integer.parseInt(words[1]));
            case "status" -> {
                ReplicationStatus status = node.status();
                yield status.appliedSequence() + "," + status.streamSequence() + "," + status.outboxLength() + ","
                        + status.halted();
            }
            case "health" -> {
                Health health = new HaSqliteHealthIndicator(node.dataSource(), false, () -> "").health();
                yield health.getStatus() + " " + health.getDetails();
            }
            case "digest" -> digest(words[1]);
            case "content" -> sha256(Content.of(node.dataSource()).toString());
            case "snapshot" -> String.valueOf(node.snapshotter().takeSnapshot().sequence());
            case "copy" -> String.valueOf(backup().copyTo(Path.of(words[1])));
            case "restore" -> String.valueOf(backup().restoreCluster(Path.of(words[1])));
            case "verify" -> {
                VerificationReport report = node.verifier().verify(PATIENCE);
                yield report.agrees() ? "agree" : String.valueOf(report.differences());
            }
            case "repair" -> node.verifier().repair().node();
            case "write" -> {
                write(words[1]);
                yield "done";
            }
            case "stop" -> String.valueOf(stop());
            case "refused" -> String.valueOf(refused);
            default -> throw new IllegalArgumentException(line);
        };
    }

    private DatabaseBackup backup() {
        return node.node().backup();
    }

    private static String sha256(String text) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Inserts rows into {@code t(id, a, b, c)} in one transaction, row by row. */
    private String rows(int count) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES(?,?,?,?)")) {
            connection.setAutoCommit(false);
            for (int i = 1; i <= count; i++) {
                insert.setInt(1, i);
                insert.setString(2, "name of number " + i);
                insert.setDouble(3, i / 7.0);
                insert.setLong(4, i * 31L);
                insert.executeUpdate();
            }
            connection.commit();
            connection.setAutoCommit(true);
        }
        return "done";
    }

    /** Inserts blobs of a megabyte that cannot be compressed into {@code b(id, v)} in one transaction. */
    private String blobs(int count) throws SQLException {
        Random random = new Random(count);
        byte[] blob = new byte[MEGABYTE];
        try (Connection connection = node.dataSource().getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO b VALUES(?,?)")) {
            connection.setAutoCommit(false);
            for (int i = 1; i <= count; i++) {
                random.nextBytes(blob);
                insert.setInt(1, i);
                insert.setBytes(2, blob);
                insert.executeUpdate();
            }
            connection.commit();
            connection.setAutoCommit(true);
        }
        return "done";
    }

    /** Writes rows into {@code w(node, n, v)} until told to stop, and changes what others have written. */
    private void write(String name) {
        Thread thread = new Thread(() -> {
            for (int n = 1; !Thread.currentThread().isInterrupted(); n++) {
                try {
                    node.execute("INSERT INTO w VALUES('" + name + "', " + n + ", 0)");
                    written = n;
                    node.execute("UPDATE w SET v = v + 1 WHERE n = " + (n / 2));
                    LockSupport.parkNanos(WRITE_PAUSE_NANOS);
                } catch (SQLException e) {
                    refused = e;
                    LockSupport.parkNanos(REFUSED_PAUSE_NANOS);
                }
            }
        });
        thread.setDaemon(true);
        writer = thread;
        thread.start();
    }

    /** Ends writing; how many rows were. */
    private int stop() throws InterruptedException {
        Thread thread = writer;
        if (thread != null) {
            thread.interrupt();
            thread.join();
        }
        return written;
    }

    /** A table's rows in the order of its first column, as one hash. */
    private String digest(String table) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        int count = 0;
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT * FROM " + SqlIdentifier.quote(table) + " ORDER BY 1")) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                count++;
                for (int i = 1; i <= columns; i++) {
                    Object value = rows.getObject(i);
                    digest.update(value instanceof byte[] blob ? blob : (value + "|").getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return count + ":" + HexFormat.of().formatHex(digest.digest());
    }
}
