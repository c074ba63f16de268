package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.NodeDigest;
import io.github.hasqlite.TableDigest;
import io.github.hasqlite.testing.NatsServer;
import io.nats.client.Connection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers to verifications over a real server. */
@Tag("nats")
class JetStreamDigestExchangeTests {

    private static final TableDigest DIGEST = new TableDigest(3, "0123456789abcdef".repeat(4));

    private static final NodeDigest STRANGE = NodeDigest.done(
            "v1",
            7,
            "a node.*> \n\u00e4",
            Map.of("t", DIGEST, "two words\nand lines", DIGEST, "%2B+\u4e2d", DIGEST, "", DIGEST));

    @Test
    void itGoesOnWhenTheServerWasAway() {
        try (NatsServer server = NatsServer.start();
                JetStreamDigestExchange one = JetStreamDigestExchange.open(server.settings("db"))) {
            List<NodeDigest> heard = new CopyOnWriteArrayList<>();
            one.subscribe(heard::add);
            publish(one, STRANGE);
            Awaitility.await().until(() -> heard.size() == 1);
            server.stop();
            NodeDigest next = NodeDigest.skipped("v2", 8, "n1", "busy");
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> one.publish(next));
            server.restart();
            publish(one, next);
            Awaitility.await().until(() -> heard.contains(next));
            assertThat(heard).containsExactly(STRANGE, next);
        }
    }

    @Test
    void databasesWithOneStreamDoNotHearEachOther() throws Exception {
        try (NatsServer server = NatsServer.start();
                JetStreamDigestExchange one = JetStreamDigestExchange.open(server.settings("db"));
                JetStreamDigestExchange other = JetStreamDigestExchange.open(server.settings("db.more"));
                Connection stranger = server.connect()) {
            List<NodeDigest> heard = new CopyOnWriteArrayList<>();
            List<NodeDigest> heardByOther = new CopyOnWriteArrayList<>();
            one.subscribe(heard::add);
            other.subscribe(heardByOther::add);
            publish(other, STRANGE);
            stranger.publish(
                    "ha_replication_DIGESTS.v.1.n.ha_replication.db", "rubbish".getBytes(StandardCharsets.UTF_8));
            NodeDigest last = NodeDigest.computing("v1", 7, "n1");
            publish(one, last);
            Awaitility.await().until(() -> !heard.isEmpty() && !heardByOther.isEmpty());
            assertThat(heard).containsExactly(last);
            assertThat(heardByOther).containsExactly(STRANGE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v1 7 n1 DONE",
                "v1 7 n1 DONE  ",
                "v1 x n1 DONE ",
                "v1 7 n1 PERHAPS ",
                "v1 7 %zz DONE ",
                "v1 7 n1 DONE \n",
                "v1 7 n1 DONE \nt 3 abc",
                "v1 7 n1 DONE \nt x 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            })
    void whatIsNoAnswerIsNotRead(String message) {
        assertThat(DigestMessage.read(message.getBytes(StandardCharsets.UTF_8))).isNull();
    }

    private static void publish(JetStreamDigestExchange exchange, NodeDigest digest) {
        Awaitility.await().ignoreExceptions().untilAsserted(() -> exchange.publish(digest));
    }
}
