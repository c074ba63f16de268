package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.NodeProcess;
import io.nats.client.Connection;
import io.nats.client.PurgeOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes in processes of their own that come, go, are stopped and killed while others write and the stream
 * loses what is in snapshots. System property {@code ha.sqlite.test.join-seconds} (60) says how long the
 * longest of these goes on.
 */
@Tag("nats")
class NodesComeAndGoTests {

    private static final long JOIN_SECONDS = Long.getLong("ha.sqlite.test.join-seconds", 20);
    private static final int KILLS = Integer.getInteger("ha.sqlite.test.kills", 3);
    private static final long SNAPSHOT_MILLIS = 1_500;

    @TempDir
    private Path folder;

    @Test
    void nodesJoinEveryFewSecondsWhileOthersWrite() throws Exception {
        List<NodeProcess> nodes = new ArrayList<>();
        try (NatsServer server = NatsServer.start()) {
            nodes.add(start(server, "n1"));
            nodes.get(0).make("execute CREATE TABLE w(node TEXT, n INTEGER, v INTEGER, PRIMARY KEY(node, n))");
            nodes.get(0).make("write n1");
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(JOIN_SECONDS);
            while (System.nanoTime() < end) {
                long before = nodes.get(0).streamSequence();
                NodeProcess next = start(server, "n" + (nodes.size() + 1));
                nodes.add(next);
                if (nodes.size() == 2) {
                    next.make("write n2");
                }
                purgeWhatIsInASnapshot(server);
                // the next one joins when a few seconds' worth of commits is there
                Awaitility.await().until(() -> nodes.get(0).streamSequence() > before + 1_000);
            }
            int rows = Integer.parseInt(nodes.get(0).ask("stop"))
                    + Integer.parseInt(nodes.get(1).ask("stop"));
            assertEqual(nodes, rows);
        } finally {
            nodes.forEach(NodeProcess::close);
        }
    }

    @Test
    void aNodeThatWasStoppedForTooLongGoesOnFromASnapshotWithoutAStart() throws Exception {
        List<NodeProcess> nodes = new ArrayList<>();
        try (NatsServer server = NatsServer.start()) {
            nodes.add(start(server, "n1"));
            nodes.get(0).make("execute CREATE TABLE w(node TEXT, n INTEGER, v INTEGER, PRIMARY KEY(node, n))");
            nodes.add(NodeProcess.start(server, folder, "n2"));
            NodeProcess sleeper = nodes.get(1);
            sleeper.suspend();
            nodes.get(0).make("write n1");
            long before = nodes.get(0).streamSequence();
            Awaitility.await().until(() -> nodes.get(0).streamSequence() > before + 500);
            purgeWhatIsInASnapshot(server);
            sleeper.resume();
            sleeper.make("write n2");
            long asleep = nodes.get(0).streamSequence();
            Awaitility.await().until(() -> Long.parseLong(sleeper.ask("status").split(",")[0]) > asleep);
            int rows = Integer.parseInt(nodes.get(0).ask("stop")) + Integer.parseInt(sleeper.ask("stop"));
            assertEqual(nodes, rows);
        } finally {
            nodes.forEach(NodeProcess::close);
        }
    }

    @Test
    void nodesAreKilledWhileTheyBeginAndWhileTheyTakeSnapshots() throws Exception {
        long seed = Long.getLong("ha.sqlite.test.seed", System.nanoTime());
        Random random = new Random(seed);
        List<NodeProcess> nodes = new ArrayList<>();
        try (NatsServer server = NatsServer.start()) {
            nodes.add(start(server, "n1"));
            nodes.get(0).make("execute CREATE TABLE w(node TEXT, n INTEGER, v INTEGER, PRIMARY KEY(node, n))");
            nodes.get(0).make("execute CREATE TABLE b(id INTEGER PRIMARY KEY, v)");
            nodes.get(0).make("blobs 30");
            nodes.add(NodeProcess.start(server, folder, "n2", 300));
            nodes.get(1).make("write n2");
            for (int i = 0; i < KILLS; i++) {
                NodeProcess taker = nodes.get(1);
                TimeUnit.MILLISECONDS.sleep(random.nextInt(1_500));
                taker.kill9();
                purgeWhatIsInASnapshot(server);
                taker.launch();
                TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
                taker.kill9();
                taker.start();
                taker.make("execute INSERT OR IGNORE INTO w VALUES('k', " + i + ", 0)");
            }
            NodeProcess fresh = start(server, "n3");
            nodes.add(fresh);
            for (NodeProcess node : nodes) {
                awaitQuiet(node);
            }
            assertThat(digests(nodes, "w")).as("seed " + seed).hasSize(1);
            assertThat(digests(nodes, "b")).as("seed " + seed).hasSize(1);
            assertThat(folder.toFile().list((dir, name) -> name.contains("-ha-copy-") && name.startsWith("n3")))
                    .isEmpty();
        } finally {
            nodes.forEach(NodeProcess::close);
        }
    }

    private NodeProcess start(NatsServer server, String name) throws IOException {
        return NodeProcess.start(server, folder, name, SNAPSHOT_MILLIS);
    }

    private static void assertEqual(List<NodeProcess> nodes, int rows) throws Exception {
        for (NodeProcess node : nodes) {
            awaitQuiet(node);
        }
        assertThat(nodes.get(0).ask("query SELECT count(*) FROM w")).isEqualTo(String.valueOf(rows));
        assertThat(digests(nodes, "w")).hasSize(1);
    }

    /** Waits until a node has published all it has, and applied all that is there. */
    private static void awaitQuiet(NodeProcess node) {
        Awaitility.await().until(() -> {
            String[] status = node.ask("status").split(",");
            return status[2].equals("0") && status[0].equals(status[1]);
        });
    }

    private static java.util.Set<String> digests(List<NodeProcess> nodes, String table) throws IOException {
        java.util.Set<String> digests = new java.util.HashSet<>();
        long last = 0;
        for (NodeProcess node : nodes) {
            last = Math.max(last, node.streamSequence());
        }
        for (NodeProcess node : nodes) {
            long wanted = last;
            Awaitility.await().until(() -> Long.parseLong(node.ask("status").split(",")[0]) >= wanted);
            digests.add(node.ask("digest " + table));
        }
        return digests;
    }

    /** Takes away what a new node does not need, as retention would. */
    private static void purgeWhatIsInASnapshot(NatsServer server) throws Exception {
        try (Connection connection = server.connect();
                io.github.hasqlite.nats.JetStreamSnapshotStore store =
                        io.github.hasqlite.nats.JetStreamSnapshotStore.open(server.settings("test"))) {
            Awaitility.await().until(() -> !store.list().isEmpty());
            long sequence = Collections.max(
                    store.list().stream().map(Snapshot::sequence).toList());
            connection
                    .jetStreamManagement()
                    .purgeStream(
                            "ha_replication",
                            PurgeOptions.builder().sequence(sequence + 1).build());
        }
    }
}
