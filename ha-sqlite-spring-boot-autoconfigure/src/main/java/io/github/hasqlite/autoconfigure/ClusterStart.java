package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.OnStreamReset;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.nats.NatsSettings;
import io.github.hasqlite.nats.NatsStartException;
import io.github.hasqlite.nats.OriginClaim;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * Waits for the other servers of a cluster: one alone stores nothing. A node whose database has what the stream had
 * does not wait long, and starts without (rule R10). A node that has nothing lets one begin that has something.
 */
final class ClusterStart implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(ClusterStart.class);

    /** Longer than the servers need for an election, when they are there. */
    private static final Duration ELECTION = Duration.ofSeconds(15);

    private final EmbeddedNatsServer server;
    private final NodeSettings node;
    private final NatsSettings nats;
    private @Nullable OriginClaim claim;

    ClusterStart(EmbeddedNatsServer server, NodeSettings node, NatsSettings nats) {
        this.server = server;
        this.node = node;
        this.nats = nats;
    }

    /**
     * Waits.
     *
     * @throws NatsStartException if the node cannot start without the others, and they did not come in time
     */
    void await() {
        if (!nats.ownServer()) {
            return;
        }
        boolean usable = isReplicated();
        if (usable && node.onStreamReset() == OnStreamReset.ORIGIN) {
            claim = OriginClaim.make(nats);
        }
        try (StartInterruption interruption = StartInterruption.ofThisThread()) {
            if (awaitServers(usable) && claim == null && !OriginClaim.awaitBegun(nats, node.bootstrapTimeout())) {
                logger.warn("The stream has not begun with another node's database; going on without");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether they are there. */
    private boolean awaitServers(boolean usable) throws InterruptedException {
        Duration atMost =
                usable && node.bootstrapTimeout().compareTo(ELECTION) > 0 ? ELECTION : node.bootstrapTimeout();
        if (server.awaitCluster(atMost)) {
            return true;
        }
        String trouble = String.valueOf(server.clusterTrouble());
        if (!usable) {
            throw new NatsStartException(new NatsStartException.ClusterIncomplete(trouble, atMost), null);
        }
        logger.warn("{}. Starting with what the database has", trouble);
        return false;
    }

    private Path file() {
        return Path.of(node.pool().path());
    }

    private boolean isReplicated() {
        if (!Files.exists(file())) {
            return false;
        }
        try (SQLiteConnection connection = new DatabaseFile(node.pool()).open()) {
            return AppliedState.exists(connection);
        } catch (SQLException e) {
            // the start says what is wrong with it
            logger.debug("The database could not be looked at", e);
            return true;
        }
    }

    @Override
    public void close() {
        OriginClaim made = claim;
        if (made != null) {
            made.close();
        }
    }
}
