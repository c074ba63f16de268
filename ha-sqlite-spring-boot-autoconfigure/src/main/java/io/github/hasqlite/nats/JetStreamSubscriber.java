package io.github.hasqlite.nats;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.StreamMessage;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the stream's messages in order, each once, on a thread of its own. At the first doubt, a
 * lost connection, a restarted server, silence, a message that did not arrive, it makes a new consumer
 * after the last message it delivered.
 *
 * <p>It delivers what the stream still holds. Messages that were removed before they could be
 * delivered, by age or by hand, are not noticed here: sequences then jump, as they also do where other
 * subjects share the stream. {@link ReplicationStream#extent()} tells what is still there.
 */
public final class JetStreamSubscriber implements ChangeSetSubscriber {

    private static final Logger log = LoggerFactory.getLogger(JetStreamSubscriber.class);

    private static final Duration WAIT_FOR_CONNECTION = Duration.ofSeconds(1);
    private static final long MIN_PAUSE_MS = 50;
    private static final long MAX_PAUSE_MS = 2000;

    private final NatsLink link;
    private final ReplicationStream stream;
    private final LinkListener onLoss = new LossListener();
    private final Object monitor = new Object();

    private volatile @Nullable PullConsumer consumer;
    private volatile @Nullable Thread thread;
    private volatile boolean closed;
    private volatile boolean flowing;

    /** Touched by the delivering thread alone once it runs. */
    private long last;

    /**
     * A subscriber that has not started.
     *
     * @param link the way to the servers; stays open when the subscriber is closed
     * @param stream the stream to read
     */
    public JetStreamSubscriber(NatsLink link, ReplicationStream stream) {
        this.link = link;
        this.stream = stream;
    }

    @Override
    public StreamState state() throws IOException {
        return stream.extent().toState();
    }

    /**
     * {@inheritDoc}
     *
     * <p>This one does not throw if the stream cannot be reached: it delivers as soon as it can be. A message
     * whose listener throws anything but an {@link InterruptedException} is delivered again.
     */
    @Override
    public void start(long afterSequence, Listener listener) throws IOException {
        synchronized (monitor) {
            if (thread != null || closed) {
                throw new IllegalStateException("already started, or closed");
            }
            last = afterSequence;
            Thread delivering = new Thread(() -> run(listener), "ha-sqlite-nats-delivery");
            delivering.setDaemon(true);
            thread = delivering;
            link.addListener(onLoss);
            delivering.start();
        }
    }

    @Override
    public @Nullable StreamMessage read(long sequence, Duration timeout) throws IOException {
        return stream.read(sequence, timeout);
    }

    /** Whether the servers can be reached and, once started, messages flow. */
    @Override
    public boolean isConnected() {
        return link.isConnected() && (flowing || thread == null);
    }

    @Override
    public void close() {
        Thread delivering;
        synchronized (monitor) {
            closed = true;
            delivering = thread;
        }
        link.removeListener(onLoss);
        if (delivering == null || delivering == Thread.currentThread()) {
            return;
        }
        delivering.interrupt();
        boolean interrupted = false;
        while (delivering.isAlive()) {
            try {
                delivering.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Listener listener) {
        int failures = 0;
        while (!closed) {
            long before = last;
            try {
                if (link.awaitConnected(WAIT_FOR_CONNECTION)) {
                    consume(listener);
                }
            } catch (InterruptedException e) {
                break;
            } catch (ConsumerLostException e) {
                log.debug("Going on after message {}: {}", last, e.getMessage());
                failures = last > before ? 0 : failures + 1;
                pause(failures);
            } catch (IOException | JetStreamApiException | NatsStartException e) {
                if (failures++ == 0 || last > before) {
                    log.warn("Cannot read stream '{}', trying on: {}", stream.name(), e.getMessage());
                }
                pause(failures);
            } catch (RuntimeException e) {
                log.error("Message after {} could not be handed over, trying on", last, e);
                pause(++failures);
            }
        }
        flowing = false;
    }

    private void consume(Listener listener)
            throws IOException, JetStreamApiException, ConsumerLostException, InterruptedException {
        stream.ensure();
        Connection connection = link.connection();
        try (PullConsumer created = PullConsumer.create(connection, stream.name(), stream.subject(), last + 1)) {
            consumer = created;
            if (!link.isConnected()) {
                throw new ConsumerLostException("the connection was lost");
            }
            flowing = true;
            while (!closed) {
                created.next((delivery, data) -> deliver(listener, delivery, data));
            }
        } finally {
            flowing = false;
            consumer = null;
        }
    }

    private void deliver(Listener listener, Delivery delivery, byte[] data) throws InterruptedException {
        if (closed || delivery.streamSequence() <= last) {
            return;
        }
        listener.onMessage(new StreamMessage(delivery.streamSequence(), delivery.timestampNs(), data));
        last = delivery.streamSequence();
    }

    private void pause(int failures) {
        if (failures == 0) {
            return;
        }
        long millis = Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS << Math.min(failures - 1, 6));
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Wakes the delivering thread when the connection is lost, so that it goes on with the next one. */
    private final class LossListener implements LinkListener {
        @Override
        public void connected(Connection connection) {}

        @Override
        public void disconnected() {
            PullConsumer current = consumer;
            if (current != null) {
                current.close();
            }
        }
    }
}
