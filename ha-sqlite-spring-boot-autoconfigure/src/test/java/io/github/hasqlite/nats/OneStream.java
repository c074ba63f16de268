package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.testing.NatsServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A server with one stream, and a link to it. */
abstract class OneStream {

    public static final ChangeSet ANY = new ChangeSet(
            "n1", 1, "db", 1, "p", 1, 0, 0, List.of(Change.insert("t", List.of("a"), List.of(), 1L, List.of(1L))));

    NatsServer server;
    NatsLink link;
    ReplicationStream stream;

    @BeforeEach
    void start() throws Exception {
        server = NatsServer.start();
        link = new NatsLink(server.settings("db"));
        link.connect();
        stream = new ReplicationStream(link);
        stream.ensure();
    }

    @AfterEach
    void stop() {
        link.close();
        server.close();
    }

    static long publishInOrder(JetStreamPublisher publisher, int from, int to) throws Exception {
        List<CompletableFuture<Long>> pending = new ArrayList<>();
        long last = 0;
        for (int i = from; i <= to; i++) {
            pending.add(publish(publisher, i));
            if (pending.size() == 500 || i == to) {
                for (CompletableFuture<Long> future : pending) {
                    long sequence = future.get(60, TimeUnit.SECONDS);
                    assertThat(sequence).isGreaterThan(last);
                    last = sequence;
                }
                pending.clear();
            }
        }
        return last;
    }

    static CompletableFuture<Long> publish(JetStreamPublisher publisher, int number) {
        return publisher.publish(ANY, Integer.toString(number).getBytes(StandardCharsets.UTF_8));
    }
}
