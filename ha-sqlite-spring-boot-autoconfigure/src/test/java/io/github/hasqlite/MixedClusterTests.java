package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.nats.ClusterProperties;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.NatsSettings;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.Connection;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes that publish to one stream have the same commit mode, or do not start. */
@Tag("nats")
class MixedClusterTests {

    @TempDir
    private Path folder;

    private NatsServer server;

    @BeforeEach
    void start() {
        server = NatsServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private TestNode open(String name, CommitMode mode) {
        return TestNode.open(
                server.url(),
                folder.resolve(name + ".db"),
                name,
                node -> node.with(to -> to.commitMode(mode)),
                List.of());
    }

    @ParameterizedTest
    @CsvSource({"ASYNC,SYNC", "ASYNC,STRICT", "SYNC,ASYNC", "SYNC,STRICT", "STRICT,ASYNC", "STRICT,SYNC"})
    void anotherCommitModeIsRefused(CommitMode first, CommitMode second) throws Exception {
        try (TestNode one = open("n1", first)) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            assertThatExceptionOfType(ReplicationStartException.class)
                    .isThrownBy(() -> open("n2", second))
                    .withMessageContaining(
                            "ha.sqlite.commit-mode = " + second.name().toLowerCase())
                    .withMessageContaining("has " + first.name().toLowerCase())
                    .satisfies(e -> assertThat(e.action())
                            .contains("Set ha.sqlite.commit-mode to "
                                    + first.name().toLowerCase()));
            try (TestNode same = open("n3", first)) {
                assertThat(same.query("SELECT count(*) FROM t")).containsExactly("0");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(CommitMode.class)
    void readReplicaJoinsAnyCluster(CommitMode mode) throws Exception {
        try (TestNode one = open("n1", mode);
                TestNode replica = TestNode.open(
                        server.url(),
                        folder.resolve("replica.db"),
                        "replica",
                        MixedClusterTests::readOnly,
                        List.of())) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            one.awaitAppliedOn(replica);
            assertThat(replica.query("SELECT count(*) FROM t")).containsExactly("0");
        }
    }

    @Test
    void readReplicaMustMergeAsTheOthersDo() throws Exception {
        try (TestNode one = open("n1", CommitMode.ASYNC)) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            assertThatExceptionOfType(ReplicationStartException.class)
                    .isThrownBy(() -> TestNode.open(
                            server.url(),
                            folder.resolve("replica.db"),
                            "replica",
                            settings -> readOnly(settings).with(to -> to.merge(MergeMode.COLUMN)),
                            List.of()))
                    .withMessageContaining("ha.sqlite.merge = column")
                    .withMessageContaining("has row");
        }
    }

    private static NodeSettings readOnly(NodeSettings settings) {
        return settings.with(to -> to.commitMode(CommitMode.SYNC).readOnly(true));
    }

    @Test
    void databaseThatSharesAStrictStreamIsRefused() throws Exception {
        try (TestNode one = open("n1", CommitMode.STRICT)) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            assertThatExceptionOfType(RuntimeException.class)
                    .isThrownBy(() -> NatsReplication.connect(
                            NatsSettings.of(server.url(), "another"),
                            ClusterProperties.of(CommitMode.STRICT, MergeMode.ROW, RowIdentify.PK)))
                    .withMessageContaining("exists for the subjects [ha_replication.test]");
        }
    }

    @Test
    void emptyStreamMadeByHandBecomesTheClusters() throws Exception {
        createByHand();
        try (TestNode one = open("n1", CommitMode.STRICT)) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            assertThat(description())
                    .isEqualTo(
                            "made by hand ha-sqlite protocol=1 commit-mode=strict merge=row row-identify=pk subject=ha_replication.test");
        }
        assertThatExceptionOfType(ReplicationStartException.class).isThrownBy(() -> open("n2", CommitMode.ASYNC));
    }

    @Test
    void streamWithMessagesAndWithoutDescriptionIsRefusedForStrictOnly() throws Exception {
        createByHand();
        try (Connection nats = server.connect()) {
            nats.jetStream().publish("ha_replication.test", new byte[] {'x'});
        }
        assertThatExceptionOfType(ReplicationStartException.class)
                .isThrownBy(() -> open("n1", CommitMode.STRICT))
                .withMessageContaining("does not say that all who publish to it are strict")
                .satisfies(e -> assertThat(e.action()).contains("ha.sqlite.stream"));
        open("n2", CommitMode.ASYNC).close();
        open("n3", CommitMode.SYNC).close();
        assertThat(description()).isEqualTo("made by hand");
    }

    @Test
    void newerProtocolIsRefused() throws Exception {
        try (Connection nats = server.connect()) {
            nats.jetStreamManagement()
                    .addStream(StreamConfiguration.builder()
                            .name("ha_replication")
                            .subjects("ha_replication", "ha_replication.>")
                            .storageType(StorageType.File)
                            .description("ha-sqlite protocol=2 commit-mode=async merge=column")
                            .build());
        }
        assertThatExceptionOfType(ReplicationStartException.class)
                .isThrownBy(() -> open("n1", CommitMode.ASYNC))
                .withMessageContaining("the protocol version = 1")
                .withMessageContaining("has 2");
    }

    private void createByHand() throws Exception {
        try (Connection nats = server.connect()) {
            nats.jetStreamManagement()
                    .addStream(StreamConfiguration.builder()
                            .name("ha_replication")
                            .subjects("ha_replication", "ha_replication.>")
                            .storageType(StorageType.File)
                            .maxAge(Duration.ofHours(24))
                            .description("made by hand")
                            .build());
        }
    }

    private String description() throws Exception {
        try (Connection nats = server.connect()) {
            return nats.jetStreamManagement()
                    .getStreamInfo("ha_replication")
                    .getConfiguration()
                    .getDescription();
        }
    }

    @Test
    void strictNeedsAPublisherThatComparesAndASubscriber() {
        NodeSettings settings = NodeSettings.of(
                        "n1", PoolSettings.of(folder.resolve("n1.db").toString()))
                .with(to -> to.commitMode(CommitMode.STRICT));
        ChangeSetPublisher plain = (changeSet, message) -> CompletableFuture.completedFuture(0L);
        try (NatsReplication nats = NatsReplication.connect(server.settings("test"))) {
            assertThatExceptionOfType(ReplicationStartException.class)
                    .isThrownBy(() -> ReplicationNode.replicating(settings, Transport.of(plain, nats.subscriber()))
                            .start())
                    .withMessageContaining("cannot publish behind an expected sequence");
            assertThatExceptionOfType(ReplicationStartException.class)
                    .isThrownBy(() -> ReplicationNode.replicating(settings, Transport.of(nats.publisher(), null))
                            .start())
                    .withMessageContaining("no ChangeSetSubscriber");
        }
    }
}
