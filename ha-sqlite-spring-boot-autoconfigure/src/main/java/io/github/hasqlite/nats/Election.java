package io.github.hasqlite.nats;

import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asks JetStream again while its servers elect a leader. */
final class Election {

    /** An election takes 4 to 9 s; until it is over, the server says that it is not available. */
    private static final Duration LONGEST = Duration.ofSeconds(12);

    private static final Duration RETRY_PAUSE = Duration.ofMillis(200);

    private Election() {}

    /** A request that may be made again. */
    @FunctionalInterface
    interface Request<T> {
        T send() throws IOException, JetStreamApiException;
    }

    /**
     * Makes a request, and makes it again for as long as an election may take.
     *
     * @param attempt what is attempted, after "Could not"
     * @throws NatsStartException if only the operator can mend what it fails for
     * @throws IOException if the servers cannot be reached, do not answer, or refuse it
     */
    static <T> T outlast(NatsLink link, String attempt, Request<T> request) throws IOException {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (true) {
            try {
                return request.send();
            } catch (JetStreamApiException e) {
                JetStreamErrors.throwStartException(e, link.settings());
                if (!JetStreamErrors.isTransient(e) || System.nanoTime() >= deadline) {
                    throw failed(link, attempt, e);
                }
            } catch (IOException e) {
                // nobody answers while a cluster elects its leader
                if (!link.isConnected()
                        || !link.connection().getServerInfo().isJetStreamAvailable()
                        || System.nanoTime() >= deadline) {
                    throw failed(link, attempt, e);
                }
            }
            pause();
        }
    }

    /**
     * Waits a little before the same is asked again.
     *
     * @throws IOException if the thread is interrupted, which it is afterwards, too
     */
    static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for JetStream", e);
        }
    }

    private static IOException failed(NatsLink link, String attempt, Exception cause) {
        return new IOException(
                "Could not " + attempt + " at " + link.settings().maskedServers() + ": " + cause.getMessage(), cause);
    }
}
