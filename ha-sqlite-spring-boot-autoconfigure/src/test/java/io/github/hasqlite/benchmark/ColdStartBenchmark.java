package io.github.hasqlite.benchmark;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.nats.ClusterProperties;
import io.github.hasqlite.nats.JetStreamSnapshotStore;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.NatsSettings;
import io.github.hasqlite.testing.NatsServer;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.ObjectStore;
import io.nats.client.Options;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.springframework.util.FileSystemUtils;

/**
 * How long a node takes to begin with a snapshot in a Java virtual machine that has just been started, beside the bare
 * NATS client that reads the same object there; both from the start of the machine. System properties: {@code
 * megabytes} of the database (200), {@code rounds} (7), {@code child} for options of the started machines, separated by
 * blanks; {@code old} for a class path with which a second node is started in turn, to see what a change brings.
 */
public final class ColdStartBenchmark {

    private static final int MEGABYTES = Integer.getInteger("megabytes", 200);
    private static final int ROUNDS = Integer.getInteger("rounds", 7);
    private static final double MIB = 1 << 20;
    private static final String BUCKET = "ha_replication_SNAPSHOTS";

    private ColdStartBenchmark() {}

    public static void main(String[] args) throws Exception {
        if (args.length > 0) {
            begin(args[0], args[1], Path.of(args[2]));
            return;
        }
        Path folder = Files.createTempDirectory("ha-sqlite-cold");
        try (NatsServer server = NatsServer.start()) {
            Path origin = folder.resolve("origin.db");
            fill(origin);
            try (Node one = new Node(server.url(), "n1", origin)) {
                long bytes = one.store.list().get(0).bytes();
                compare(server.url(), folder, bytes);
            }
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static void compare(String url, Path folder, long bytes) throws Exception {
        String old = System.getProperty("old");
        List<Double> bare = new ArrayList<>();
        List<Double> node = new ArrayList<>();
        List<Double> before = new ArrayList<>();
        for (int i = -1; i < ROUNDS; i++) {
            double b = child("bare", url, folder, System.getProperty("java.class.path"));
            double n = child("node", url, folder, System.getProperty("java.class.path"));
            double o = old == null ? 0 : child("node", url, folder, old);
            if (i >= 0) {
                bare.add(b);
                node.add(n);
                before.add(o);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "a database of %.0f MB in a fresh JVM: bare client %.0f ms, node %.0f ms, ratio %.2f, wanted 1.5%n",
                bytes / MIB,
                Rounds.median(bare),
                Rounds.median(node),
                Rounds.median(node) / Rounds.median(bare));
        if (old != null) {
            System.out.printf(
                    Locale.ROOT,
                    "the other build: node %.0f ms, ratio %.2f%n",
                    Rounds.median(before),
                    Rounds.median(before) / Rounds.median(bare));
        }
    }

    private static double child(String what, String url, Path folder, String classPath) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String options = System.getProperty("child", "");
        if (!options.isBlank()) {
            command.addAll(List.of(options.split(" ")));
        }
        Path target = Files.createTempDirectory(folder, what);
        command.addAll(List.of(
                "-Dha.sqlite.test.log=OFF",
                "-cp",
                classPath,
                ColdStartBenchmark.class.getName(),
                what,
                url,
                target + "/x"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        double millis = 0;
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("took ")) {
                    millis = Double.parseDouble(line.substring(5));
                } else {
                    System.out.println(line);
                }
            }
        }
        if (process.waitFor() != 0 || millis == 0) {
            throw new IllegalStateException(what + " has failed");
        }
        FileSystemUtils.deleteRecursively(target);
        return millis;
    }

    private static void begin(String what, String url, Path target) throws Exception {
        if (what.equals("bare")) {
            try (Connection connection = Nats.connect(Options.builder()
                            .server(url)
                            .errorListener(new ErrorListener() {})
                            .build());
                    OutputStream out = Files.newOutputStream(target)) {
                ObjectStore store = connection.objectStore(BUCKET);
                store.get(store.getList().get(0).getObjectName(), out);
            }
            done();
            return;
        }
        try (Node ignored = new Node(url, "n2", target)) {
            done();
        }
    }

    private static void done() {
        System.out.println("took "
                + (System.currentTimeMillis()
                        - ManagementFactory.getRuntimeMXBean().getStartTime()));
    }

    /** Half of each row can be compressed, half cannot. */
    private static void fill(Path file) throws SQLException {
        Random random = new Random(1);
        byte[] blob = new byte[500];
        String text = "what is in most rows of most databases ".repeat(13);
        try (java.sql.Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, a BLOB, b TEXT)");
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t(a, b) VALUES(?,?)")) {
                for (int i = 0; i < MEGABYTES * 960; i++) {
                    random.nextBytes(blob);
                    insert.setBytes(1, blob);
                    insert.setString(2, text);
                    insert.executeUpdate();
                }
            }
            connection.commit();
        }
    }

    /** A node with snapshots. */
    private static final class Node implements AutoCloseable {

        final JetStreamSnapshotStore store;
        private final NatsReplication nats;
        private final ReplicationNode node;

        Node(String url, String name, Path file) throws SQLException, IOException {
            NatsSettings settings = NatsSettings.of(url, "cold")
                    .with(to -> to.stream("ha_replication").subject("ha_replication.cold"));
            NodeSettings own =
                    NodeSettings.of(name, PoolSettings.of(file.toString())).with(to -> to.commitMode(CommitMode.ASYNC));
            nats = NatsReplication.connect(
                    settings, ClusterProperties.of(own.commitMode(), own.merge(), own.rowIdentify()));
            store = nats.snapshotStore();
            node = ReplicationNode.replicating(
                    own,
                    new Transport(
                            nats.publisher(), nats.subscriber(), store, new JsonChangeSetSerializer(), List.of()));
            node.start();
        }

        @Override
        public void close() {
            node.dataSource().close();
            store.close();
            nats.close();
        }
    }
}
