package io.github.hasqlite.nats;

import io.github.hasqlite.DigestExchange;
import io.github.hasqlite.NodeDigest;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exchanges answers to verifications in the JetStream stream {@code <stream>_DIGESTS}, which comes into
 * being with the first one and keeps each for a day. Several databases that share a stream share this one, too,
 * and each sees its own answers. It has a connection of its own. Thread-safe.
 */
final class JetStreamDigestExchange implements DigestExchange {

    private static final Logger log = LoggerFactory.getLogger(JetStreamDigestExchange.class);

    private static final Duration MAX_AGE = Duration.ofDays(1);
    private static final Duration WAIT_FOR_CONNECTION = Duration.ofSeconds(1);
    private static final long PAUSE_MILLIS = 250;
    private static final long FAREWELL_MILLIS = 5_000;

    private static final String PURPOSE = "digests";

    private final NatsLink link;
    private final String stream;
    private final String database;
    private volatile boolean closed;
    private @Nullable Thread thread;

    private JetStreamDigestExchange(NatsLink link) {
        this.link = link;
        NatsSettings settings = link.settings();
        stream = settings.stream() + "_DIGESTS";
        // as a suffix of subjects with a fixed number of tokens before it no database sees another's
        database = settings.subject();
    }

    /**
     * Opens an exchange. It connects in the background.
     *
     * @throws NatsStartException if the credentials file or nkey cannot be read
     */
    public static JetStreamDigestExchange open(NatsSettings settings) {
        return open(new NatsLink(settings, PURPOSE, builder -> builder));
    }

    /** The same over connections that others use, too. */
    static JetStreamDigestExchange open(NatsSettings settings, NatsLines lines) {
        return open(lines.link(settings, PURPOSE));
    }

    private static JetStreamDigestExchange open(NatsLink link) {
        link.connectInBackground();
        return new JetStreamDigestExchange(link);
    }

    /** {@inheritDoc} Waits for the connection for {@link NatsSettings#connectTimeout()}. */
    @Override
    public void publish(NodeDigest digest) throws IOException {
        try {
            if (!link.awaitConnected(link.settings().connectTimeout())) {
                throw new IOException(
                        "Not connected to NATS at " + link.settings().maskedServers());
            }
            ensure();
            link.connection()
                    .jetStream()
                    .publish(
                            subject(digest.verification(), Long.toString(digest.sequence()), token(digest.node())),
                            DigestMessage.write(digest));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (JetStreamApiException | IllegalArgumentException | IllegalStateException e) {
            throw new IOException("Could not publish to stream '" + stream + "': " + e.getMessage(), e);
        }
    }

    private String subject(String verification, String sequence, String node) {
        return stream + "." + verification + "." + sequence + "." + node + "." + database;
    }

    private static String token(String name) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    private void ensure() throws IOException {
        AuxiliaryStream.ensure(
                link,
                StreamConfiguration.builder()
                        .name(stream)
                        .description("Answers of ha-sqlite nodes to verifications")
                        .subjects(stream + ".>")
                        .storageType(StorageType.File)
                        .maxMessagesPerSubject(1)
                        .maxAge(MAX_AGE)
                        .replicas(link.settings().replicas())
                        .build());
    }

    @Override
    public synchronized void subscribe(Consumer<NodeDigest> listener) {
        if (thread != null) {
            throw new IllegalStateException("subscribed already");
        }
        Thread listening = new Thread(() -> listen(listener), "ha-sqlite-nats-digests");
        listening.setDaemon(true);
        thread = listening;
        if (!closed) {
            listening.start();
        }
    }

    private void listen(Consumer<NodeDigest> listener) {
        long[] seen = {0};
        String complaint = null;
        while (!closed) {
            try {
                if (link.awaitConnected(WAIT_FOR_CONNECTION)) {
                    ensure();
                    consume(seen, listener);
                }
                complaint = null;
            } catch (InterruptedException e) {
                return;
            } catch (ConsumerLostException e) {
                log.debug("Going on after {} in stream '{}': {}", seen[0], stream, e.getMessage());
                pause();
            } catch (IOException | JetStreamApiException | RuntimeException e) {
                String reason = String.valueOf(e.getMessage());
                if (!closed && !reason.equals(complaint)) {
                    log.warn("Cannot read stream '{}', trying on: {}", stream, reason);
                }
                complaint = reason;
                pause();
            }
        }
    }

    private void consume(long[] seen, Consumer<NodeDigest> listener)
            throws IOException, JetStreamApiException, ConsumerLostException, InterruptedException {
        try (PullConsumer consumer =
                PullConsumer.create(link.connection(), stream, subject("*", "*", "*"), seen[0] + 1)) {
            while (!closed) {
                consumer.next((delivery, data, headers) -> {
                    NodeDigest digest = DigestMessage.read(data);
                    if (digest == null) {
                        log.debug("Message {} of stream '{}' is no answer", delivery.streamSequence(), stream);
                    } else {
                        listener.accept(digest);
                    }
                    seen[0] = delivery.streamSequence();
                });
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        Thread listening;
        synchronized (this) {
            closed = true;
            listening = thread;
        }
        if (listening != null) {
            listening.interrupt();
            try {
                listening.join(FAREWELL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        link.close();
    }
}
