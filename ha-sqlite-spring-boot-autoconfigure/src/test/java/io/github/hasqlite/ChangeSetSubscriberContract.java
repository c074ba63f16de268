package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link ChangeSetSubscriber} promises. It uses nothing but the API, JUnit, AssertJ and Awaitility, so it
 * can be extended for any implementation as it is.
 */
@Timeout(120)
public abstract class ChangeSetSubscriberContract {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<ChangeSetSubscriber> opened = new ArrayList<>();

    /** A subscriber that was not started, to the stream of the present test. That stream is empty when a test begins. */
    protected abstract ChangeSetSubscriber open() throws Exception;

    /** Stores a message in the stream, behind all others, before it returns. */
    protected abstract void store(byte[] message) throws Exception;

    private ChangeSetSubscriber opened() throws Exception {
        ChangeSetSubscriber subscriber = open();
        opened.add(subscriber);
        return subscriber;
    }

    @AfterEach
    void closeAll() {
        opened.forEach(ChangeSetSubscriber::close);
    }

    @Test
    void anEmptyStreamHasNoMessages() throws Exception {
        ChangeSetSubscriber subscriber = opened();
        ChangeSetSubscriber.StreamState state = subscriber.state();
        assertThat(state.firstSequence()).isEqualTo(1);
        assertThat(state.lastSequence()).isZero();
        assertThat(state.endSequence()).isZero();
        assertThat(state.createdNs()).isPositive();
        assertThat(subscriber.read(1, PATIENCE)).isNull();
    }

    @Test
    void theStateIsThatOfTheStreamAndItsCreationDoesNotChange() throws Exception {
        ChangeSetSubscriber subscriber = opened();
        long created = subscriber.state().createdNs();
        store(1, 3);
        assertThat(subscriber.state()).isEqualTo(new ChangeSetSubscriber.StreamState(1, 3, 3, created));
        assertThat(opened().state()).isEqualTo(subscriber.state());
    }

    @Test
    void everyMessageComesOnceAndInOrderWhetherStoredBeforeOrAfterTheStart() throws Exception {
        store(1, 100);
        Collector collector = new Collector();
        opened().start(0, collector);
        store(101, 300);
        collector.awaitExactly(1, 300);
        assertThat(collector.messages).allSatisfy(message -> {
            assertThat(text(message)).isEqualTo("message " + message.sequence());
            assertThat(message.timestampNs()).isPositive();
        });
    }

    @Test
    void deliveryBeginsBehindTheGivenPlace() throws Exception {
        store(1, 20);
        Collector collector = new Collector();
        opened().start(15, collector);
        collector.awaitExactly(16, 20);
    }

    @Test
    void eachSubscriberGetsEverything() throws Exception {
        Collector one = new Collector();
        Collector two = new Collector();
        opened().start(0, one);
        opened().start(0, two);
        store(1, 50);
        one.awaitExactly(1, 50);
        two.awaitExactly(1, 50);
    }

