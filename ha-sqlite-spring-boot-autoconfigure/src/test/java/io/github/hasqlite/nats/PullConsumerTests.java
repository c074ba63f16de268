package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.api.StreamConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("nats")
@Timeout(120)
class PullConsumerTests {

    /** A consumer that is made anew for each batch costs round trips, and a moment in which nothing is heard. */
    @Test
    void oneConsumerLastsForManyBatches() throws Exception {
        int count = 5 * PullConsumer.BATCH + 1;
        try (NatsServer server = NatsServer.start();
                Connection connection = server.connect()) {
            connection
                    .jetStreamManagement()
                    .addStream(StreamConfiguration.builder()
                            .name("s")
                            .subjects("s.>")
                            .build());
            JetStream stream = connection.jetStream();
            List<CompletableFuture<?>> stored = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                stored.add(stream.publishAsync("s.db", new byte[10]));
            }
            CompletableFuture.allOf(stored.toArray(CompletableFuture[]::new)).get();
            List<Long> sequences = new ArrayList<>();
            try (PullConsumer consumer = PullConsumer.create(connection, "s", "s.db", 1)) {
                while (sequences.size() < count) {
                    consumer.next((delivery, data, headers) -> sequences.add(delivery.streamSequence()));
                }
                assertThat(sequences).hasSize(count).isSorted();
                while (consumer.next((delivery, data, headers) -> sequences.add(delivery.streamSequence()))) {
                    assertThat(sequences).hasSize(count);
                }
            }
        }
    }
}
