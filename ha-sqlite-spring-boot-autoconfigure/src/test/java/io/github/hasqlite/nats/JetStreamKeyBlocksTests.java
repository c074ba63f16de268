package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.KeyBlocks;
import io.github.hasqlite.KeyBlocks.Block;
import io.github.hasqlite.testing.NatsServer;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Blocks of keys over real servers. */
@Tag("nats")
@Timeout(120)
class JetStreamKeyBlocksTests {

    private static NatsReplication connect(NatsServer server, String database) {
        return NatsReplication.connect(server.settings(database), null);
    }

    @Test
    void noNumberIsHandedOutTwice() throws Exception {
        try (NatsServer server = NatsServer.start();
                NatsReplication one = connect(server, "db");
                // the same name would not matter: only the numbers count
                NatsReplication two = connect(server, "db");
                NatsReplication other = connect(server, "db2")) {
            List<Callable<List<Block>>> takers = new ArrayList<>();
            for (NatsReplication nats : List.of(one, two, one, two)) {
                KeyBlocks blocks = nats.keyBlocks();
                takers.add(() -> {
                    List<Block> taken = new ArrayList<>();
                    for (int i = 0; i < 25; i++) {
                        taken.add(blocks.lease("Owners", 5, 10));
                    }
                    return taken;
                });
            }
            ExecutorService threads = Executors.newFixedThreadPool(takers.size());
            List<Long> firsts = new ArrayList<>();
            try {
                for (Future<List<Block>> taken : threads.invokeAll(takers)) {
                    for (Block block : taken.get()) {
                        assertThat(block.last()).isEqualTo(block.first() + 9);
                        firsts.add(block.first());
                    }
                }
            } finally {
                threads.shutdownNow();
            }
            firsts.sort(null);
            for (int i = 0; i < 100; i++) {
                assertThat(firsts.get(i)).isEqualTo(5 + i * 10L);
            }
            assertThat(two.keyBlocks().lease("owners", 1, 1)).isEqualTo(new Block(1_005, 1_005, 1_004));
            assertThat(two.keyBlocks().lease("pets", 1, 1)).isEqualTo(new Block(1, 1, 0));
            assertThat(other.keyBlocks().lease("owners", 1, 1)).isEqualTo(new Block(1, 1, 0));
        }
    }

    @Test
    void oddNamesAreToldApart() throws Exception {
        try (NatsServer server = NatsServer.start();
                NatsReplication nats = connect(server, "db")) {
            KeyBlocks blocks = nats.keyBlocks();
            for (String table : List.of("a b", "a.b", "a*", ">", "\u00c4", "\u00e4", "x".repeat(500), "")) {
                assertThat(blocks.lease(table, 1, 3)).as(table).isEqualTo(new Block(1, 3, 0));
            }
            assertThat(blocks.lease("A B", 1, 3)).isEqualTo(new Block(4, 6, 3));
        }
    }

    @Test
    void theGreatestNumberEndsIt() throws Exception {
        try (NatsServer server = NatsServer.start();
                NatsReplication nats = connect(server, "db")) {
            KeyBlocks blocks = nats.keyBlocks();
            assertThat(blocks.lease("t", Long.MAX_VALUE - 1, 10))
                    .isEqualTo(new Block(Long.MAX_VALUE - 1, Long.MAX_VALUE, 0));
            assertThat(blocks.lease("t", 1, 10)).isNull();
        }
    }

    @Test
    void aDamagedRecordIsSaidAndCanBeMended() throws Exception {
        try (NatsServer server = NatsServer.start();
                NatsReplication nats = connect(server, "db");
                Connection operator = Nats.connect(server.url())) {
            KeyBlocks blocks = nats.keyBlocks();
            blocks.lease("t", 1, 10);
            String subject = "ha_replication_KEYS.db.t";
            operator.jetStream().publish(subject, "no number".getBytes());
            assertThatThrownBy(() -> blocks.lease("t", 1, 10))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no number")
                    .hasMessageContaining(subject);
            operator.jetStream().publish(subject, "500".getBytes());
            assertThat(blocks.lease("t", 1, 10)).isEqualTo(new Block(501, 510, 500));
            operator.jetStreamManagement().purgeStream("ha_replication_KEYS");
            assertThat(blocks.lease("t", 511, 10)).isEqualTo(new Block(511, 520, 0));
            operator.jetStreamManagement().deleteStream("ha_replication_KEYS");
            assertThat(blocks.lease("t", 521, 10)).isEqualTo(new Block(521, 530, 0));
        }
    }

    @Test
    void withoutAServerItSaysSoAtOnce() throws Exception {
        try (NatsServer server = NatsServer.start();
                NatsReplication nats = connect(server, "db")) {
            KeyBlocks blocks = nats.keyBlocks();
            blocks.lease("t", 1, 10);
            server.close();
            assertThatThrownBy(() -> blocks.lease("t", 1, 10))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("table t");
        }
    }
}