    @Test
    void theListenerIsCalledByOneThreadAtATimeAndMaySlowDeliveryDown() throws Exception {
        store(1, 200);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch gate = new CountDownLatch(1);
        Collector collector = new Collector();
        opened().start(0, message -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            gate.await();
            collector.onMessage(message);
            inside.decrementAndGet();
        });
        store(201, 210);
        gate.countDown();
        collector.awaitExactly(1, 210);
        assertThat(most).hasValue(1);
    }

    @Test
    void whatIsStoredCanBeReadAtOnceAndByItself() throws Exception {
        ChangeSetSubscriber subscriber = opened();
        store(1, 3);
        for (long sequence = 1; sequence <= 3; sequence++) {
            StreamMessage message = subscriber.read(sequence, PATIENCE);
            assertThat(message).isNotNull();
            assertThat(message.sequence()).isEqualTo(sequence);
            assertThat(text(message)).isEqualTo("message " + sequence);
        }
        assertThat(subscriber.read(4, PATIENCE)).isNull();
    }

    @Test
    void whatIsReadByItselfIsDeliveredAllTheSame() throws Exception {
        ChangeSetSubscriber subscriber = opened();
        Collector collector = new Collector();
        subscriber.start(0, collector);
        store(1, 2);
        assertThat(subscriber.read(2, PATIENCE)).isNotNull();
        collector.awaitExactly(1, 2);
    }

    @Test
    void nothingComesAfterStoppingUntilItIsStartedElsewhere() throws Exception {
        ChangeSetSubscriber subscriber = opened();
        assumeThatCode(subscriber::stop)
                .as("it can be stopped and started again")
                .doesNotThrowAnyException();
        Collector first = new Collector();
        subscriber.start(0, first);
        store(1, 10);
        first.awaitExactly(1, 10);
        subscriber.stop();
        store(11, 20);
        Collector second = new Collector();
        subscriber.start(5, second);
        second.awaitExactly(6, 20);
        first.awaitExactly(1, 10);
    }

    @Test
    void stoppingInterruptsAListenerThatBlocks() throws Exception {
        ChangeSetSubscriber subscriber = opened();
        assumeThatCode(subscriber::stop)
                .as("it can be stopped and started again")
                .doesNotThrowAnyException();
        CountDownLatch blocked = blockedListener(subscriber);
        subscriber.stop();
        assertThat(blocked.getCount()).isZero();
    }

    @Test
    void closingInterruptsAListenerThatBlocksAndNothingComesAfterIt() throws Exception {
        ChangeSetSubscriber subscriber = opened();
        blockedListener(subscriber);
        subscriber.close();
        subscriber.close();
    }

    /** Starts a subscriber whose listener blocks for ever in its first message, and waits until it does. */
    private CountDownLatch blockedListener(ChangeSetSubscriber subscriber) throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        subscriber.start(0, message -> {
            assertThat(calls.incrementAndGet()).isEqualTo(1);
            blocked.countDown();
            new CountDownLatch(1).await();
        });
        store(1, 3);
        assertThat(blocked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return blocked;
    }

    @Test
    void anotherSubscriberReadsTheSameStreamFromItsOwnPlace() throws Exception {
        store(1, 10);
        ChangeSetSubscriber subscriber = opened();
        ChangeSetSubscriber another;
        try {
            another = subscriber.another();
        } catch (UnsupportedOperationException e) {
            return;
        }
        opened.add(another);
        Collector first = new Collector();
        Collector second = new Collector();
        subscriber.start(8, first);
        another.start(0, second);
        first.awaitExactly(9, 10);
        second.awaitExactly(1, 10);
        another.close();
        store(11, 12);
        first.awaitExactly(9, 12);
        assertThat(second.messages).hasSize(10);
    }

    @Test
    void itIsConnectedAndKnowsOfNoOutage() throws Exception {
        ChangeSetSubscriber subscriber = opened();
        Collector collector = new Collector();
        subscriber.start(0, collector);
        store(1, 1);
        collector.awaitExactly(1, 1);
        await().atMost(PATIENCE).until(subscriber::isConnected);
        assertThat(subscriber.outage()).isNull();
        assertThat(subscriber.backlog()).isZero();
    }

    private void store(int first, int last) throws Exception {
        for (int i = first; i <= last; i++) {
            store(("message " + i).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String text(StreamMessage message) {
        return new String(message.data(), StandardCharsets.UTF_8);
    }

    private static final class Collector implements ChangeSetSubscriber.Listener {

        private final List<StreamMessage> messages = new CopyOnWriteArrayList<>();

        @Override
        public void onMessage(StreamMessage message) {
            messages.add(message);
        }

        void awaitExactly(long first, long last) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(messages)
                            .extracting(StreamMessage::sequence)
                            .containsExactlyElementsOf(
                                    LongStream.rangeClosed(first, last).boxed().toList()));
        }
    }
}
