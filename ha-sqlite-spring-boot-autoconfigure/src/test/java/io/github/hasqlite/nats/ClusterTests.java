package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.testing.NatsServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream with three replicas whose servers die one after the other. */
@Tag("nats")
@Timeout(180)
class ClusterTests {

    private static final int COUNT = 3_000;

    @Test
    void survivesTheLossOfEveryServerInTurn() throws Exception {
        List<NatsServer> servers = new ArrayList<>();
        try {
            NatsSettings settings = startCluster(servers);
            Received received = new Received();
            try (NatsLink link = new NatsLink(settings)) {
                link.connect();
                ReplicationStream stream = new ReplicationStream(link);
                await().atMost(Duration.ofSeconds(40)).ignoreExceptions().until(() -> {
                    stream.ensure();
                    return true;
                });
                try (JetStreamSubscriber subscriber = new JetStreamSubscriber(link, stream);
                        JetStreamPublisher publisher = JetStreamPublisher.open(settings)) {
                    subscriber.start(0, received::take);
                    int next = 1;
                    for (NatsServer server : servers) {
                        next = publish(publisher, next, next + COUNT / 6);
                        server.kill9();
                        next = publish(publisher, next, next + COUNT / 6);
                        server.restart();
                    }
                    int last = next - 1;
                    await().atMost(Duration.ofSeconds(40)).until(() -> received.lastNumber() == last);
                    received.assertSequencesGapless();
                    assertThat(received.numbersWithoutRepeats()).hasSize(last);
                }
            }
        } finally {
            servers.forEach(NatsServer::close);
        }
    }

    /** Starts three servers, whose settings it returns, with three replicas. */
    static NatsSettings startCluster(List<NatsServer> servers) throws Exception {
        List<Integer> ports = List.of(NatsServer.freePort(), NatsServer.freePort(), NatsServer.freePort());
        String routes = String.join(
                ", ", ports.stream().map(port -> "nats://127.0.0.1:" + port).toList());
        for (int port : ports) {
            servers.add(NatsServer.start(
                    "cluster { name: test, listen: \"127.0.0.1:" + port + "\", routes: [ " + routes + " ] }"));
        }
        NatsSettings one = servers.get(0).settings("db");
        return new NatsSettings(
                servers.stream().map(NatsServer::url).toList(),
                one.connectionName(),
                null,
                null,
                one.stream(),
                one.subject(),
                one.streamMaxAge(),
                one.streamReserve(),
                one.streamMaxBytes(),
                3,
                one.connectTimeout(),
                one.publishTimeout(),
                false);
    }

    private static int publish(JetStreamPublisher publisher, int from, int to) throws Exception {
        int next = from;
        while (next < to) {
            await().until(publisher::isConnected);
            List<CompletableFuture<Long>> pending = new ArrayList<>();
            for (int i = next; i < Math.min(to, next + 100); i++) {
                byte[] message = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
                pending.add(publisher.publish(ReplicationTests.ANY, message));
            }
            for (CompletableFuture<Long> future : pending) {
                try {
                    future.get(60, TimeUnit.SECONDS);
                    next++;
                } catch (ExecutionException e) {
                    break;
                }
            }
        }
        return next;
    }
}
