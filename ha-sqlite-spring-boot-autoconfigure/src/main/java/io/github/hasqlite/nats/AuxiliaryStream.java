package io.github.hasqlite.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Streams beside that of the change sets, which come into being when they are first needed. */
final class AuxiliaryStream {

    private static final Logger log = LoggerFactory.getLogger(AuxiliaryStream.class);

    /** An election takes 4 to 9 s; until it is over, the server says that it is not available. */
    private static final Duration ELECTION = Duration.ofSeconds(12);

    private static final Duration RETRY_PAUSE = Duration.ofMillis(200);

    private AuxiliaryStream() {}

    /**
     * Creates a stream unless one of its name is there, whatever its configuration. Any number of nodes may
     * do so at once.
     *
     * @return what the stream's leader says of it: its state was true at some moment after the call
     * @throws IOException if the servers cannot be reached, do not answer, have no JetStream, or are too few
     */
    static StreamInfo ensure(NatsLink link, StreamConfiguration configuration) throws IOException {
        long deadline = System.nanoTime() + ELECTION.toNanos();
        while (true) {
            try {
                return findOrCreate(link.connection().jetStreamManagement(), configuration);
            } catch (JetStreamApiException e) {
                throwIfForOperator(e, link, configuration);
                if (!JetStreamErrors.isTransient(e) || System.nanoTime() >= deadline) {
                    throw failed(link, configuration, e);
                }
            } catch (IOException e) {
                // nobody answers while a cluster elects its leader
                if (!link.isConnected()
                        || !link.connection().getServerInfo().isJetStreamAvailable()
                        || System.nanoTime() >= deadline) {
                    throw failed(link, configuration, e);
                }
            }
            pause();
        }
    }

    private static StreamInfo findOrCreate(JetStreamManagement management, StreamConfiguration configuration)
            throws IOException, JetStreamApiException {
        try {
            return management.getStreamInfo(configuration.getName());
        } catch (JetStreamApiException e) {
            if (e.getErrorCode() != JetStreamErrors.NOT_FOUND) {
                throw e;
            }
        }
        try {
            StreamInfo created = management.addStream(configuration);
            log.info("Created stream '{}'", configuration.getName());
            return created;
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() != JetStreamErrors.NAME_IN_USE) {
                throw e;
            }
            // another node was faster and is configured differently
            return management.getStreamInfo(configuration.getName());
        }
    }

    private static void throwIfForOperator(JetStreamApiException e, NatsLink link, StreamConfiguration configuration)
            throws IOException {
        try {
            JetStreamErrors.throwStartException(e, link.settings());
        } catch (NatsStartException forOperator) {
            throw new IOException(
                    "Could not create stream '" + configuration.getName() + "': " + forOperator.getMessage(), e);
        }
    }

    private static IOException failed(NatsLink link, StreamConfiguration configuration, Exception cause) {
        return new IOException(
                "Could not create or find stream '" + configuration.getName() + "' at "
                        + link.settings().maskedServers() + ": " + cause.getMessage(),
                cause);
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for JetStream", e);
        }
    }
}
