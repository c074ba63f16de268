package io.github.hasqlite.differential;

import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.NatsSettings;
import io.github.hasqlite.testing.MemoryStream;
import io.github.hasqlite.testing.NatsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** What scripts run on: a node that is written to, a plain database, and a node that only follows. */
final class Cluster implements AutoCloseable {

    private static final int CONNECTIONS = 2;
    private static final int BUSY_MILLIS = 5_000;

    /**
     * What kind of cluster.
     *
     * @param foreignKeys whether foreign keys are enforced
     * @param mode when a commit returns
     * @param server the server, or {@code null} for a stream in memory
     * @param serializer wraps the serializer of both nodes
     */
    record Kind(
            boolean foreignKeys, CommitMode mode, NatsServer server, UnaryOperator<ChangeSetSerializer> serializer) {

        /** A stream in memory; half of the seeds enforce foreign keys, every fourth waits for the stream. */
        static Kind inMemory(long seed) {
            return new Kind((seed & 1) == 1, (seed & 2) == 2 ? CommitMode.SYNC : CommitMode.ASYNC, null, s -> s);
        }

        /** A stream in memory that accepts commits; half of the seeds enforce foreign keys. */
        static Kind strict(long seed) {
            return new Kind((seed & 1) == 1, CommitMode.STRICT, null, s -> s);
        }

        @Override
        public String toString() {
            return (server == null ? "in memory, " : "over nats-server, ") + mode + ", foreign keys "
                    + (foreignKeys ? "on" : "off");
        }

        Kind over(NatsServer realServer) {
            return new Kind(foreignKeys, mode, realServer, serializer);
        }

        Kind with(UnaryOperator<ChangeSetSerializer> wrapper) {
            return new Kind(foreignKeys, mode, server, wrapper);
        }
    }

    private final Kind kind;
    private final Path folder;
    private final MemoryStream stream = new MemoryStream();
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final HaSqliteDataSource one;
    private final HaSqliteDataSource two;
    private final List<Connection> nodeConnections = new ArrayList<>();
    private final List<Connection> plainConnections = new ArrayList<>();
    private final Connection readsOne;
    private final Connection readsTwo;
    private final Connection readsPlain;

    Cluster(Kind kind) {
        this.kind = kind;
        try {
            folder = Files.createTempDirectory("differential");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            one = open("one");
            two = open("two");
            for (int i = 0; i < CONNECTIONS; i++) {
                nodeConnections.add(kept(one.getConnection()));
                plainConnections.add(plain("plain"));
            }
            readsOne = plain("one");
            readsTwo = plain("two");
            readsPlain = plain("plain");
        } catch (SQLException e) {
            close();
            throw new IllegalStateException(e);
        }
    }

    private <T extends AutoCloseable> T kept(T resource) {
        resources.push(resource);
        return resource;
    }

    private HaSqliteDataSource open(String name) throws SQLException {
        PoolSettings pool = PoolSettings.of(folder.resolve(name + ".db").toString())
                .with(to -> to.name(name)
                        .writers(CONNECTIONS)
                        .readers(1)
                        .connectionTimeout(Duration.ofSeconds(5))
                        .lockTimeout(Duration.ofMillis(BUSY_MILLIS))
                        .foreignKeys(kind.foreignKeys()));
        NodeSettings settings = NodeSettings.of(name, pool).with(to -> to.commitMode(kind.mode()));
        ChangeSetSerializer serializer = kind.serializer().apply(new JsonChangeSetSerializer());
        ChangeSetPublisher publisher = stream.publisher();
        ChangeSetSubscriber subscriber = stream.subscriber();
        if (kind.server() != null) {
            NatsReplication nats = kept(NatsReplication.connect(NatsSettings.of(
                            kind.server().url(), folder.getFileName().toString())
                    .with(to -> to.connectTimeout(Duration.ofSeconds(5)).publishTimeout(Duration.ofSeconds(5)))));
            publisher = nats.publisher();
            subscriber = nats.subscriber();
        }
        return kept(
                ReplicationNode.replicating(settings, new Transport(publisher, subscriber, null, serializer, List.of()))
                        .start()
                        .dataSource());
    }

    /** Plain sqlite-jdbc, with the settings that a node's connections have. */
    private Connection plain(String name) throws SQLException {
        Connection connection = kept(DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(name + ".db")));
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = "
                    + BUSY_MILLIS + "; PRAGMA temp_store = MEMORY;"
                    + " PRAGMA cell_size_check = ON; PRAGMA foreign_keys = " + (kind.foreignKeys() ? "ON" : "OFF"));
        }
        return connection;
    }

    Kind kind() {
        return kind;
    }

    /** The replicated side. */
    Player node() {
        return new Player(nodeConnections, true);
    }

    /** The side it is compared with. */
    Player plain() {
        return new Player(plainConnections, false);
    }

    /**
     * Waits until all that was committed is on the second node, and compares.
     *
     * @return what differs, or {@code null}
     */
    String compareContent() throws SQLException {
        String trouble = settle();
        if (trouble != null) {
            return trouble;
        }
        var plain = DatabaseContent.read(readsPlain, true);
        String difference = DatabaseContent.difference("plain", plain, "node", DatabaseContent.read(readsOne, true));
        if (difference != null) {
            return "The node's content differs from plain SQLite's: " + difference;
        }
        var followed = DatabaseContent.read(readsTwo, false);
        plain = DatabaseContent.read(readsPlain, false);
        plain.remove(KnownDifferences.SEQUENCES);
        followed.remove(KnownDifferences.SEQUENCES);
        difference = DatabaseContent.difference("plain", plain, "second node", followed);
        return difference == null ? null : "The second node's content differs: " + difference;
    }

    private String settle() {
        try {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> trouble() != null || isSettled());
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            return "replication does not settle: " + one.replicationStatus() + " " + two.replicationStatus();
        }
        return trouble();
    }

    private boolean isSettled() {
        // a status is no snapshot: its sequence may be older than its outbox
        return one.replicationStatus().outboxLength() == 0
                && two.replicationStatus().appliedSequence()
                        >= one.replicationStatus().appliedSequence();
    }

    private String trouble() {
        for (HaSqliteDataSource node : List.of(one, two)) {
            ReplicationStatus status = node.replicationStatus();
            if (status.rejectedMessages() > 0 || status.halted() != null) {
                return "node " + status.node() + " rejected " + status.rejectedMessages() + ": "
                        + status.lastRejection() + ", halted: " + status.halted();
            }
        }
        return null;
    }

    /** A connection that sees the plain database as committed. */
    Connection plainReader() {
        return readsPlain;
    }

    List<Connection> allWriters() {
        List<Connection> all = new ArrayList<>(nodeConnections);
        all.addAll(plainConnections);
        return all;
    }

    List<Connection> nodeConnections() {
        return nodeConnections;
    }

    List<Connection> plainConnections() {
        return plainConnections;
    }

    @Override
    public void close() {
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
