package io.github.hasqlite.nats;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.Outage;
import io.github.hasqlite.StreamMessage;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the stream's messages in order, each once, on a thread of its own. At the first doubt, a
 * lost connection, a restarted server, silence, a message that did not arrive, it makes a new consumer
 * after the last message it delivered.
 *
 * <p>Messages that were removed before they could be delivered, by age or by hand, are reported: those
 * before a message that is there ahead of it, those behind all messages at start and otherwise within some
 * seconds of silence. So is a stream that was deleted and created again, or set back, as soon as another
 * consumer is needed: both end the old one. A stream that was set back and has grown beyond the last
 * delivered message by then is not noticed here, but in the acknowledgements of those who publish.
 * {@link GapWatch} has the details.
 */
final class JetStreamSubscriber implements ChangeSetSubscriber {

    private static final Logger log = LoggerFactory.getLogger(JetStreamSubscriber.class);

    private static final Duration WAIT_FOR_CONNECTION = Duration.ofSeconds(1);
    private static final String GONE =
            "it is not there any more, and must not be created anew while its data is in use."
                    + " Give the server back the data that it had, and this node goes on by itself. If that is lost, stop all"
                    + " nodes, start the one that has applied the most with ha.sqlite.on-stream-reset=origin, and then the others"
                    + " with ha.sqlite.on-stream-reset=rejoin, each once";

    private static final long MIN_PAUSE_MS = 50;
    private static final long MAX_PAUSE_MS = 2000;

    /** What a change of the stream's leader may take before it is said. */
    private static final Duration LEADERLESS = Duration.ofSeconds(5);

    private final NatsLink link;
    private final ReplicationStream stream;
    private final Object monitor = new Object();

    /** Guarded by {@link #monitor} for writing. */
    private volatile @Nullable Run run;

    /** When the stream was created that was read first, nanoseconds since 1970-01-01T00:00Z; 0 if none was. */
    private volatile long createdNs;

    /** What was delivered last, whatever run it was. */
    private final LastDelivery newest = new LastDelivery();

    private volatile boolean closed;

    /** The thread of the run before, which may not have ended yet. Guarded by {@link #monitor}. */
    private @Nullable Thread stopping;

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

