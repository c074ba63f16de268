package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.actuate.HaSqliteHealthIndicator;
import io.github.hasqlite.autoconfigure.ServerRevival;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import io.github.hasqlite.nats.server.EmbeddedNatsSettings;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.health.contributor.Status;

/** The disk of the embedded server is full, and then has room again. */
@Tag("nats")
class ServerDiskFullTests {

    private static final int LEFT = 3 << 20;

    @TempDir
    private Path folder;

    private Path disk;
    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        mounted = run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString()) == 0;
        Assumptions.assumeTrue(mounted, "a small disk can only be mounted by root");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", "-l", disk.toString());
        }
    }

    @Test
    void theServerIsStartedAgainAndNothingIsLost() throws Exception {
        EmbeddedNatsSettings settings = EmbeddedNatsSettings.of("n1", NatsServer.freePort(), disk.resolve("nats"));
        try (EmbeddedNatsServer server = EmbeddedNatsServer.start(settings);
                TestNode node = TestNode.openPatient(
                        server.url(),
                        folder.resolve("n1.db"),
                        "n1",
                        all -> all.with(to -> to.publisherTimeout(Duration.ofSeconds(4))));
                TestNode idle = TestNode.openOn(
                        server.url(),
                        folder.resolve("idle.db"),
                        "n1",
                        stream -> stream.with(to -> to.stream("idle").subject("idle.db")),
                        null);
                ServerRevival revival = new ServerRevival(server, idle.node(), Duration.ofSeconds(4))) {
            // another database of the application
            revival.add(node.node());
            revival.start();
            node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            Path filler = disk.resolve("filler");
            Files.write(filler, new byte[(int) (Files.getFileStore(disk).getUsableSpace() - LEFT)]);
            assertThatThrownBy(() -> fill(node)).isInstanceOf(ReplicationTimeoutException.class);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(new HaSqliteHealthIndicator(node.dataSource(), true, () -> "")
                                    .health()
                                    .getStatus())
                            .isEqualTo(Status.OUT_OF_SERVICE));
            assertThat(node.status().outboxLength()).isPositive();
            Files.delete(filler);
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(node.status().outboxLength()).isZero());
            node.execute("INSERT INTO t VALUES(1000, 'there is room')");
            Awaitility.await()
                    .untilAsserted(() -> assertThat(new HaSqliteHealthIndicator(node.dataSource(), true, () -> "")
                                    .health()
                                    .getStatus())
                            .isEqualTo(Status.UP));
        }
    }

    private static void fill(TestNode node) throws SQLException {
        for (int i = 0; i < 100; i++) {
            node.execute("INSERT INTO t VALUES(" + i + ", randomblob(200000))");
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor();
    }
}
