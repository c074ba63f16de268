package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.PublishException;
import io.github.hasqlite.testing.NatsServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages that the stream does not take, and how that is said. */
@Tag("nats")
@Timeout(120)
public class UnstoredPublishTests extends OneStream {

    @Test
    void anUnansweredPublishFailsInTime() throws Exception {
        NatsSettings impatient = server.settings("db")
                .with(to -> to.connectTimeout(Duration.ofSeconds(5)).publishTimeout(Duration.ofMillis(300)));
        try (JetStreamPublisher publisher = JetStreamPublisher.open(impatient)) {
            publish(publisher, 1).get(60, TimeUnit.SECONDS);
            server.suspend();
            assertThat(reason(publish(publisher, 2))).isEqualTo(PublishException.Reason.TIMEOUT);
            server.resume();
            await().until(() -> publish(publisher, 3).get(60, TimeUnit.SECONDS) >= 2);
        }
    }

    @Test
    void allInFlightFailWhenTheConnectionIsLost() throws Exception {
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"))) {
            publish(publisher, 1).get(60, TimeUnit.SECONDS);
            server.suspend();
            List<CompletableFuture<Long>> pending = new ArrayList<>();
            for (int i = 2; i < 50; i++) {
                pending.add(publish(publisher, i));
            }
            server.kill9();
            for (CompletableFuture<Long> future : pending) {
                assertThat(reason(future)).isEqualTo(PublishException.Reason.DISCONNECTED);
            }
            await().until(() -> !publisher.isConnected());
            assertThat(reason(publish(publisher, 60))).isEqualTo(PublishException.Reason.NOT_CONNECTED);
            server.restart();
            await().until(publisher::isConnected);
            assertThat(publish(publisher, 61).get(60, TimeUnit.SECONDS)).isPositive();
        }
    }

    @Test
    void withoutAStreamAPublishFailsAtOnce() throws Exception {
        stream.management().deleteStream("ha_replication");
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"))) {
            assertThat(reason(publish(publisher, 1))).isEqualTo(PublishException.Reason.NO_STREAM);
        }
    }

    @Test
    void anAcknowledgementShowsThatTheStreamBeganAnew() throws Exception {
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"))) {
            assertThat(publishInOrder(publisher, 1, 5)).isEqualTo(5);
            stream.management().deleteStream("ha_replication");
            new ReplicationStream(link).ensure();
            assertThat(publish(publisher, 6).get(60, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    @Test
    void withoutAServerNoMessageIsTooLarge() {
        server.stop();
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"))) {
            assertThat(publisher.maxMessageBytes()).isEqualTo(Integer.MAX_VALUE);
        }
    }

    @Test
    void aTooLargeMessageFailsAloneAndTheConnectionStays() throws Exception {
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"))) {
            assertThat(reason(publisher.publish(ANY, new byte[3 << 20]))).isEqualTo(PublishException.Reason.TOO_LARGE);
            assertThat(publisher.publish(ANY, new byte[1 << 20]).get(60, TimeUnit.SECONDS))
                    .isEqualTo(1);
            assertThat(publish(publisher, 2).get(60, TimeUnit.SECONDS)).isEqualTo(2);
            assertThat(publisher.maxMessageBytes()).isBetween(1_000_000, (1 << 20) - 1);
        }
    }

    @Test
    void whatHasNoRoomFailsAtOnce() throws Exception {
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"), 10, 1 << 20)) {
            publish(publisher, 1).get(60, TimeUnit.SECONDS);
            server.suspend();
            List<CompletableFuture<Long>> pending = new ArrayList<>();
            for (int i = 0; i < 11; i++) {
                pending.add(publish(publisher, i));
            }
            assertThat(pending.get(9)).isNotDone();
            assertThat(reason(pending.get(10))).isEqualTo(PublishException.Reason.WINDOW_FULL);
            server.resume();
            pending.get(9).get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void aRefusedMessageSaysWhy() throws Exception {
        server.close();
        link.close();
        server = NatsServer.start();
        link = new NatsLink(server.settings("db"));
        link.connect();
        stream = new ReplicationStream(link);
        stream.management()
                .addStream(io.nats.client.api.StreamConfiguration.builder()
                        .name("ha_replication")
                        .subjects("ha_replication.>")
                        .maxMessages(1)
                        .discardPolicy(io.nats.client.api.DiscardPolicy.New)
                        .build());
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"))) {
            assertThat(publish(publisher, 1).get(60, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(publish(publisher, 2))
                    .failsWithin(Duration.ofSeconds(60))
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("maximum messages exceeded");
        }
    }

    private static PublishException.Reason reason(CompletableFuture<Long> future) throws Exception {
        try {
            future.get(60, TimeUnit.SECONDS);
            throw new AssertionError("was stored");
        } catch (ExecutionException e) {
            return ((PublishException) e.getCause()).reason();
        }
    }
}
