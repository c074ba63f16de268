package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.DatabaseVerifier;
import io.github.hasqlite.HistoryQuery;
import io.github.hasqlite.NodeDigest;
import io.github.hasqlite.ReplicationHistory;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.UndoRequest;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import io.github.hasqlite.testing.NatsServer;
import io.nats.client.Nats;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

/** Applications that compare, take back, join strict clusters, only read, or only send, as their properties say. */
@Tag("nats")
class ReplicationRolesTests extends ReplicatingContexts {

    @Test
    void aNodeThatComesNewBeginsWithASnapshot() {
        node("n1")
                .withPropertyValues(
                        "ha.sqlite.nats.embedded.enabled=true",
                        "ha.sqlite.nats.embedded.port=0",
                        "ha.sqlite.stream-max-bytes=1GB",
                        SERVER)
                .run(one -> {
                    String url = one.getBean(EmbeddedNatsServer.class).url();
                    jdbc(one)
                            .sql("CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)")
                            .update();
                    jdbc(one).sql("INSERT INTO task(title) VALUES('a')").update();
                    DatabaseSnapshotter snapshotter = one.getBean(DatabaseSnapshotter.class);
                    assertThat(snapshotter.latest()).isNull();
                    Awaitility.await()
                            .untilAsserted(
                                    () -> assertThat(status(one).outboxLength()).isZero());
                    Snapshot snapshot = snapshotter.takeSnapshot();
                    assertThat(snapshot.sequence()).isEqualTo(status(one).appliedSequence());
                    assertThat(snapshotter.takeSnapshot())
                            .as("nothing is new")
                            .isEqualTo(snapshot)
                            .isEqualTo(snapshotter.latest());
                    try (io.nats.client.Connection connection = Nats.connect(url)) {
                        connection.jetStreamManagement().purgeStream("ha_replication");
                        assertThat(connection
                                        .jetStreamManagement()
                                        .getStreamInfo("ha_replication")
                                        .getConfiguration()
                                        .getMaxBytes())
                                .isEqualTo(1L << 30);
                    }
                    node("n2")
                            .withPropertyValues("ha.sqlite.replication-url=" + url)
                            .run(two -> {
                                awaitTitles(two, "a");
                                Path copy = folder.resolve("copy.db");
                                two.getBean(DatabaseBackup.class).copyTo(copy);
                                assertThat(copy).isNotEmptyFile();
                                Path fetched = folder.resolve("fetched.db");
                                assertThat(two.getBean(DatabaseSnapshotter.class)
                                                .fetchLatest(fetched))
                                        .isEqualTo(snapshot);
                                assertThat(fetched).hasSize(snapshot.bytes());
                            });
                });
    }

    @Test
    void nodesAreComparedByABeanAndAtIntervals() {
        node("n1")
                .withPropertyValues("ha.sqlite.nats.embedded.enabled=true", "ha.sqlite.nats.embedded.port=0", SERVER)
                .run(one -> {
                    String url = "ha.sqlite.replication-url="
                            + one.getBean(EmbeddedNatsServer.class).url();
                    jdbc(one)
                            .sql("CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)")
                            .update();
                    jdbc(one).sql("INSERT INTO task(title) VALUES('a')").update();
                    node("n2")
                            .withPropertyValues(url, "ha.sqlite.verification.interval=200ms")
                            .run(two -> node("n3")
                                    .withPropertyValues(url, "ha.sqlite.publisher.enabled=false")
                                    .run(replica -> {
                                        DatabaseVerifier verifier = one.getBean(DatabaseVerifier.class);
                                        Awaitility.await()
                                                .untilAsserted(() -> assertThat(verifier.verify(Duration.ofSeconds(5))
                                                                .nodes())
                                                        .extracting(NodeDigest::node)
                                                        .containsExactly("n1", "n2", "n3"));
                                        try (Connection behind = DriverManager.getConnection(
                                                "jdbc:sqlite:" + folder.resolve("n3/app.db"))) {
                                            behind.createStatement().executeUpdate("UPDATE task SET title = 'b'");
                                        }
                                        Awaitility.await()
                                                .untilAsserted(() -> assertThat(
                                                                status(replica).divergence())
                                                        .contains("table task: this node differs from n1, n2"));
                                        assertThat(status(one).divergence()).isNull();
                                        Awaitility.await().ignoreExceptions().untilAsserted(() -> {
                                            one.getBean(DatabaseSnapshotter.class)
                                                    .takeSnapshot();
                                            replica.getBean(DatabaseVerifier.class)
                                                    .repair();
                                        });
                                        Awaitility.await()
                                                .until(() -> status(replica).divergence() == null);
                                        awaitTitles(replica, "a");
                                    }));
                });
    }

