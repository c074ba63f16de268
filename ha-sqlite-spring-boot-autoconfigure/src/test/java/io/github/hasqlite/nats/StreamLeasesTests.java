package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.SnapshotStore.Lease;
import io.github.hasqlite.testing.NatsServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Leases over real servers. */
@Tag("nats")
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
class StreamLeasesTests {

    private static final Duration SHORT = Duration.ofSeconds(2);

    @Test
    void oneHasItUntilItGivesItBack() throws Exception {
        try (NatsServer server = NatsServer.start();
                JetStreamSnapshotStore one = JetStreamSnapshotStore.open(server.settings("db"));
                JetStreamSnapshotStore two = JetStreamSnapshotStore.open(server.settings("db"));
                JetStreamSnapshotStore other = JetStreamSnapshotStore.open(server.settings("db2"))) {
            Lease first = one.tryLease("snapshot");
            assertThat(first).isNotNull();
            assertThat(first.isHeld()).isTrue();
            assertThat(two.tryLease("snapshot")).isNull();
            assertThat(one.tryLease("snapshot")).isNull();
            assertThat(two.tryLease("migration")).isNotNull();
            assertThat(other.tryLease("snapshot")).isNotNull();
            first.close();
            first.close();
            assertThat(first.isHeld()).isFalse();
            Lease second = two.tryLease("snapshot");
            assertThat(second).isNotNull();
            first.close();
            assertThat(one.tryLease("snapshot")).isNull();
            two.close();
            assertThat(second.isHeld()).isFalse();
            assertThat(one.tryLease("snapshot")).isNotNull();
            assertThatThrownBy(() -> one.tryLease("a.b")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void itIsRenewedAsLongAsItsHolderLives() throws Exception {
        try (NatsServer server = NatsServer.start();
                JetStreamSnapshotStore one = JetStreamSnapshotStore.open(server.settings("db"), SHORT);
                JetStreamSnapshotStore two = JetStreamSnapshotStore.open(server.settings("db"), SHORT)) {
            Lease lease = one.tryLease("snapshot");
            long start = System.nanoTime();
            await().pollInterval(Duration.ofMillis(50)).until(() -> {
                assertThat(lease.isHeld()).isTrue();
                assertThat(two.tryLease("snapshot")).isNull();
                return System.nanoTime() - start > SHORT.multipliedBy(3).toNanos();
            });
        }
    }

    @Test
    void itIsFreeSoonAfterItsHolderDied() throws Exception {
        try (NatsServer server = NatsServer.start();
                JetStreamSnapshotStore two = JetStreamSnapshotStore.open(server.settings("db"), SHORT)) {
            NatsLink dying = new NatsLink(server.settings("db"));
            dying.connect();
            StreamLeases leases = new StreamLeases(dying, SHORT);
            Lease lease = leases.take("db.snapshot");
            dying.close();
            assertThat(two.tryLease("snapshot")).isNull();
            await().pollInterval(Duration.ofMillis(20))
                    .atMost(SHORT.multipliedBy(4))
                    .until(() -> {
                        // asked before: what is free by the server's clock must not be held by the holder's
                        boolean held = lease.isHeld();
                        boolean taken = two.tryLease("snapshot") != null;
                        assertThat(held && taken).isFalse();
                        return taken;
                    });
            assertThat(lease.isHeld()).isFalse();
            leases.close();
        }
    }

    @Test
    void itIsLostWhenTheServerIsAway() throws Exception {
        try (NatsServer server = NatsServer.start();
                JetStreamSnapshotStore one = JetStreamSnapshotStore.open(server.settings("db"), SHORT)) {
            Lease lease = one.tryLease("snapshot");
            server.kill9();
            await().atMost(SHORT.multipliedBy(2)).until(() -> !lease.isHeld());
            server.restart();
            await().ignoreExceptions().until(() -> one.tryLease("snapshot") != null);
            assertThat(lease.isHeld()).isFalse();
        }
    }

    @Test
    void itIsLostWithItsStream() throws Exception {
        try (NatsServer server = NatsServer.start();
                NatsLink link = new NatsLink(server.settings("db"));
                JetStreamSnapshotStore one = JetStreamSnapshotStore.open(server.settings("db"), SHORT)) {
            link.connect();
            Lease lease = one.tryLease("snapshot");
            link.connection().jetStreamManagement().deleteStream("ha_replication_LEASES");
            await().atMost(SHORT).until(() -> !lease.isHeld());
            assertThat(one.tryLease("snapshot")).isNotNull();
        }
    }

    @Test
    void threeServersNeverGiveItToTwo() throws Exception {
        int contenders = 8;
        int rounds = 50;
        List<NatsServer> servers = new ArrayList<>();
        List<JetStreamSnapshotStore> stores = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(contenders);
        try {
            NatsSettings settings = ClusterTests.startCluster(servers)
                    .with(to -> to.connectTimeout(Duration.ofSeconds(20)).publishTimeout(Duration.ofSeconds(10)));
            for (int i = 0; i < contenders; i++) {
                stores.add(JetStreamSnapshotStore.open(settings));
            }
            await().ignoreExceptions().until(() -> {
                Lease lease = stores.get(0).tryLease("warm-up");
                return lease != null && lease.isHeld();
            });
            CyclicBarrier together = new CyclicBarrier(contenders);
            for (int round = 0; round < rounds; round++) {
                List<Future<Lease>> attempts = new ArrayList<>();
                for (JetStreamSnapshotStore store : stores) {
                    attempts.add(threads.submit(() -> {
                        together.await(60, TimeUnit.SECONDS);
                        return attempt(store);
                    }));
                }
                List<Lease> winners = new ArrayList<>();
                for (Future<Lease> attempt : attempts) {
                    Lease lease = attempt.get(60, TimeUnit.SECONDS);
                    if (lease != null) {
                        winners.add(lease);
                    }
                }
                assertThat(winners).as("round %d", round).hasSize(1);
                assertThat(winners.get(0).isHeld()).isTrue();
                winners.get(0).close();
            }
        } finally {
            threads.shutdownNow();
            stores.forEach(JetStreamSnapshotStore::close);
            servers.forEach(NatsServer::close);
        }
    }

    private static Lease attempt(JetStreamSnapshotStore store) throws IOException, InterruptedException {
        return store.tryLease("snapshot");
    }
}
