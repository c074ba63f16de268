package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.testing.ClusterNode;
import io.github.hasqlite.testing.NatsServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Applications, in processes of their own, that are told to end while they wait for servers. */
@Tag("system")
@Timeout(60)
class InterruptedStartTests {

    @TempDir
    private Path folder;

    @Test
    void aStartThatWaitsForAServerIsGivenUp() throws IOException {
        String url = "nats://127.0.0.1:" + NatsServer.freePort();
        try (ClusterNode node = new ClusterNode(
                folder, "n1", List.of("--ha.sqlite.replication-url=" + url, "--ha.sqlite.bootstrap.timeout=1h"))) {
            node.launch().awaitLog("No active profile set");
            node.stop();
        }
    }

    @Test
    void aStartThatWaitsForOtherServersIsGivenUp() throws IOException {
        int other = NatsServer.freePort();
        try (ClusterNode node = new ClusterNode(
                folder,
                "n1",
                List.of(
                        "--ha.sqlite.nats.embedded.enabled=true",
                        "--ha.sqlite.nats.embedded.port=" + NatsServer.freePort(),
                        "--ha.sqlite.nats.embedded.store-dir=" + folder.resolve("store"),
                        "--ha.sqlite.nats.embedded.binary=" + NatsServer.program(),
                        "--ha.sqlite.nats.embedded.cluster.name=c",
                        "--ha.sqlite.nats.embedded.cluster.port=" + NatsServer.freePort(),
                        "--ha.sqlite.nats.embedded.cluster.routes=nats://127.0.0.1:" + other,
                        "--ha.sqlite.bootstrap.timeout=1h"))) {
            node.launch().awaitLog("Started nats-server");
            node.stop();
        }
    }
}
