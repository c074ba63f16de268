package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.github.hasqlite.core.node.NodeDrain;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node that runs because somebody has opened a URL. Thread-safe. */
final class UrlNode implements AutoCloseable {

    private final HaSqliteProperties properties;
    private final OpenedParts opened;
    private @Nullable Database database;

    private UrlNode(HaSqliteProperties properties) {
        this.properties = properties;
        this.opened = new OpenedParts("database " + properties.path());
    }

    /**
     * What holds where a URL says nothing, other than for an application: the name has to be another one than that of an
     * application on the same machine, and what cannot be asked whether it leads should not.
     *
     * @param file the database file
     */
    static Map<String, String> defaults(Path file) {
        return Map.of(
                HaSqliteProperties.PREFIX + ".name",
                NodeProperties.hostName() + "-" + file.getFileName(),
                HaSqliteProperties.PREFIX + ".leader.enabled",
                "false");
    }

    /**
     * Starts a node; if that fails, nothing of it stays open.
     *
     * @throws RuntimeException as {@link Database#startAlone}
     */
    static UrlNode start(HaSqliteProperties properties) {
        UrlNode node = new UrlNode(properties);
        try {
            node.open();
            return node;
        } catch (RuntimeException | Error e) {
            node.close();
            throw e;
        }
    }

    private void open() {
        String file = DatabaseLocation.of(properties.path()).fileName();
        Database.Settings settings = Database.Settings.prepareAlone(file, properties);
        NatsProperties nats = settings.nats();
        EmbeddedNatsServer server = null;
        if (nats != null && properties.nats().embedded().enabled()) {
            server = EmbeddedNatsServer.start(nats.embedded(null));
            opened.push(server);
        }
        Database started = Database.startAlone(
                file,
                settings,
                new Database.Shared(null, server, null, null, new JsonChangeSetSerializer(), null),
                List.of());
        opened.push(started);
        database = started;
        if (server != null) {
            ServerRevival revival = new ServerRevival(server, started.node(), ServerRevival.PATIENCE);
            opened.push(revival);
            revival.start();
        }
        NodeDrain drain = started.node().drain();
        opened.push(() -> {
            drain.begin();
            drain.await(properties.publisher().timeout());
        });
        ClusterLifecycle cluster = started.clusterLifecycle();
        opened.push(cluster::stop);
        cluster.start();
    }

    HaSqliteProperties properties() {
        return properties;
    }

    ReplicatingDataSource dataSource() {
        Database started = database;
        if (started == null || !(started.dataSource() instanceof ReplicatingDataSource dataSource)) {
            throw new IllegalStateException("the node has not been started");
        }
        return dataSource;
    }

    @Override
    public void close() {
        opened.close();
    }
}
