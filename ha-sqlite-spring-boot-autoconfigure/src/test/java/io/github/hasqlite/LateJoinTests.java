package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.NatsSettings;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node with a usable database starts without the stream, and joins it as soon as that is possible. */
@Tag("nats")
class LateJoinTests {

    @TempDir
    private Path folder;

    @Test
    void joinsWhenTheServerIsThereAgain() throws Exception {
        try (NatsServer server = NatsServer.start()) {
            createDatabase(server);
            server.stop();
            try (TestNode one = TestNode.open(server, folder.resolve("one.db"), "n1")) {
                one.execute("INSERT INTO t VALUES(1)");
                assertThat(one.status().connected()).isFalse();
                server.restart();
                assertJoins(server, one);
            }
        }
    }

    @Test
    void saysWhatIsInTheWayAndJoinsOnceItIsGone() throws Exception {
        try (NatsServer server = NatsServer.start()) {
            createDatabase(server);
            AtomicReference<Obstacle> obstacle = new AtomicReference<>(() -> {
                throw new IOException("no server");
            });
            try (NatsReplication nats = NatsReplication.connect(NatsSettings.of(server.url(), "test"));
                    HaSqliteDataSource one = ReplicationNode.replicating(
                                    NodeSettings.of(
                                            "n1",
                                            PoolSettings.of(
                                                    folder.resolve("one.db").toString())),
                                    Transport.of(nats.publisher(), new Obstructed(nats.subscriber(), obstacle)))
                            .start()
                            .dataSource()) {
                obstacle.set(() -> {
                    throw new IllegalStateException("too few servers");
                });
                Awaitility.await()
                        .until(() ->
                                "too few servers".equals(one.replicationStatus().halted()));
                obstacle.set(() -> {});
                Awaitility.await().until(() -> one.replicationStatus().halted() == null);
                try (Connection connection = one.getConnection()) {
                    connection.createStatement().executeUpdate("INSERT INTO t VALUES(1)");
                }
            }
        }
    }

    private interface Obstacle {
        void check() throws IOException;
    }

    private record Obstructed(ChangeSetSubscriber subscriber, AtomicReference<Obstacle> obstacle)
            implements ChangeSetSubscriber {

        @Override
        public StreamState state() throws IOException {
            obstacle.get().check();
            return subscriber.state();
        }

        @Override
        public void start(long afterSequence, Listener listener) throws IOException {
            subscriber.start(afterSequence, listener);
        }

        @Override
        public boolean isConnected() {
            return subscriber.isConnected();
        }

        @Override
        public void close() {
            subscriber.close();
        }
    }

    private void createDatabase(NatsServer server) throws Exception {
        try (TestNode one = TestNode.open(server, folder.resolve("one.db"), "n1")) {
            one.execute("CREATE TABLE t(a)");
        }
    }

    private void assertJoins(NatsServer server, TestNode one) throws Exception {
        Awaitility.await()
                .until(() -> one.status().outboxLength() == 0 && one.status().connected());
        assertThat(one.status().halted()).isNull();
        try (TestNode two = TestNode.open(server, folder.resolve("two.db"), "n2")) {
            one.execute("INSERT INTO t VALUES(2)");
            one.awaitAppliedOn(two);
            assertThat(two.query("SELECT a FROM t ORDER BY a")).containsExactly("1", "2");
        }
    }
}
