package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.LossyLine;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server says for a while that the stream has nothing, as one that was started with an empty disk. */
@Tag("nats")
class TransientResetTests {

    @TempDir
    private Path folder;

    private NatsServer server;
    private LossyLine line;
    private TestNode one;
    private TestNode two;

    @BeforeEach
    void open() throws Exception {
        server = NatsServer.start();
        line = LossyLine.to(server);
        one = TestNode.open(server, folder.resolve("n1.db"), "n1");
        two = openTwo();
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
        one.awaitAppliedOn(two);
    }

    private TestNode openTwo() {
        return TestNode.openPatient(
                line.url(),
                folder.resolve("n2.db"),
                "n2",
                settings -> settings.with(to -> to.commitMode(CommitMode.ASYNC)));
    }

    @AfterEach
    void close() {
        two.close();
        one.close();
        line.close();
        server.close();
    }

    private void assertBothGoOn() throws Exception {
        one.execute("INSERT INTO t VALUES(1)");
        two.execute("INSERT INTO t VALUES(2)");
        for (TestNode node : new TestNode[] {one, two}) {
            Awaitility.await()
                    .untilAsserted(() -> assertThat(node.query("SELECT id FROM t ORDER BY id"))
                            .containsExactly("1", "2"));
        }
        assertThat(two.status().halted()).isNull();
    }

    private void reconnectToAServerThatHasForgotten() {
        int before = line.forgotten();
        line.forgetStreams(true);
        line.cut(true);
        line.cut(false);
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> line.forgotten() > before);
    }

    @Test
    void aNodeAsksAgainAndGoesOn() throws Exception {
        reconnectToAServerThatHasForgotten();
        line.forgetStreams(false);
        assertBothGoOn();
    }

    @Test
    void whatLastsStopsTheNodeUntilTryingAgainHasAnEffect() throws Exception {
        reconnectToAServerThatHasForgotten();
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(two.status().halted()).isNotNull().contains("set back"));
        assertThat(two.dataSource().retryReplication()).isFalse();
        assertThat(two.status().halted()).isNotNull();
        line.forgetStreams(false);
        assertThat(two.dataSource().retryReplication()).isTrue();
        assertBothGoOn();
    }

    @Test
    void aNodeThatStartsAsksAgain() throws Exception {
        two.close();
        int before = line.forgotten();
        line.forgetStreams(true);
        CompletableFuture<Void> mended = CompletableFuture.runAsync(() -> {
            Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> line.forgotten() > before);
            line.forgetStreams(false);
        });
        two = openTwo();
        mended.join();
        assertBothGoOn();
    }
}
