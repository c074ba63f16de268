package io.github.hasqlite.nats;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.Subscription;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.ReplayPolicy;
import io.nats.client.impl.Headers;
import io.nats.client.support.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One ephemeral consumer of the stream, from its creation to the first doubt about it. Used by one
 * thread; only {@link #close()} may be called by others.
 *
 * <p>It asks for messages instead of having them pushed, because then never more are on the way than
 * there is room for, however slow the listener is; and it asks again when half of them have come, so
 * that a fast listener never waits for the asking.
 */
final class PullConsumer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PullConsumer.class);

    /** Messages asked for at a time. At 500,000 messages/s half of them last a millisecond. */
    static final int BATCH = 1000;

    /** Bytes asked for at a time; twice as much at most is held in memory. */
    private static final long BATCH_BYTES = 16L << 20;

    /** What a message has besides its payload: subjects and headers. */
    private static final long OVERHEAD = 64L << 10;

    private static final Duration EXPIRES = Duration.ofSeconds(30);
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);

    /** Silence after which the consumer is taken for gone. */
    private static final Duration SILENCE = HEARTBEAT.multipliedBy(2).plusMillis(500);

    /** A consumer nobody asks is removed by the server; longer than a listener is expected to block. */
    private static final Duration INACTIVE = Duration.ofMinutes(5);

    private static final String PENDING_MESSAGES = "Nats-Pending-Messages";

    private static final int IDLE_HEARTBEAT = 100;
    private static final int NO_MESSAGES = 404;
    private static final int REQUEST_EXPIRED = 408;
    private static final int CONFLICT = 409;

    /** What newer servers say, as a conflict, of a request that got every message it asked for. */
    private static final String BATCH_COMPLETED = "Batch Completed";

    private final Connection connection;
    private final String stream;
    private final String name;
    private final String requestSubject;
    private final String inbox;
    private final Subscription subscription;
    private final byte[] request;

    /** When anything of this consumer came last, milliseconds since 1970-01-01T00:00Z; its creation at first. */
    private volatile long heardMillis = System.currentTimeMillis();

    private long expectedConsumerSequence = 1;
    private int outstanding;
    private int requests;
    private boolean receivedSinceRequest;
    private boolean oneAtATime;

    private PullConsumer(Connection connection, String stream, String name) {
        this.connection = connection;
        this.stream = stream;
        this.name = name;
        requestSubject = "$JS.API.CONSUMER.MSG.NEXT." + stream + "." + name;
        inbox = connection.createInbox() + ".";
        subscription = connection.subscribe(inbox + "*");
        // bounded by what is asked for
        subscription.setPendingLimits(-1, -1);
        long bytes = Math.max(BATCH_BYTES, connection.getServerInfo().getMaxPayload() + OVERHEAD);
        request = request(BATCH, bytes);
    }

    /**
     * Creates a consumer that delivers every message of one of a stream's subjects from a sequence on.
     *
     * @param firstSequence the first sequence to deliver; if it is no longer stored, the next one that is
     */
    static PullConsumer create(Connection connection, String stream, String subject, long firstSequence)
            throws IOException, JetStreamApiException {
        ConsumerConfiguration.Builder builder = ConsumerConfiguration.builder()
                .filterSubject(subject)
                .ackPolicy(AckPolicy.None)
                .replayPolicy(ReplayPolicy.Instant)
                .deliverPolicy(DeliverPolicy.ByStartSequence)
                .startSequence(firstSequence)
                .inactiveThreshold(INACTIVE)
                .memStorage(true)
                .numReplicas(1);
        ConsumerInfo consumer = connection.jetStreamManagement().createConsumer(stream, builder.build());
        log.debug("Created consumer {} of stream {} from {}", consumer.getName(), stream, firstSequence);
        return new PullConsumer(connection, stream, consumer.getName());
    }

    /**
     * The next message, waiting for it as long as the server shows that it is there, or word that there is
     * none for now.
     *
     * @param sink gets the message and where it stood
     * @return {@code false} if there was nothing for two seconds, and everything the consumer sent before was
     *     handed over
     * @throws ConsumerLostException if the consumer is gone, or a message of it did not arrive
     */
    boolean next(Sink sink) throws ConsumerLostException, IOException, JetStreamApiException, InterruptedException {
        while (true) {
            askForMore();
            Message message = receive();
            if (message.isStatusMessage()) {
                if (status(message)) {
                    return false;
                }
                continue;
            }
            Delivery delivery = Delivery.parse(message.getReplyTo());
            if (delivery == null) {
                // somebody else wrote to the inbox
                continue;
            }
            if (delivery.consumerSequence() != expectedConsumerSequence) {
                throw new ConsumerLostException("message " + expectedConsumerSequence + " of consumer " + name
                        + " did not arrive, but " + delivery.consumerSequence());
            }
            expectedConsumerSequence++;
            outstanding--;
            receivedSinceRequest = true;
            sink.take(delivery, message.getData(), MessageHeaders.ofTrace(message));
            return true;
        }
    }

    /** Takes a message. */
    interface Sink {
        void take(Delivery delivery, byte[] data, Map<String, String> headers)
                throws IOException, JetStreamApiException, InterruptedException;
    }

    /** When the server said anything of this consumer last, every two seconds at least. May be called by any thread. */
    Instant lastHeard() {
        return Instant.ofEpochMilli(heardMillis);
    }

    private void askForMore() throws ConsumerLostException {
        if (outstanding > (oneAtATime ? 0 : BATCH / 2)) {
            return;
        }
        requests++;
        try {
            connection.publish(requestSubject, inbox + requests, oneAtATime ? request(1, 0) : request);
        } catch (IllegalStateException e) {
            throw new ConsumerLostException("no connection: " + e.getMessage());
        }
        outstanding += oneAtATime ? 1 : BATCH;
        oneAtATime = false;
        receivedSinceRequest = false;
    }

    private Message receive() throws ConsumerLostException, InterruptedException {
        Message message;
        try {
            message = subscription.nextMessage(SILENCE);
        } catch (IllegalStateException e) {
            throw new ConsumerLostException("the connection was lost");
        }
        if (message == null) {
            throw new ConsumerLostException("nothing heard of consumer " + name);
        }
        heardMillis = System.currentTimeMillis();
        return message;
    }

    /** Whether it says that there is nothing. */
    private boolean status(Message message) throws ConsumerLostException {
        Status status = message.getStatus();
        switch (status.getCode()) {
            case IDLE_HEARTBEAT -> {
                return true;
            }
            case NO_MESSAGES, REQUEST_EXPIRED -> requestEnded(message);
            case CONFLICT -> {
                String reason = status.getMessage();
                if (reason.contains("MaxBytes")) {
                    requestEnded(message);
                    // one that is larger than all that was asked for, stored when the server took larger ones
                    oneAtATime = !receivedSinceRequest;
                } else if (!reason.contains(BATCH_COMPLETED)) {
                    throw new ConsumerLostException(reason);
                }
            }
            default -> throw new ConsumerLostException(status.getMessageWithCode());
        }
        return false;
    }

    private void requestEnded(Message message) {
        outstanding = Math.max(0, outstanding - pending(message.getHeaders()));
    }

    /** How many messages a request that has ended did not get; all, if the server does not say. */
    private static int pending(@Nullable Headers headers) {
        String pending = headers == null ? null : headers.getFirst(PENDING_MESSAGES);
        return pending == null ? BATCH : Integer.parseInt(pending);
    }

    private static byte[] request(int messages, long bytes) {
        String json = "{\"batch\":" + messages + (bytes > 0 ? ",\"max_bytes\":" + bytes : "") + ",\"expires\":"
                + EXPIRES.toNanos() + ",\"idle_heartbeat\":" + HEARTBEAT.toNanos() + "}";
        return json.getBytes(StandardCharsets.US_ASCII);
    }

    /** Ends it here at once, and on the server as soon as it hears of it. Never throws. */
    @Override
    public void close() {
        // the client library publishes nothing for a thread that is interrupted, as one is that is to end
        boolean interrupted = Thread.interrupted();
        try {
            subscription.unsubscribe();
            connection.publish("$JS.API.CONSUMER.DELETE." + stream + "." + name, new byte[0]);
        } catch (IllegalStateException e) {
            log.debug("consumer {} is left to the server's inactivity timeout", name);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
