package io.github.hasqlite.nats;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.Outage;
import io.github.hasqlite.PublishException;
import io.github.hasqlite.PublishException.Reason;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes change sets to the stream, many in flight at once, over a connection of its own, so that
 * acknowledgements never queue behind what the subscriber receives.
 *
 * <p>Futures are completed by the thread that reads from the connection, or by a timer: what depends
 * on them must be quick and must not wait for another acknowledgement. When one fails, so do usually
 * those after it; some of them may be in the stream all the same.
 */
final class JetStreamPublisher implements ChangeSetPublisher {

    /**
     * Most messages on the way. A server refuses more than 10,000 waiting for one stream, from all
     * publishers together (2.11 and later: {@code max_buffered_msgs}); 512 already saturate it.
     */
    static final int MAX_MESSAGES = 4096;

    /** Most bytes on the way: they are held in memory three times, here, in the socket, in the server. */
    static final long MAX_BYTES = 32L << 20;

    /** Room in a message for headers, which count as payload: those of traces, and what a proxy may add. */
    private static final int HEADERS = 1024;

    private static final int HEADERS_SHARE = 8;

    private static final long MAX_SWEEP_MS = 200;
    private static final Duration PUSH_TIMEOUT = Duration.ofMillis(10);

    private static final Logger log = LoggerFactory.getLogger(JetStreamPublisher.class);

    private final NatsSettings settings;
    private final InFlight inFlight;
    private final PublishChannel channel;
    private final NatsLink link;
    private final ScheduledFuture<?> sweep;

    private JetStreamPublisher(NatsSettings settings, int maxMessages, long maxBytes) {
        this.settings = settings;
        inFlight = new InFlight(maxMessages, maxBytes, settings.publishTimeout().toNanos());
        channel = new PublishChannel(settings.subject(), inFlight);
        link = new NatsLink(
                settings,
                "publisher",
                builder -> builder.dataPortType(DirectDataPort.class.getName())
                        // if its queue is full, the next call fails instead of waiting
                        .writeQueuePushTimeout(PUSH_TIMEOUT),
                channel);
        long period =
                Math.max(1, Math.min(MAX_SWEEP_MS, settings.publishTimeout().toMillis() / 10));
        sweep = link.threads().timer().scheduleWithFixedDelay(this::failLost, period, period, TimeUnit.MILLISECONDS);
    }

    /**
     * Opens a publisher. It connects in the background and goes on trying for ever; until then {@link
     * #isConnected()} is {@code false}. Waits a little for the first connection.
     *
     * @param settings where to publish, and how long to wait for an acknowledgement
     * @throws NatsStartException if the credentials file or nkey cannot be read
     */
    public static JetStreamPublisher open(NatsSettings settings) {
        return open(settings, MAX_MESSAGES, MAX_BYTES);
    }

    static JetStreamPublisher open(NatsSettings settings, int maxMessages, long maxBytes) {
        JetStreamPublisher publisher = new JetStreamPublisher(settings, maxMessages, maxBytes);
        publisher.start();
        return publisher;
    }

    private void start() {
        link.addListener(channel);
        link.connectInBackground();
        try {
            link.awaitConnected(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Fails with a {@link PublishException}: at once if there is no connection, too much on the way,
     * or the message is too large; on disconnection; and when no acknowledgement has come for two
     * seconds, or twice as long each time that this was not long enough, up to the publish timeout.
     */
    @Override
    public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
        return publish(message, PublishChannel.ANY_SEQUENCE, Map.of());
    }

    @Override
    public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message, Map<String, String> headers) {
        return publish(message, PublishChannel.ANY_SEQUENCE, headers);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The comparison is with the sequence of the whole stream. No {@code Nats-Msg-Id} is sent: what is
     * expected at one place succeeds at most once anyway, and several server versions answer an id that
     * they have seen with success, although that message was refused.
     */
    @Override
    public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message, long expectedLastSequence) {
        return publish(message, expectedLastSequence, Map.of());
    }

    @Override
    public CompletableFuture<Long> publish(
            ChangeSet changeSet, byte[] message, long expectedLastSequence, Map<String, String> headers) {
        return publish(message, expectedLastSequence, headers);
    }

    @Override
    public boolean comparesAndSets() {
        return true;
    }

    private CompletableFuture<Long> publish(byte[] message, long expectedLastSequence, Map<String, String> headers) {
        Connection connection = channel.connection();
        if (connection == null) {
            return failed(Reason.NOT_CONNECTED, "Not connected to NATS at " + settings.maskedServers());
        }
        if (message.length > channel.maxPayload()) {
            return failed(
                    Reason.TOO_LARGE,
                    "A change set of " + message.length + " bytes is larger than a message may be at "
                            + settings.maskedServers() + ", " + channel.maxPayload() + " bytes");
        }
        InFlight.Entry entry = inFlight.add(message.length);
        if (entry == null) {
            return failed(
                    Reason.WINDOW_FULL, inFlight.size() + " messages wait for NATS at " + settings.maskedServers());
        }
        channel.send(
                connection,
                entry,
                message,
                MessageHeaders.of(headers, expectedLastSequence, channel.maxPayload() - message.length));
        return entry;
    }

    /** What the server takes by its {@code max_payload}; anything as long as that is not known. */
    @Override
    public int maxMessageBytes() {
        long payload = channel.maxPayload();
        return (int) Math.min(Integer.MAX_VALUE, payload - Math.min(HEADERS, payload / HEADERS_SHARE));
    }

    /** {@inheritDoc} Goes by their consumers, which stay in the stream while they are away. */
    @Override
    public List<String> missParts() {
        try {
            return GoConsumers.of(link.connection(), settings);
        } catch (IOException | JetStreamApiException | RuntimeException e) {
            log.debug("Could not ask who takes part in stream '{}'", settings.stream(), e);
            return List.of();
        }
    }

    @Override
    public boolean isConnected() {
        return channel.connection() != null;
    }

    @Override
    public @Nullable Outage outage() {
        return link.outage();
    }

    @Override
    public boolean echoes() {
        return true;
    }

    @Override
    public void close() {
        sweep.cancel(false);
        link.close();
        inFlight.failAll(new PublishException(Reason.CLOSED, "The publisher was closed"));
    }

    private void failLost() {
        if (inFlight.anyLost(System.nanoTime())) {
            channel.distrust();
            // those after it are out of turn without it
            inFlight.failAll(new PublishException(
                    Reason.TIMEOUT,
                    "No acknowledgement from stream '" + settings.stream() + "' at " + settings.maskedServers()));
        }
    }

    private static CompletableFuture<Long> failed(Reason reason, String message) {
        return CompletableFuture.failedFuture(new PublishException(reason, message));
    }
}
