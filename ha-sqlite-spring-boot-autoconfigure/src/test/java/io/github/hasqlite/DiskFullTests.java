package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node's disk is full: played by a limit of the size of files, which is lifted later. */
@Tag("system")
class DiskFullTests {

    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");

    @TempDir
    private Path folder;

    @Test
    void aNodeGoesOnWhenThereIsRoomAgain() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(PRLIMIT), "prlimit is not here");
        try (NatsServer server = NatsServer.start();
                NodeProcess one = NodeProcess.start(server, folder, "n1");
                NodeProcess two = NodeProcess.start(server, folder, "n2")) {
            one.make("execute CREATE TABLE b(id INTEGER PRIMARY KEY, v)");
            one.awaitAppliedOn(two);
            limit(two, "1000000");
            one.make("blobs 4");
            Awaitility.await().untilAsserted(() -> assertThat(two.ask("status")).contains("trying on"));
            assertThat(two.ask("attempt INSERT INTO b VALUES(100, zeroblob(3000000))"))
                    .contains("SQLITE_");
            assertThat(two.ask("query SELECT count(*) FROM b")).isEqualTo("0");
            limit(two, "unlimited");
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(two.ask("query SELECT count(*) FROM b")).isEqualTo("4"));
            Awaitility.await().untilAsserted(() -> assertThat(two.ask("status")).endsWith("null"));
            two.make("execute INSERT INTO b VALUES(100, 'there is room')");
            two.awaitAppliedOn(one);
            assertThat(List.of(one.ask("digest b"))).containsExactly(two.ask("digest b"));
        }
    }

    private static void limit(NodeProcess node, String bytes) throws IOException, InterruptedException {
        int code = new ProcessBuilder(PRLIMIT.toString(), "--pid", String.valueOf(node.pid()), "--fsize=" + bytes + ":")
                .inheritIO()
                .start()
                .waitFor();
        assertThat(code).isZero();
    }
}