    @Test
    void mistakesAreTakenBackWhereOneMayWrite() {
        node("n1")
                .withPropertyValues(
                        "ha.sqlite.nats.embedded.enabled=true",
                        "ha.sqlite.nats.embedded.port=0",
                        "ha.sqlite.history.max-rows=2",
                        SERVER)
                .run(one -> {
                    String url = "ha.sqlite.replication-url="
                            + one.getBean(EmbeddedNatsServer.class).url();
                    jdbc(one)
                            .sql("CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)")
                            .update();
                    jdbc(one).sql("INSERT INTO task(title) VALUES('a'), ('b')").update();
                    jdbc(one).sql("DELETE FROM task").update();
                    ReplicationHistory history = one.getBean(ReplicationHistory.class);
                    UndoRequest mistake = UndoRequest.only(
                            history.read(HistoryQuery.latest(1)).get(0).position());
                    node("n2")
                            .withPropertyValues(url, "ha.sqlite.publisher.enabled=false")
                            .run(replica -> {
                                ReplicationHistory read = replica.getBean(ReplicationHistory.class);
                                assertThat(read.read(HistoryQuery.latest(9))).hasSize(3);
                                assertThatExceptionOfType(SQLException.class)
                                        .isThrownBy(() -> read.undo(mistake))
                                        .satisfies(
                                                e -> assertThat(e.getSQLState()).isEqualTo("25006"));
                                history.undo(mistake);
                                awaitTitles(replica, "a", "b");
                            });
                    jdbc(one).sql("INSERT INTO task(title) VALUES('c')").update();
                    assertThatExceptionOfType(SQLException.class)
                            .isThrownBy(() -> history.undo(UndoRequest.everythingSince(Instant.EPOCH)))
                            .withMessageContaining("changes the schema");
                });
    }

    @Test
    void strictClusterTakesInWhoIsStrictAndReplicasOnly() {
        node("n1")
                .withPropertyValues(
                        "ha.sqlite.nats.embedded.enabled=true",
                        "ha.sqlite.nats.embedded.port=0",
                        "ha.sqlite.commit-mode=strict",
                        "ha.sqlite.strict.isolation=snapshot",
                        SERVER)
                .run(one -> {
                    String url = "ha.sqlite.replication-url="
                            + one.getBean(EmbeddedNatsServer.class).url();
                    jdbc(one)
                            .sql("CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)")
                            .update();
                    node("n2")
                            .withPropertyValues(url, "ha.sqlite.commit-mode=strict")
                            .run(two -> {
                                jdbc(two)
                                        .sql("INSERT INTO task(title) VALUES('a')")
                                        .update();
                                awaitTitles(one, "a");
                            });
                    node("n3")
                            .withPropertyValues(url)
                            .run(three -> assertThat(three)
                                    .getFailure()
                                    .rootCause()
                                    .isInstanceOf(ReplicationStartException.class)
                                    .hasMessageContaining("ha.sqlite.commit-mode = sync")
                                    .hasMessageContaining("has strict"));
                    node("n4")
                            .withPropertyValues(url, "ha.sqlite.publisher.enabled=false")
                            .run(replica -> awaitTitles(replica, "a"));
                });
    }

    @Test
    void readReplicaReceivesAndRefusesToWrite() {
        try (NatsServer server = NatsServer.start()) {
            String url = "ha.sqlite.replication-url=" + server.url();
            node("n1")
                    .withPropertyValues(url)
                    .run(one -> node("n2")
                            .withPropertyValues(url, "ha.sqlite.publisher.enabled=false")
                            .run(replica -> {
                                assertThat(replica).doesNotHaveBean(ChangeSetPublisher.class);
                                jdbc(one)
                                        .sql("CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)")
                                        .update();
                                jdbc(one)
                                        .sql("INSERT INTO task(title) VALUES('a')")
                                        .update();
                                awaitTitles(replica, "a");
                                assertThatExceptionOfType(DataAccessException.class)
                                        .isThrownBy(() -> jdbc(replica)
                                                .sql("DELETE FROM task")
                                                .update());
                                Awaitility.await().until(() -> status(replica).connected());
                            }));
        }
    }

    @Test
    void nodeThatReceivesNothingStillSendsAndEmptiesItsOutbox() {
        try (NatsServer server = NatsServer.start()) {
            String url = "ha.sqlite.replication-url=" + server.url();
            node("n1")
                    .withPropertyValues(url, "ha.sqlite.subscriber.enabled=false")
                    .run(one -> {
                        assertThat(one)
                                .hasSingleBean(ChangeSetPublisher.class)
                                .doesNotHaveBean(ChangeSetSubscriber.class);
                        jdbc(one).sql("CREATE TABLE task(title TEXT)").update();
                        jdbc(one).sql("INSERT INTO task VALUES('a')").update();
                        Awaitility.await().until(() -> status(one).outboxLength() == 0);
                        node("n2").withPropertyValues(url).run(two -> awaitTitles(two, "a"));
                    });
        }
    }
}
