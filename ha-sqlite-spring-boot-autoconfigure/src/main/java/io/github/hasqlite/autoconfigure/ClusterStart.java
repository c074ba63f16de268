package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.nats.NatsStartException;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * Waits for the other servers of a cluster: one alone stores nothing. A node whose database has what the stream had
 * does not wait long, and starts without (rule R10).
 */
final class ClusterStart {

    private static final Logger logger = LoggerFactory.getLogger(ClusterStart.class);

    /** Longer than the servers need for an election, when they are there. */
    private static final Duration ELECTION = Duration.ofSeconds(15);

    private ClusterStart() {}

    /**
     * Waits.
     *
     * @throws NatsStartException if the node cannot start without the others, and they did not come in time
     */
    static void await(EmbeddedNatsServer server, NodeSettings settings) {
        boolean usable = isReplicated(settings);
        Duration atMost =
                usable && settings.bootstrapTimeout().compareTo(ELECTION) > 0 ? ELECTION : settings.bootstrapTimeout();
        try {
            if (server.awaitCluster(atMost)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        String trouble = String.valueOf(server.clusterTrouble());
        if (!usable) {
            throw new NatsStartException(new NatsStartException.ClusterIncomplete(trouble, atMost), null);
        }
        logger.warn("{}. Starting with what the database has", trouble);
    }

    private static boolean isReplicated(NodeSettings settings) {
        if (!Files.exists(Path.of(settings.pool().path()))) {
            return false;
        }
        try (SQLiteConnection connection = new DatabaseFile(settings.pool()).open()) {
            return AppliedState.exists(connection);
        } catch (SQLException e) {
            // the start says what is wrong with it
            logger.debug("The database could not be looked at", e);
            return true;
        }
    }
}
