package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.ChangeSetSubscriber.Listener;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.testing.NatsServer;
import io.nats.client.JetStreamManagement;
import io.nats.client.PurgeOptions;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a subscriber says when a real server does not have everything any more. */
@Tag("nats")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class StreamGapTests {

    private static final String STREAM = "ha_replication";
    private NatsServer server;
    private NatsLink link;
    private ReplicationStream stream;
    private JetStreamSubscriber subscriber;
    private final Log log = new Log();

    @BeforeEach
    void start() throws Exception {
        server = NatsServer.start();
        link = new NatsLink(server.settings("db"));
        link.connect();
        stream = new ReplicationStream(link);
        stream.ensure();
        subscriber = new JetStreamSubscriber(link, stream);
    }

    @AfterEach
    void stop() {
        subscriber.close();
        link.close();
        server.close();
    }

    @Test
    void nothingIsMissingOfAnEmptyStream() throws Exception {
        subscriber.start(0, log);
        awaitSilence();
        publish("db", 3);
        log.awaitThat("1", "2", "3");
        awaitSilence();
        assertThat(log).containsExactly("1", "2", "3");
    }

    @Test
    void itBeginsAgainWhereItIsTold() throws Exception {
        publish("db", 5);
        subscriber.start(0, log);
        log.awaitThat("1", "2", "3", "4", "5");
        subscriber.stop();
        subscriber.stop();
        publish("db", 1);
        assertThat(log).hasSize(5);
        log.clear();
        subscriber.start(3, log);
        log.awaitThat("4", "5", "6");
    }

    @Test
    void stoppingInterruptsAListenerThatBlocks() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        publish("db", 2);
        subscriber.start(0, message -> {
            blocked.countDown();
            new CountDownLatch(1).await();
        });
        blocked.await();
        subscriber.stop();
        subscriber.start(0, log);
        log.awaitThat("1", "2");
    }

    @Test
    void aListenerMayBeginAgainByItself() throws Exception {
        publish("db", 4);
        management().deleteMessage(STREAM, 2);
        subscriber.start(0, new Listener() {
            @Override
            public void onMessage(StreamMessage message) {
                log.onMessage(message);
            }

            @Override
            public void onGap(long first, long last) {
                log.onGap(first, last);
                subscriber.stop();
                try {
                    subscriber.start(3, log);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                log.add("returns");
            }
        });
        log.awaitThat("1", "2-2", "returns", "4");
    }

    @Test
    void oneDeletedInTheMiddleWhileAway() throws Exception {
        publish("db", 6);
        subscriber.start(0, log);
        log.awaitSize(6);
        subscriber.stop();
        log.clear();
        publish("db", 4);
        management().deleteMessage(STREAM, 8);
        management().deleteMessage(STREAM, 2);
        subscriber.start(6, log);
        log.awaitThat("7", "8-8", "9", "10");
        awaitSilence();
        assertThat(log).hasSize(4);
    }

    @Test
    void purgedAheadOfIt() throws Exception {
        publish("db", 10);
        management().purgeStream(STREAM, PurgeOptions.builder().sequence(7).build());
        subscriber.start(3, log);
        log.awaitThat("4-6", "7", "8", "9", "10");
        // what it has may go
        management().purgeStream(STREAM);
        awaitSilence();
        server.restart();
        await().until(subscriber::isConnected);
        publish("db", 1);
        log.awaitThat("4-6", "7", "8", "9", "10", "11");
        awaitSilence();
        assertThat(log).hasSize(6);
    }

    @Test
    void purgedWhileItsListenerIsSlow() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        publish("db", 5_000);
        subscriber.start(0, new Listener() {
            @Override
            public void onMessage(StreamMessage message) throws InterruptedException {
                log.onMessage(message);
                go.await();
            }

            @Override
            public void onGap(long first, long last) {
                log.onGap(first, last);
            }
        });
        log.awaitSize(1);
        management().purgeStream(STREAM);
        publish("db", 1);
        go.countDown();
        await().until(() -> log.get(log.size() - 1).equals("5001"));
        String gap = log.get(log.size() - 2);
        assertThat(gap).endsWith("-5000");
        // what was on its way already is delivered
        int first = Integer.parseInt(gap.substring(0, gap.indexOf('-')));
        assertThat(log).hasSize(first - 1 + 2);
        assertThat(log.subList(0, first - 1))
                .isEqualTo(IntStream.range(1, first).mapToObj(Integer::toString).toList());
    }

    @Test
    void overtakenByALimit() throws Exception {
        publish("db", 3);
        subscriber.start(0, log);
        log.awaitSize(3);
        subscriber.stop();
        log.clear();
        change(StreamConfiguration.builder(configuration()).maxMessages(4).build());
        publish("db", 7);
        subscriber.start(3, log);
        log.awaitThat("4-6", "7", "8", "9", "10");
    }

    @Test
    void overtakenByAge() throws Exception {
        publish("db", 3);
        subscriber.start(0, log);
        log.awaitSize(3);
        subscriber.stop();
        log.clear();
        publish("db", 4);
        change(StreamConfiguration.builder(configuration())
                .duplicateWindow(Duration.ofMillis(500))
                .maxAge(Duration.ofSeconds(1))
                .build());
        await().until(() -> stream.extent().firstSequence() == 8);
        subscriber.start(3, log);
        log.awaitThat("4-7");
        publish("db", 1);
        log.awaitThat("4-7", "8");
        // and by then has aged, too
        await().until(() -> stream.extent().firstSequence() == 9);
        awaitSilence();
        assertThat(log).containsExactly("4-7", "8");
    }

    @Test
    void theLastOneDeletedWhileAway() throws Exception {
        publish("db", 3);
        management().deleteMessage(STREAM, 3);
        subscriber.start(0, log);
        log.awaitThat("1", "2", "3-3");
        publish("db", 1);
        log.awaitThat("1", "2", "3-3", "4");
        subscriber.stop();
        log.clear();
        publish("db", 1);
        management().deleteMessage(STREAM, 5);
        subscriber.start(4, log);
        log.awaitThat("5-5");
        awaitSilence();
        assertThat(log).hasSize(1);
    }

    @Test
    void removedBehindAllThatItHasWhileItWaits() throws Exception {
        publish("db", 2);
        subscriber.start(0, log);
        log.awaitThat("1", "2");
        // nobody knows afterwards that it was another's
        publish("other", 2);
        management().deleteMessage(STREAM, 4);
        log.awaitThat("1", "2", "4-4");
        publish("other", 1);
        publish("db", 1);
        log.awaitThat("1", "2", "4-4", "6");
    }

    @Test
    void trafficOfAnotherDatabaseIsNoGap() throws Exception {
        subscriber.start(0, log);
        for (int i = 0; i < 500; i++) {
            publish("other", 1);
            publish("db", 1);
        }
        publish("other", 5);
        log.awaitSize(500);
        awaitSilence();
        assertThat(log).hasSize(500).noneMatch(entry -> entry.contains("-"));
        assertThat(log.get(499)).isEqualTo("1000");
    }

    @Test
    void deletedOnesOfASharedStream() throws Exception {
        for (int i = 0; i < 20; i++) {
            publish("other", 1);
            publish("db", 1);
        }
        publish("other", 3);
        management().deleteMessage(STREAM, 10);
        management().deleteMessage(STREAM, 22);
        management().deleteMessage(STREAM, 40);
        subscriber.start(4, log);
        log.awaitThat(
                "6", "8", "10-10", "12", "14", "16", "18", "20", "22-22", "24", "26", "28", "30", "32", "34", "36",
                "38", "40-40");
        publish("db", 1);
        log.awaitSize(19);
        publish("other", 1);
        awaitSilence();
        assertThat(log).hasSize(19);
        assertThat(log.get(18)).isEqualTo("44");
    }

    @Test
    void deletedAndCreatedAgain() throws Exception {
        publish("db", 3);
        subscriber.start(0, log);
        log.awaitSize(3);
        management().deleteStream(STREAM);
        await().until(() -> !subscriber.isConnected());
        stream.ensure();
        assertThat(management().getStreamNames()).isEmpty();
        new ReplicationStream(link).ensure();
        publish("db", 5);
        log.awaitSize(4);
        assertThat(log.get(3)).contains("deleted and created again");
        assertThat(subscriber.isConnected()).isFalse();
        publish("db", 2);
        assertThat(log).hasSize(4);
        subscriber.stop();
        log.clear();
        subscriber.start(3, log);
        log.awaitSize(1);
        assertThat(log.get(0)).contains("deleted and created again");
    }

    @Test
    void setBackToAnOlderCopy() throws Exception {
        publish("db", 3);
        server.stop();
        server.keepStore();
        server.restart();
        await().until(link::isConnected);
        publish("db", 4);
        subscriber.start(0, log);
        log.awaitSize(7);
        server.stop();
        await().until(() -> !subscriber.isConnected());
        server.setStoreBack();
        server.restart();
        log.awaitSize(8);
        assertThat(log.get(7)).contains("set back").contains("last message is 3");
        await().until(link::isConnected);
        assertThat(subscriber.isConnected()).isFalse();
    }

    /** Until the subscriber has looked twice whether something is missing at the end. */
    private void awaitSilence() {
        long start = System.nanoTime();
        await().until(() -> System.nanoTime() - start > Duration.ofSeconds(5).toNanos());
    }

    private JetStreamManagement management() throws IOException {
        return stream.management();
    }

    private StreamConfiguration configuration() throws Exception {
        return management().getStreamInfo(STREAM).getConfiguration();
    }

    private void change(StreamConfiguration configuration) throws Exception {
        management().updateStream(configuration);
    }

    private void publish(String database, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            link.connection().jetStream().publish(STREAM + "." + database, "x".getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Messages by their sequences, gaps as the first and the last with a hyphen, reasons of a reset. */
    private static final class Log extends CopyOnWriteArrayList<String> implements Listener {

        private static final long serialVersionUID = 1L;

        @Override
        public void onMessage(StreamMessage message) {
            add(Long.toString(message.sequence()));
        }

        @Override
        public void onGap(long first, long last) {
            add(first + "-" + last);
        }

        @Override
        public void onReset(String reason) {
            add(reason);
        }

        void awaitThat(String... entries) {
            await().untilAsserted(() -> assertThat(List.copyOf(this)).containsExactly(entries));
        }

        void awaitSize(int size) {
            await().until(() -> size() >= size);
        }
    }
}
