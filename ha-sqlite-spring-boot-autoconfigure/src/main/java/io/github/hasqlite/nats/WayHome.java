package io.github.hasqlite.nats;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a connection that had to go to another node's server back to this node's own, as soon as that is of use again:
 * as long as it stays, two nodes depend on one server. Thread-safe.
 */
final class WayHome {

    private static final Logger log = LoggerFactory.getLogger(NatsLine.class);

    /** Nothing depends on the time: the other server serves as well. */
    private static final long LOOK_MS = 1000;

    private final NatsSettings settings;
    private final LinkThreads threads;

    /** The connection that is away; {@code null} if none is. */
    private final AtomicReference<@Nullable Connection> away = new AtomicReference<>();

    WayHome(NatsSettings settings, LinkThreads threads) {
        this.settings = settings;
        this.threads = threads;
    }

    /** A connection has been made, for the first time or again. Returns at once. */
    void connected(Connection connection) {
        if (!settings.ownServer()) {
            return;
        }
        if (isHome(connection)) {
            away.set(null);
        } else if (away.getAndSet(connection) == null) {
            try {
                threads.workers().execute(this::lookUntilHome);
            } catch (RejectedExecutionException e) {
                log.debug("closed while away from the own server");
            }
        }
    }

    private boolean isHome(Connection connection) {
        String url = connection.getConnectedUrl();
        return url != null && address(url).equals(address(settings.servers().get(0)));
    }

    private static String address(String url) {
        return url.substring(Math.max(url.lastIndexOf('/'), url.lastIndexOf('@')) + 1);
    }

    private void lookUntilHome() {
        try {
            for (Connection connection = away.get(); connection != null; connection = away.get()) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
                if (connection.getStatus() == Connection.Status.CONNECTED && isOfUse()) {
                    goHome(connection);
                }
            }
        } catch (InterruptedException e) {
            // the link is being closed
            Thread.currentThread().interrupt();
        }
    }

    private void goHome(Connection connection) throws InterruptedException {
        try {
            log.info("Going back to this node's own server at {}", settings.maskedServers());
            connection.forceReconnect();
        } catch (IOException e) {
            log.debug("Could not go back to {}", settings.maskedServers(), e);
        }
    }

    /** Whether the own server is there and reaches a majority. */
    private boolean isOfUse() throws InterruptedException {
        try (Connection probe = Nats.connect(LinkOptions.probe(settings))) {
            probe.jetStreamManagement().getAccountStatistics();
            return true;
        } catch (IOException | JetStreamApiException | IllegalStateException e) {
            return false;
        }
    }
}
