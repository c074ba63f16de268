package io.github.hasqlite.nats;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.Subscription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node whose database a new stream is to begin with says so to those that have nothing yet, so that none of them
 * begins the history first: the stream needs their servers before it can be written to. Thread-safe.
 */
public final class OriginClaim implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(OriginClaim.class);

    /** Beside all streams. */
    private static final String SUBJECT = "_HA_SQLITE.ORIGIN.";

    private static final String NOT_YET_KNOWN = "that is not yet known";

    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final long LOOK_MS = 200;

    private final NatsLink link;

    private OriginClaim(NatsLink link) {
        this.link = link;
    }

    /**
     * Claims it, until closed.
     *
     * @param settings the node's own server comes first
     * @throws NatsStartException if no server can be reached
     */
    public static OriginClaim make(NatsSettings settings) {
        NatsLink link = new NatsLink(settings, "origin", builder -> builder);
        OriginClaim claim = new OriginClaim(link);
        try {
            link.connect();
            Connection connection = link.connection();
            byte[] name = settings.connectionName().getBytes(StandardCharsets.UTF_8);
            connection
                    .createDispatcher(message -> connection.publish(message.getReplyTo(), name))
                    .subscribe(SUBJECT + settings.subject());
            return claim;
        } catch (IOException e) {
            claim.close();
            throw new NatsStartException(
                    new NatsStartException.Unreachable(
                            settings.maskedServers(), settings.connectTimeout(), e.getMessage()),
                    e);
        } catch (RuntimeException e) {
            claim.close();
            throw e;
        }
    }

    /**
     * Waits while another node claims to be the origin and the stream has nothing of this database yet.
     *
     * @return whether nobody does any more
     */
    public static boolean awaitBegun(NatsSettings settings, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        try (NatsLink link = new NatsLink(settings, "origin", builder -> builder)) {
            link.connect();
            boolean said = false;
            while (System.nanoTime() < deadline) {
                String claimant = claimant(link, settings);
                if (claimant.isEmpty()) {
                    return true;
                }
                if (!said) {
                    said = true;
                    log.info("Waiting until the stream begins with the database of node {}", claimant);
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            }
            return false;
        } catch (NatsStartException e) {
            // the start says what is wrong
            log.debug("Could not ask for the origin", e);
            return true;
        }
    }

    /** Who claims it, a text of some kind if somebody does and does not answer yet; empty if nobody does. */
    private static String claimant(NatsLink link, NatsSettings settings) throws InterruptedException {
        try {
            Connection connection = link.connection();
            String inbox = connection.createInbox();
            Subscription answers = connection.subscribe(inbox);
            connection.publish(SUBJECT + settings.subject(), inbox, new byte[0]);
            Message answer = answers.nextMessage(ANSWER);
            answers.unsubscribe();
            // the servers say at once that nobody listens
            if ((answer != null && answer.isStatusMessage()) || hasBegun(connection, settings)) {
                return "";
            }
            return answer == null ? NOT_YET_KNOWN : new String(answer.getData(), StandardCharsets.UTF_8);
        } catch (IOException | IllegalStateException e) {
            // an election, or the connection was lost: it is asked again
            log.debug("Could not ask for the origin", e);
            return NOT_YET_KNOWN;
        }
    }

    private static boolean hasBegun(Connection connection, NatsSettings settings) throws IOException {
        try {
            // others' databases may be in the same stream
            return LeaderReads.last(connection, settings.stream(), settings.subject()) > 0;
        } catch (JetStreamApiException e) {
            return false;
        }
    }

    @Override
    public void close() {
        link.close();
    }
}
