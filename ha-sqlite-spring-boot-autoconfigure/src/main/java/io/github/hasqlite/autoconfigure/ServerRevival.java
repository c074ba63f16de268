package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the embedded server again when it runs and answers, but has stopped storing: a nats-server whose disk was
 * full once stores nothing more until it is started again, also when there is room.
 */
public final class ServerRevival implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(ServerRevival.class);

    /** An election or a large recovery is over before. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    /** What was not mended by some starts is not mended by many. */
    private static final Duration MAX_WAIT = Duration.ofMinutes(10);

    private static final long LOOK_MILLIS = 500;

    private final EmbeddedNatsServer server;
    private final List<ReplicationNode> nodes = new CopyOnWriteArrayList<>();
    private final Duration patience;
    private final Thread thread;

    /**
     * Does not watch before {@link #start}.
     *
     * @param server the server
     * @param node a node that publishes to it
     * @param patience how long it may store nothing before it is started again, and how long at least it runs then
     */
    public ServerRevival(EmbeddedNatsServer server, ReplicationNode node, Duration patience) {
        this.server = server;
        nodes.add(node);
        this.patience = patience;
        this.thread = new Thread(this::watch, "ha-sqlite-server-revival");
        thread.setDaemon(true);
    }

    /** Watches until it is closed. */
    public void start() {
        thread.start();
    }

    /** Looks at another node, too, which publishes to the same server; any thread may call it. */
    public void add(ReplicationNode another) {
        nodes.add(another);
    }

    /** Looks at a node no more. */
    void remove(ReplicationNode closing) {
        nodes.remove(closing);
    }

    private void watch() {
        Instant excused = Instant.EPOCH;
        boolean said = false;
        Duration wait = patience;
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                ReplicationNode node = nodes.stream()
                        .filter(watched -> watched.storesNothingSince() != null)
                        .findFirst()
                        .orElse(null);
                Instant since = node == null ? null : node.storesNothingSince();
                boolean waits = server.waitsForOthers();
                if (node == null || since == null || waits) {
                    // one that waits for the others has nothing to be mended, and some time when they are back
                    excused = waits ? Instant.now() : excused;
                    said = false;
                    wait = patience;
                    continue;
                }
                Instant from = since.isAfter(excused) ? since : excused;
                if (Duration.between(from, Instant.now()).compareTo(wait) < 0 || node.isStreamGone()) {
                    continue;
                }
                if (server.restartIfThereIsRoom()) {
                    excused = Instant.now();
                    wait = wait.compareTo(MAX_WAIT) < 0 ? wait.multipliedBy(2) : wait;
                } else if (!said) {
                    said = true;
                    logger.warn(
                            "The embedded nats-server stores nothing, and its disk is full; it is started again when"
                                    + " there is room");
                }
            }
        } catch (InterruptedException e) {
            logger.debug("The node is being closed");
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
