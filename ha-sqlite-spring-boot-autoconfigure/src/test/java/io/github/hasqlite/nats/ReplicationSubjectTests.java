package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Snapshot;
import io.github.hasqlite.testing.NatsServer;
import io.nats.client.Connection;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Subjects are those of Go nodes, and clusters that began on others stay there. */
@Tag("nats")
class ReplicationSubjectTests {

    private static final String FORMER = "ha_replication.my.db";
    private static final String PRESENT = "ha_replication.my_db";

    @TempDir
    private Path folder;

    private NatsServer server;
    private Path note;

    @BeforeEach
    void start() {
        server = NatsServer.start();
        note = folder.resolve("my.db-ha-subject");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String settled() {
        NatsSettings settings = server.settings("my.db")
                .with(to -> to.connectTimeout(Duration.ofSeconds(1)).publishTimeout(Duration.ofSeconds(5)));
        assertThat(settings.subject()).isEqualTo(PRESENT);
        return ReplicationSubject.settle(settings, "my.db", note).subject();
    }

    private void publish(String subject) throws Exception {
        try (Connection nats = server.connect()) {
            nats.jetStream().publish(subject, new byte[0]);
        }
    }

    private void createStream() throws Exception {
        try (NatsLink link = new NatsLink(server.settings("my.db"))) {
            link.connect();
            new ReplicationStream(link).ensure();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tasks, tasks",
        "tasks.db, tasks_db",
        "a/b c.d, a_b_c_d",
        ".a., a",
        "__a__, a",
        "a-b:c#d, a-b:c#d",
        "0123456789abcdef0123456789abcdefgh, 23456789abcdef0123456789abcdefgh",
        "'...', ''"
    })
    void tokens(String replicationId, String token) {
        assertThat(ReplicationSubject.token(replicationId)).isEqualTo(token);
    }

    @Test
    void aNewClusterIsWhereGoNodesAre() throws Exception {
        assertThat(settled()).isEqualTo(PRESENT);
        createStream();
        assertThat(settled()).isEqualTo(PRESENT);
        publish("ha_replication.another");
        publish(PRESENT);
        assertThat(settled()).isEqualTo(PRESENT);
    }

    @Test
    void aClusterThatBeganOnTheFormerSubjectStaysThere() throws Exception {
        createStream();
        publish(FORMER);
        assertThat(settled()).isEqualTo(FORMER);
        publish(PRESENT);
        assertThat(settled()).isEqualTo(FORMER);
    }

    @Test
    void soDoesOneOfWhichOnlySnapshotsAreLeft() throws Exception {
        createStream();
        NatsSettings former =
                server.settings("my.db").with(to -> to.stream("ha_replication").subject(FORMER));
        byte[] content = {1, 2, 3};
        try (JetStreamSnapshotStore store = JetStreamSnapshotStore.open(former)) {
            store.save(new Snapshot(7, 1, 1, "n1", content.length, "0".repeat(64)), new ByteArrayInputStream(content));
        }
        assertThat(settled()).isEqualTo(FORMER);
    }

    @Test
    void withoutTheStreamItIsAsBefore() throws Exception {
        createStream();
        assertThat(settled()).isEqualTo(PRESENT);
        server.stop();
        long started = System.nanoTime();
        assertThat(settled()).isEqualTo(PRESENT);
        assertThat(System.nanoTime() - started).isLessThan(TimeUnit.SECONDS.toNanos(20));
        // a node of an earlier version has none
        Files.delete(note);
        assertThat(settled()).isEqualTo(FORMER);
    }
}
