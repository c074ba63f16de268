package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.WrongLastSequenceException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Publisher and subscriber together, over a real server that dies, hangs and comes back. */
@Tag("nats")
@Timeout(120)
public class ReplicationTests extends OneStream {

    @Test
    void deliversManyMessagesInOrder() throws Exception {
        int count = 10_000;
        Received received = new Received();
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"));
                JetStreamSubscriber subscriber = new JetStreamSubscriber(link, stream)) {
            subscriber.start(0, received::take);
            assertThat(publishInOrder(publisher, 1, count)).isEqualTo(count);
            await().until(() -> received.size() == count);
        }
        received.assertGapless(count);
        assertThat(stream.extent()).satisfies(extent -> {
            assertThat(extent.firstSequence()).isEqualTo(1);
            assertThat(extent.lastSequence()).isEqualTo(count);
            assertThat(extent.shared()).isFalse();
        });
    }

    @Test
    void whatIsAloneOnItsWayIsWrittenByTheThreadThatPublishesIt() throws Exception {
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"))) {
            publish(publisher, 0).get(60, TimeUnit.SECONDS);
            long before = waitsOfTheWriterThread();
            for (int i = 1; i <= 200; i++) {
                publish(publisher, i).get(60, TimeUnit.SECONDS);
            }
            assertThat(waitsOfTheWriterThread() - before)
                    .as("hand-overs to the client library's writer thread")
                    .isLessThan(20);
        }
    }

    private static long waitsOfTheWriterThread() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Stream.of(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().equals("ha-sqlite-nats-publisher-writer"))
                .mapToLong(ThreadInfo::getWaitedCount)
                .sum();
    }

    @Test
    void goesOnAfterTheServerWasKilled() throws Exception {
        int count = 20_000;
        Received received = new Received();
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"));
                JetStreamSubscriber subscriber = new JetStreamSubscriber(link, stream)) {
            subscriber.start(0, received::take);
            Thread killer = new Thread(() -> {
                for (int i = 1; i <= 3; i++) {
                    int after = i * count / 5;
                    await().until(() -> received.lastNumber() > after);
                    server.kill9();
                    server.restart();
                }
            });
            killer.start();
            publishAsTheCoreDoes(publisher, count);
            killer.join();
            await().until(() -> received.lastNumber() == count);
        }
        // what was in the stream though its acknowledgement was lost comes twice, under two sequences:
        // the counters of R4 sort that out; the subscriber owes every sequence once
        received.assertSequencesGapless();
        assertThat(received.numbersWithoutRepeats()).hasSize(count).isSorted();
    }

    @Test
    void whatIsPublishedBehindASequenceIsStoredOnceAtMost() throws Exception {
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"));
                JetStreamPublisher other = JetStreamPublisher.open(server.settings("other"))) {
            assertThat(publisher.comparesAndSets()).isTrue();
            for (int i = 0; i < 200; i++) {
                CompletableFuture<Long> one = publisher.publish(ANY, new byte[100], i);
                CompletableFuture<Long> two = other.publish(ANY, new byte[40_000], i);
                CompletableFuture<Long> winner = outcome(one) == null ? two : one;
                CompletableFuture<Long> loser = winner == one ? two : one;
                assertThat(winner).succeedsWithin(Duration.ofSeconds(60)).isEqualTo(i + 1L);
                assertThat(loser)
                        .failsWithin(Duration.ofSeconds(60))
                        .withThrowableThat()
                        .withCauseInstanceOf(WrongLastSequenceException.class);
            }
            assertThat(publisher.publish(ANY, new byte[100]).get())
                    .as("expects nothing")
                    .isEqualTo(201);
        }
        assertThat(stream.read(1, Duration.ofSeconds(5)))
                .satisfies(message -> assertThat(message.sequence()).isEqualTo(1));
        assertThat(stream.read(202, Duration.ofSeconds(5))).isNull();
    }

    private static Long outcome(CompletableFuture<Long> future) throws Exception {
        try {
            return future.get();
        } catch (ExecutionException e) {
            return null;
        }
    }

    @Test
    void aSlowListenerLosesNothing() throws Exception {
        int count = 20_000;
        byte[] large = new byte[4000];
        Received received = new Received();
        Semaphore permits = new Semaphore(10);
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"));
                JetStreamSubscriber subscriber = new JetStreamSubscriber(link, stream)) {
            subscriber.start(0, message -> {
                permits.acquire();
                received.take(message);
            });
            List<CompletableFuture<Long>> pending = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                pending.add(publisher.publish(ANY, large));
                if (pending.size() == 1000) {
                    for (CompletableFuture<Long> future : pending) {
                        future.get();
                    }
                    pending.clear();
                }
            }
            await().until(() -> received.size() == 10);
            permits.release(count);
            await().until(() -> received.size() == count);
        }
        received.assertSequencesGapless();
    }

    @Test
    void largeMessagesArriveThoughMoreIsWaitingThanFits() throws Exception {
        int count = 100;
        Received received = new Received();
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"));
                JetStreamSubscriber subscriber = new JetStreamSubscriber(link, stream)) {
            for (int i = 0; i < count; i++) {
                publisher.publish(ANY, new byte[900_000]).get(60, TimeUnit.SECONDS);
            }
            subscriber.start(0, received::take);
            await().until(() -> received.size() == count);
            publishInOrder(publisher, 1, 100);
            await().until(() -> received.size() == count + 100);
        }
        received.assertSequencesGapless();
    }

    @Test
    void aMessageArrivesThatIsLargerThanTheServerTakesByNow() throws Exception {
        Path config = server.folder().resolve("server.conf");
        String normal = Files.readString(config);
        Files.writeString(config, normal + "max_payload: 32MB\n");
        server.restart();
        await().until(link::isConnected);
        link.connection().jetStream().publish("ha_replication.db", new byte[20 << 20]);
        Files.writeString(config, normal);
        server.restart();
        await().until(link::isConnected);
        Received received = new Received();
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"));
                JetStreamSubscriber subscriber = new JetStreamSubscriber(link, stream)) {
            publishInOrder(publisher, 1, 10);
            subscriber.start(0, received::take);
            await().until(() -> received.size() == 11);
        }
        received.assertSequencesGapless();
    }

    @Test
    void startsAfterAGivenSequence() throws Exception {
        Received received = new Received();
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"));
                JetStreamSubscriber subscriber = new JetStreamSubscriber(link, stream)) {
            publishInOrder(publisher, 1, 100);
            subscriber.start(40, received::take);
            await().until(() -> received.size() == 60);
            assertThat(received.sequences().get(0)).isEqualTo(41);
            assertThat(subscriber.isConnected()).isTrue();
        }
    }

    @Test
    void deliversNothingAfterClose() throws Exception {
        Received received = new Received();
        try (JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"))) {
            JetStreamSubscriber subscriber = new JetStreamSubscriber(link, stream);
            subscriber.start(0, received::take);
            publishInOrder(publisher, 1, 5_000);
            await().until(() -> received.size() > 10);
            subscriber.close();
            int size = received.size();
            publishInOrder(publisher, 5_001, 5_100);
            assertThat(received.size()).isEqualTo(size);
        }
    }

    @Test
    void aDatabaseSeesOnlyItsOwnSubject() throws Exception {
        Received received = new Received();
        try (JetStreamPublisher mine = JetStreamPublisher.open(server.settings("db"));
                JetStreamPublisher other = JetStreamPublisher.open(server.settings("other.db"));
                JetStreamSubscriber subscriber = new JetStreamSubscriber(link, stream)) {
            subscriber.start(0, received::take);
            for (int i = 1; i <= 20; i++) {
                publish(other, 1000 + i).get(60, TimeUnit.SECONDS);
                publish(mine, i).get(60, TimeUnit.SECONDS);
                publish(other, 2000 + i).get(60, TimeUnit.SECONDS);
            }
            await().until(() -> received.size() == 20);
            assertThat(received.sequences().get(0)).isEqualTo(2);
            assertThat(received.lastNumber()).isEqualTo(20);
            StreamExtent extent = stream.extent();
            assertThat(extent.shared()).isTrue();
            assertThat(extent.lastSequence()).isEqualTo(60);
            assertThat(extent.subjectFirst()).isEqualTo(2);
            assertThat(extent.subjectLast()).isEqualTo(59);
            assertThat(subscriber.state().lastSequence()).isEqualTo(59);
        }
    }

    /** Publishes with many in flight; after a failure, sends on from the first that is not acknowledged. */
    private static void publishAsTheCoreDoes(JetStreamPublisher publisher, int count) throws Exception {
        int next = 1;
        while (next <= count) {
            if (!publisher.isConnected()) {
                await().until(publisher::isConnected);
            }
            List<CompletableFuture<Long>> pending = new ArrayList<>();
            for (int i = next; i <= Math.min(count, next + 499); i++) {
                pending.add(publish(publisher, i));
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
    }
}