    @Override
    public void dropCovered(long streamCreatedNs, long sequence) throws IOException {
        stream.dropCovered(streamCreatedNs, sequence);
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
            if (run != null || closed) {
                throw new IllegalStateException("already started, or closed");
            }
            Run started = new Run(afterSequence, listener, stopping);
            run = started;
            link.addListener(started);
            started.thread.start();
        }
    }

    @Override
    public ChangeSetSubscriber another() {
        return new JetStreamSubscriber(link, stream);
    }

    @Override
    public @Nullable StreamMessage read(long sequence, Duration timeout) throws IOException {
        return stream.read(sequence, timeout);
    }

    /** Whether the servers can be reached and, once started, messages flow. Not after a reset. */
    @Override
    public boolean isConnected() {
        Run current = run;
        return link.isConnected() && (current == null || (current.flowing && current.leaderless() == null));
    }

    @Override
    public @Nullable Outage outage() {
        Outage unreachable = link.outage();
        Run current = run;
        return unreachable != null || current == null ? unreachable : current.outage();
    }

    /** {@inheritDoc} The server is heard every two seconds at least. */
    @Override
    public @Nullable Instant lastHeard() {
        Run current = run;
        return current == null ? null : current.lastHeard();
    }

    @Override
    public Duration doubt() {
        return stream.doubt();
    }

    @Override
    public long backlog() {
        Run current = run;
        return current == null ? 0 : current.backlog;
    }

    /**
     * {@inheritDoc}
     *
     * <p>If the listener itself calls this, it is not interrupted, and what it is started with next gets
     * nothing before it has returned.
     */
    @Override
    public void stop() {
        Run stopped;
        synchronized (monitor) {
            stopped = run;
            if (stopped == null) {
                return;
            }
            run = null;
            stopping = stopped.thread;
            stopped.stopped = true;
        }
        link.removeListener(stopped);
        if (stopped.thread != Thread.currentThread()) {
            stopped.thread.interrupt();
            join(stopped.thread);
        }
    }

    @Override
    public void close() {
        closed = true;
        stop();
        Thread last;
        synchronized (monitor) {
            last = stopping;
        }
        if (last != null && last != Thread.currentThread()) {
            // a listener that stopped delivery by itself
            last.interrupt();
            join(last);
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Delivery from a start to a stop. Told when the connection is lost, so that it goes on with the next one. */
    private final class Run implements LinkListener {

        private final Listener listener;
        private final GapWatch watch;
        private final @Nullable Thread previous;
        private final Thread thread;

        private volatile @Nullable PullConsumer consumer;
        private volatile boolean stopped;
        private volatile boolean flowing;

        private volatile long backlog;

        /** Also when nothing was heard yet. */
        private volatile Instant silentSince = Instant.now();

        private volatile @Nullable String complaint;

        /** Since when the stream's leader does not answer, although messages could flow; {@code null} if it does. */
        private volatile @Nullable Instant unanswered;

        Run(long after, Listener listener, @Nullable Thread previous) {
            this.listener = listener;
            this.previous = previous;
            watch = new GapWatch(stream, after, newest, listener);
            thread = new Thread(this::deliver, "ha-sqlite-nats-delivery");
            thread.setDaemon(true);
        }

        @Nullable
        Outage outage() {
            if (flowing) {
                return leaderless();
            }
            String reason = complaint;
            return new Outage(
                    "Stream '" + stream.name() + "' is not heard" + (reason == null ? "" : ": " + reason), silentSince);
        }

        /**
         * A consumer that lives on the server that this node is connected to goes on saying that there is nothing
         * new, when the servers that the stream needs for a majority are gone.
         */
        private @Nullable Outage leaderless() {
            Instant since = unanswered;
            return since == null || Duration.between(since, Instant.now()).compareTo(LEADERLESS) < 0
                    ? null
                    : new Outage(
                            "Stream '" + stream.name() + "' has no leader that answers: too few of its servers can be"
                                    + " reached",
                            since);
        }

        private void deliver() {
            try {
                if (previous != null) {
                    previous.join();
                }
                deliverUntilStopped();
            } catch (InterruptedException e) {
                log.debug("Delivery was interrupted after message {}", watch.seen());
            } catch (StreamResetException e) {
                log.error("Nothing more is read: {}", e.getMessage());
                complaint = e.getMessage();
                listener.onReset(String.valueOf(e.getMessage()));
            }
        }

        private void deliverUntilStopped() throws InterruptedException, StreamResetException {
            int failures = 0;
            while (!stopped) {
                long before = watch.seen();
                try {
                    if (link.awaitConnected(WAIT_FOR_CONNECTION)) {
                        consume();
                    }
                } catch (ConsumerLostException e) {
                    log.debug("Going on after message {}: {}", watch.seen(), e.getMessage());
                    failures = watch.seen() > before ? 0 : failures + 1;
                    pause(failures);
                } catch (IOException | JetStreamApiException | NatsStartException e) {
                    if (!stopped) {
                        complain(e);
                    }
                    pause(++failures);
                } catch (RuntimeException e) {
                    log.error("Message after {} could not be handed over, trying on", watch.seen(), e);
                    pause(++failures);
                }
            }
        }

        private void consume()
                throws IOException, JetStreamApiException, ConsumerLostException, StreamResetException,
                        InterruptedException {
            // once: what is deleted while a node runs is not created again
            stream.ensure();
            long created = watch.begin(createdNs);
            createdNs = created;
            Connection connection = link.connection();
            try (PullConsumer made =
                    PullConsumer.create(connection, stream.name(), stream.subject(), watch.seen() + 1)) {
                consumer = made;
                if (!link.isConnected()) {
                    throw new ConsumerLostException("the connection was lost");
                }
                unanswered = null;
                flowing = true;
                complaint = null;
                while (!stopped) {
                    if (!made.next(this::take) && !stopped) {
                        lookWhileIdle();
                    }
                }
            } finally {
                silent();
                consumer = null;
            }
        }

        /** When the stream was heard last: what waits here to be handed over was said earlier than it is taken. */
        Instant lastHeard() {
            PullConsumer current = consumer;
            if (!flowing || current == null) {
                return silentSince;
            }
            Instant ofStream = current.lastHeard();
            Instant ofServer = link.lastHeard();
            Instant heard = ofServer.isBefore(ofStream) ? ofServer : ofStream;
            Instant since = unanswered;
            return since == null || heard.isBefore(since) ? heard : since;
        }

        private void silent() {
            if (flowing) {
                silentSince = lastHeard();
                flowing = false;
            }
        }

        private void lookWhileIdle() throws InterruptedException {
            Instant asked = Instant.now();
            try {
                watch.idle();
                unanswered = null;
            } catch (IOException | JetStreamApiException e) {
                // the consumer is there, the stream's leader is not: the next silence is soon enough
                if (unanswered == null) {
                    unanswered = asked;
                }
                log.debug("Could not look whether messages are missing in stream '{}'", stream.name(), e);
            }
        }

        private void take(Delivery delivery, byte[] data, Map<String, String> headers)
                throws IOException, JetStreamApiException, InterruptedException {
            long sequence = delivery.streamSequence();
            if (stopped || !watch.coming(sequence) || stopped) {
                return;
            }
            backlog = delivery.behind();
            unanswered = null;
            listener.onMessage(new StreamMessage(sequence, delivery.timestampNs(), data, headers));
            watch.delivered(sequence);
            newest.set(sequence, delivery.timestampNs());
        }

        /** Says each thing once, until messages flow again. */
        private void complain(Exception e) {
            String reason = String.valueOf(e.getMessage());
            if (e instanceof JetStreamApiException api && api.getErrorCode() == JetStreamErrors.NOT_FOUND) {
                reason = GONE;
            }
            if (!reason.equals(complaint)) {
                complaint = reason;
                log.warn("Cannot read stream '{}', trying on: {}", stream.name(), reason);
            }
        }

        private static void pause(int failures) throws InterruptedException {
            if (failures > 0) {
                Thread.sleep(Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS << Math.min(failures - 1, 6)));
            }
        }

        @Override
        public void connected(Connection connection) {}

        @Override
        public void disconnected() {
            // also while the listener takes its time
            silent();
            PullConsumer current = consumer;
            if (current != null) {
                current.close();
            }
        }
    }
}
