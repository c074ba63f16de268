package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.GroupWriterMain;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node with group commit is killed with kill -9 while 16 threads commit: all that was acknowledged is there, on the
 * other node as well as on this one when it is back, and nothing is here that is not in the stream.
 */
@Tag("nats")
@Timeout(120)
class StrictGroupCrashTests {

    private static final int KILLS = 2;
    private static final int MIN_COMMITS = 200;
    private static final int MAX_COMMITS = 1_500;
    private static final long FAR = 1_000_000;

    @TempDir
    private Path folder;

    private final Set<Long> acknowledged = new TreeSet<>();

    @Test
    void whatWasAcknowledgedIsThereAndNothingElse() throws Exception {
        long seed = Long.getLong("ha.sqlite.test.seed", System.nanoTime());
        System.out.println("StrictGroupCrashTests: -Dha.sqlite.test.seed=" + seed);
        Random random = new Random(seed);
        Path file = folder.resolve("one.db");
        try (NatsServer server = NatsServer.start();
                TestNode two = TestNode.openStrict(server, folder.resolve("two.db"), "two")) {
            two.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            for (int i = 1; i <= KILLS; i++) {
                writeUntilKilled(server, file, i * FAR, MIN_COMMITS + random.nextInt(MAX_COMMITS));
            }
            try (TestNode one = TestNode.openStrict(server, file, "one")) {
                assertThat(one.query("SELECT count(*) FROM ha_outbox")).containsExactly("0");
                one.awaitAppliedOn(two);
                two.awaitAppliedOn(one);
                assertThat(Content.of(one.dataSource())).isEqualTo(Content.of(two.dataSource()));
                Set<Long> there = new HashSet<>();
                two.query("SELECT id FROM t").forEach(id -> there.add(Long.valueOf(id)));
                assertThat(there).as("seed " + seed).containsAll(acknowledged);
                one.execute("INSERT INTO t VALUES(1)");
                one.awaitAppliedOn(two);
                assertThat(two.status().rejectedMessages()).isZero();
            }
        }
    }

    private void writeUntilKilled(NatsServer server, Path file, long first, int commits) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        GroupWriterMain.class.getName(),
                        server.url(),
                        file.toString(),
                        "one",
                        String.valueOf(first))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            int seen = 0;
            String line = lines.readLine();
            while (line != null) {
                if (line.startsWith("ack ")) {
                    acknowledged.add(Long.valueOf(line.substring("ack ".length())));
                    if (++seen == commits) {
                        process.toHandle().destroyForcibly();
                    }
                }
                line = lines.readLine();
            }
            assertThat(seen).isGreaterThanOrEqualTo(commits);
        } finally {
            process.destroyForcibly();
        }
    }
}
