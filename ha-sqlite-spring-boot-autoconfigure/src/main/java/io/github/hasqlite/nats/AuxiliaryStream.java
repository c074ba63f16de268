package io.github.hasqlite.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Streams beside that of the change sets, which come into being when they are first needed. */
final class AuxiliaryStream {

    private static final Logger log = LoggerFactory.getLogger(AuxiliaryStream.class);

    /** How long after its making a stream of an old server is not touched, and how old it may look for that. */
    private static final long MAKING_MS = 25;

    private static final Duration YOUNG = Duration.ofSeconds(1);

    private AuxiliaryStream() {}

    /**
     * Creates a stream unless one of its name is there, whatever its configuration. Any number of nodes may
     * do so at once.
     *
     * @return what the stream's leader says of it: its state was true at some moment after the call
     * @throws IOException if the servers cannot be reached, do not answer, have no JetStream, or are too few
     */
    static StreamInfo ensure(NatsLink link, StreamConfiguration configuration) throws IOException {
        String name = configuration.getName();
        try {
            return Election.outlast(
                    link, "create or find stream '" + name + "'", () -> findOrCreate(link, configuration));
        } catch (NatsStartException forOperator) {
            throw new IOException("Could not create stream '" + name + "': " + forOperator.getMessage(), forOperator);
        }
    }

    /**
     * nats-server 2.9 shows a stream that it is still making for another node, and ends with a nil pointer in {@code
     * jsMsgGetRequest} if a message of it is asked for then.
     */
    static void awaitMade(NatsLink link, StreamInfo found) throws IOException {
        if (isOld(link)
                && Duration.between(found.getCreateTime().toInstant(), Instant.now())
                                .abs()
                                .compareTo(YOUNG)
                        < 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(MAKING_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(
                        "Interrupted while stream '" + found.getConfiguration().getName() + "' was made", e);
            }
        }
    }

    /**
     * Whether a stream can be read of which it is not known whether it is there. Asks the server only if it is one of
     * {@linkplain #awaitMade those that end} otherwise.
     */
    static boolean mayBeRead(NatsLink link, String name) throws IOException, JetStreamApiException {
        if (!isOld(link)) {
            return true;
        }
        try {
            awaitMade(link, link.connection().jetStreamManagement().getStreamInfo(name));
            return true;
        } catch (JetStreamApiException e) {
            if (e.getErrorCode() == JetStreamErrors.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    private static boolean isOld(NatsLink link) throws IOException {
        return ServerVersion.isBefore(link.connection().getServerInfo().getVersion(), ServerVersion.FIRST_FOR_CLUSTER);
    }

    private static StreamInfo findOrCreate(NatsLink link, StreamConfiguration configuration)
            throws IOException, JetStreamApiException {
        JetStreamManagement management = link.connection().jetStreamManagement();
        try {
            StreamInfo found = management.getStreamInfo(configuration.getName());
            awaitMade(link, found);
            return found;
        } catch (JetStreamApiException e) {
            if (e.getErrorCode() != JetStreamErrors.NOT_FOUND) {
                throw e;
            }
        }
        try {
            StreamInfo created = ReplicaGrowth.create(link.settings(), management, configuration);
            log.info("Created stream '{}'", configuration.getName());
            awaitMade(link, created);
            return created;
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() != JetStreamErrors.NAME_IN_USE) {
                throw e;
            }
            // another node was faster and is configured differently
            return management.getStreamInfo(configuration.getName());
        }
    }

    /**
     * Stores a message if nothing was written to the whole stream since it was looked at: a comparison with the subject
     * alone lets two through on replicated streams of servers below 2.9.21.
     *
     * @param seen what {@link #ensure} said
     * @return whether it was stored
     * @throws IOException if it is not known whether it was
     */
    static boolean store(NatsLink link, StreamInfo seen, String subject, byte[] message)
            throws IOException, JetStreamApiException {
        Headers expectation = new Headers()
                .put(
                        "Nats-Expected-Last-Sequence",
                        Long.toString(seen.getStreamState().getLastSequence()));
        try {
            link.connection().jetStream().publish(subject, expectation, message);
            return true;
        } catch (JetStreamApiException e) {
            if (JetStreamErrors.isWrongLastSequence(e)) {
                return false;
            }
            throw e;
        } catch (IllegalStateException e) {
            throw new IOException("the connection was lost: " + e.getMessage(), e);
        }
    }
}
