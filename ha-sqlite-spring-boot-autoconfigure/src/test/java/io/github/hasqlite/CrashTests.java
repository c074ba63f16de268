package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.github.hasqlite.testing.WriterMain;
import io.github.hasqlite.testing.WriterProcess;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two nodes write while they and the server are killed with kill -9 at random moments: nothing that
 * was committed is lost, nothing is applied twice, no transaction in part. {@code
 * -Dha.sqlite.test.crash-seconds} (15 in each mode) makes it longer, {@code -Dha.sqlite.test.seed} repeats a run's choices.
 */
@Tag("nats")
class CrashTests {

    private static final long SECONDS = Long.getLong("ha.sqlite.test.crash-seconds", 15);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(CommitMode.class)
    void nothingIsLostOrDoubledOrTorn(CommitMode mode) throws Exception {
        long seed = Long.getLong("ha.sqlite.test.seed", System.nanoTime());
        System.out.println("CrashTests " + mode + ": -Dha.sqlite.test.seed=" + seed);
        Random random = new Random(seed);
        try (NatsServer server = NatsServer.start();
                WriterProcess a = new WriterProcess(server, folder, "a", mode);
                WriterProcess b = new WriterProcess(server, folder, "b", mode)) {
            try (TestNode node = TestNode.open(server, a.file(), "a", mode)) {
                WriterMain.createTables(node);
                TestNode.open(server, b.file(), "b", mode).close();
            }
            a.start();
            b.start();
            a.awaitReady();
            b.awaitReady();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            int rounds = 0;
            while (System.nanoTime() < end) {
                crash(random, server, a, b);
                rounds++;
            }
            a.awaitReady();
            b.awaitReady();
            a.kill9();
            b.kill9();
            System.out.println("CrashTests " + mode + ": " + rounds + " crashes, " + a.acknowledged() + " and "
                    + b.acknowledged() + " transactions");
            verify(server, a, b, mode, "seed " + seed);
        }
    }

    private static void crash(Random random, NatsServer server, WriterProcess a, WriterProcess b) throws Exception {
        pause(random, 600);
        WriterProcess node = random.nextBoolean() ? a : b;
        switch (random.nextInt(4)) {
            case 0 -> {
                server.kill9();
                pause(random, 500);
                server.restart();
            }
            case 1 -> {
                node.kill9();
                server.kill9();
                node.start();
                pause(random, 1_000);
                server.restart();
                node.awaitReady();
            }
            default -> {
                node.kill9();
                node.start();
                if (random.nextInt(4) == 0) {
                    // also while it starts and catches up
                    pause(random, 1_500);
                    node.kill9();
                    node.start();
                }
                node.awaitReady();
            }
        }
        a.requireAlive();
        b.requireAlive();
    }

    /** A random moment is the point here. */
    private static void pause(Random random, int maxMillis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(maxMillis)));
    }

    private void verify(NatsServer server, WriterProcess a, WriterProcess b, CommitMode mode, String seed)
            throws SQLException {
        try (TestNode one = TestNode.open(server, a.file(), "a", mode);
                TestNode two = TestNode.open(server, b.file(), "b", mode)) {
            one.awaitAppliedOn(two);
            two.awaitAppliedOn(one);
            one.awaitAppliedOn(two);
            assertThat(one.query("SELECT count(*) FROM ha_outbox")).as(seed).containsExactly("0");
            assertThat(two.query("SELECT count(*) FROM ha_outbox")).as(seed).containsExactly("0");
            assertWhole(one, "a", a.acknowledged(), seed);
            assertWhole(one, "b", b.acknowledged(), seed);
            Map<String, List<String>> content = Content.of(one.dataSource());
            assertThat(Content.of(two.dataSource())).as(seed).isEqualTo(content);
            assertThat(one.query("PRAGMA integrity_check")).as(seed).containsExactly("ok");
            assertThat(one.status().rejectedMessages() + two.status().rejectedMessages())
                    .as(seed)
                    .isZero();
            try (TestNode replayed = TestNode.open(server, folder.resolve("replayed.db"), "c", mode)) {
                assertThat(Content.of(replayed.dataSource()))
                        .as("the stream alone, " + seed)
                        .isEqualTo(content);
                assertThat(replayed.status().rejectedMessages()).as(seed).isZero();
            }
        }
    }

    private static void assertWhole(TestNode node, String writer, long acknowledged, String seed) throws SQLException {
        long last = Long.parseLong(node.query("SELECT value FROM tally WHERE writer = '" + writer + "'")
                .get(0));
        assertThat(last).as(seed).isGreaterThanOrEqualTo(acknowledged);
        assertThat(node.query(
                        "SELECT count(*), count(DISTINCT n), min(n), max(n), sum(half) FROM entry WHERE writer = '"
                                + writer + "'"))
                .as(seed)
                .containsExactly(2 * last + "|" + last + "|1|" + last + "|" + 3 * last);
        assertThat(node.query("SELECT count(*), count(DISTINCT line) FROM log WHERE line GLOB '" + writer + " *'"))
                .as(seed)
                .containsExactly(last + "|" + last);
    }
}
