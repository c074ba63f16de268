package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.LossyLine;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A message to the stream, or its acknowledgement, gets lost while the connection stays. */
@Tag("nats")
@Execution(ExecutionMode.CONCURRENT)
class LostPublishTests {

    /** Far more than it takes to send again what was lost, and less than a commit waits. */
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    @Test
    void aLostMessageIsSentAgainBeforeTheCommitGivesUp() throws Exception {
        commitWhile(LossyLine::loseNextMessage);
    }

    @Test
    void afterALostAnswerTheMessageIsSentAgainAndTakesEffectOnce() throws Exception {
        commitWhile(LossyLine::loseNextAnswer);
    }

    private void commitWhile(Loss loss) throws Exception {
        try (NatsServer server = NatsServer.start();
                LossyLine line = LossyLine.to(server);
                TestNode one = open(line.url(), "n1");
                TestNode two = open(server.url(), "n2")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
            one.execute("INSERT INTO t VALUES(1, 0)");
            for (int i = 1; i <= 2; i++) {
                int before = line.lost();
                loss.next(line);
                long start = System.nanoTime();
                one.execute("UPDATE t SET a = a + 1");
                assertThat(line.lost()).isEqualTo(before + 1);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
            }
            one.execute("INSERT INTO t VALUES(2, 5)");
            one.awaitAppliedOn(two);
            assertThat(two.query("SELECT id, a FROM t ORDER BY id")).containsExactly("1|2", "2|5");
        }
    }

    /** What happens to what travels next. */
    private interface Loss {
        void next(LossyLine line);
    }

    private TestNode open(String url, String name) {
        TestNode node = TestNode.openPatient(
                url,
                folder.resolve(name + ".db"),
                name,
                settings -> settings.with(to -> to.publisherTimeout(Duration.ofSeconds(15))));
        Awaitility.await()
                .pollInterval(1, TimeUnit.MILLISECONDS)
                .until(() -> node.status().connected());
        return node;
    }
}
