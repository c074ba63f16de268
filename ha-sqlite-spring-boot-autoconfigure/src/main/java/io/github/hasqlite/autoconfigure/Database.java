package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.DatabaseVerifier;
import io.github.hasqlite.DigestExchange;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.KeyBlocks;
import io.github.hasqlite.ReplicationEvent;
import io.github.hasqlite.ReplicationHistory;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.history.NodeChangeFeed;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.core.snapshot.PeriodicSnapshotter;
import io.github.hasqlite.core.verify.ClusterVerifier;
import io.github.hasqlite.nats.JetStreamLeader;
import io.github.hasqlite.nats.JetStreamMembers;
import io.github.hasqlite.nats.JetStreamSnapshotStore;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.NatsSettings;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLExceptionTranslator;

/**
 * A further database of the application: a node of its own with what belongs to it. Each part is a bean whose name
 * begins with the database's and which has that as its qualifier; a bean of this type is for what looks at all of them.
 * Thread-safe.
 */
public final class Database implements AutoCloseable {

    /** By what name the primary database is known where the others are known by theirs. */
    public static final String PRIMARY = "app";

    private final String name;
    private final HaSqliteProperties properties;
    private final @Nullable SQLExceptionTranslator translator;

    /** What is to be closed, the first at last. */
    private final OpenedParts opened;

    private @Nullable NatsReplication nats;
    private @Nullable ChangeSetSubscriber subscriber;
    private @Nullable JetStreamSnapshotStore store;
    private @Nullable PeriodicSnapshotter snapshotter;
    private @Nullable ClusterVerifier verifier;
    private @Nullable NodeChangeFeed feed;
    private @Nullable JetStreamMembers members;
    private @Nullable JetStreamLeader leader;
    private @Nullable ReplicationNode node;

    private Database(String name, HaSqliteProperties properties, @Nullable SQLExceptionTranslator translator) {
        this.name = name;
        this.properties = properties;
        this.opened = new OpenedParts("database " + name);
        this.translator = translator;
    }

    /**
     * What the databases of an application share.
     *
     * @param nats the primary database's way to its stream, {@code null} if there is none
     * @param server the embedded server, {@code null} if there is none
     * @param revival what starts it again, {@code null} if there is none
     * @param bundles SSL bundles, {@code null} if there are none
     * @param serializer what messages look like
     * @param translator what JDBC's errors are for Spring, {@code null} where Spring's JDBC is not used
     */
    record Shared(
            @Nullable NatsReplication nats,
            @Nullable EmbeddedNatsServer server,
            @Nullable ServerRevival revival,
            @Nullable SslBundles bundles,
            ChangeSetSerializer serializer,
            @Nullable SQLExceptionTranslator translator) {}

    /**
     * What a database is configured with, checked.
     *
     * @param nats {@code null} if it does not replicate
     */
    record Settings(
            HaSqliteProperties properties,
            NodeProperties node,
            @Nullable NatsProperties nats) {

        /**
         * Checks the properties and makes the database's folder.
         *
         * @throws io.github.hasqlite.ReplicationStartException if there can be no database where it should be
         */
        static Settings prepare(String database, HaSqliteProperties properties) {
            try {
                return prepareAlone(database, properties);
            } catch (RuntimeException e) {
                throw DatabaseFailure.of(database, e);
            }
        }

        /** The same for the only database that there is, whose properties are {@code ha.sqlite.*}. */
        static Settings prepareAlone(String name, HaSqliteProperties properties) {
            NodeProperties node = NodeProperties.prepare(properties, name);
            return new Settings(properties, node, replicates(properties) ? new NatsProperties(properties, node) : null);
        }
    }

    /**
     * Starts a database; if that fails, nothing of it stays open.
     *
     * @throws io.github.hasqlite.ReplicationStartException if it cannot start; the message says which database it is
     */
    static Database start(String name, Settings settings, Shared shared, List<ChangeSetInterceptor> interceptors) {
        try {
            return startAlone(name, settings, shared, interceptors);
        } catch (RuntimeException e) {
            throw DatabaseFailure.of(name, e);
        }
    }

    /** The same for the only database that there is, whose properties are {@code ha.sqlite.*}. */
    static Database startAlone(String name, Settings settings, Shared shared, List<ChangeSetInterceptor> interceptors) {
        Database database = new Database(name, settings.properties(), shared.translator());
        try {
            if (settings.nats() == null) {
                database.own(new NodeStart(settings.node(), null)
                        .start(null, null, null, shared.serializer(), interceptors));
            } else {
                database.replicate(settings.node(), settings.nats(), shared, interceptors);
            }
            return database;
        } catch (RuntimeException | Error e) {
            try {
                database.close();
            } catch (RuntimeException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    /** Whether there is a server that it replicates through. */
    static boolean replicates(HaSqliteProperties properties) {
        return properties.nats().embedded().enabled()
                || !properties.replicationUrl().isEmpty();
    }

    private void replicate(
            NodeProperties settings,
            NatsProperties natsProperties,
            Shared shared,
            List<ChangeSetInterceptor> interceptors) {
        EmbeddedNatsServer server = properties.nats().embedded().enabled() ? shared.server() : null;
        NatsSettings reached = natsProperties.nats(server, shared.bundles());
        if (server != null) {
            ClusterStart start = new ClusterStart(server, settings.settings(), reached);
            opened.push(start);
            start.await();
        }
        ReplicationParts parts = new ReplicationParts(properties, settings);
        NatsReplication replication = parts.connect(natsProperties, reached, shared.nats());
        nats = replication;
        opened.push(replication);
        boolean publishes = properties.publisher().enabled();
        store = owned(replication.snapshotStore());
        KeyBlocks keys =
                publishes && !Boolean.FALSE.equals(properties.keys().blocks().enabled())
                        ? replication.keyBlocks()
                        : null;
        // closed with the node from its start on
        ChangeSetPublisher publisher = publishes ? replication.publisher() : null;
        subscriber = properties.subscriber().enabled() ? replication.subscriber() : null;
        ReplicationNode started = own(
                new NodeStart(settings, keys).start(publisher, subscriber, store, shared.serializer(), interceptors));
        new StartSummary(properties, settings, replication).logWhenStarted(started);
        ServerRevival revival = server == null ? null : shared.revival();
        if (revival != null) {
            revival.add(started);
            opened.push(() -> revival.remove(started));
        }
        if (subscriber != null) {
            follow(parts, replication, started, publishes);
        }
        if (properties.members().enabled()) {
            members = owned(parts.members(replication, started));
        }
        if (properties.leader().enabled()) {
            leader = owned(parts.leader(replication, started));
        }
    }

    private void follow(
            ReplicationParts parts, NatsReplication replication, ReplicationNode started, boolean publishes) {
        SnapshotStore snapshots = Objects.requireNonNull(store);
        if (publishes && properties.snapshotter().enabled()) {
            snapshotter = owned(parts.snapshotter(started, snapshots));
            snapshotter.start();
        }
        DigestExchange exchange = owned(replication.digestExchange());
        verifier = owned(parts.verifier(started, exchange, snapshots));
        verifier.start();
        feed = owned(started.histories().feed());
    }

    private <T extends AutoCloseable> T owned(T part) {
        opened.push(part);
        return part;
    }

    private ReplicationNode own(ReplicationNode started) {
        node = owned(started);
        return started;
    }

    // ---- its parts

    /** The name under {@code ha.sqlite.databases}. */
    public String name() {
        return name;
    }

    /** What it is configured with; what is not set for it is filled in. */
    public HaSqliteProperties properties() {
        return properties;
    }

    /** What the application works with. */
    public HaSqliteDataSource dataSource() {
        return node().dataSource();
    }

    ReplicationPosition position() {
        return node().position();
    }

    JdbcTransactionManager transactionManager() {
        return SpringJdbc.transactionManager(dataSource(), translator);
    }

    JdbcTemplate jdbcTemplate() {
        return SpringJdbc.template(dataSource(), translator);
    }

    JdbcClient jdbcClient() {
        return SpringJdbc.client(dataSource(), translator);
    }

    /** The nodes that have this database; {@code null} if that is not known. */
    public @Nullable ClusterMembers members() {
        return members;
    }

    /** The node that leads those; {@code null} if that is not known. */
    public @Nullable ClusterLeader leader() {
        return leader;
    }

    /** Lets the node become a member and a leader, when the application is complete; nobody is told of events. */
    ClusterLifecycle clusterLifecycle() {
        return new ClusterLifecycle(members, leader, event -> {}, node());
    }

    /** As {@link ReplicationNode#listen} says. */
    void listen(boolean changeSets, @Nullable Consumer<ReplicationEvent> listener) {
        node().listen(name, changeSets, listener);
    }

    /** What takes its snapshots; {@code null} if this node takes none. */
    public @Nullable DatabaseSnapshotter snapshotter() {
        return snapshotter;
    }

    /** What compares it with other nodes' databases; {@code null} if nothing does. */
    public @Nullable DatabaseVerifier verifier() {
        return verifier;
    }

    DatabaseBackup backup() {
        return node().backup();
    }

    ReplicationHistory history() {
        return node().histories().history(properties.history().maxRows());
    }

    ChangeFeed feed() {
        return Objects.requireNonNull(feed);
    }

    /** Where its snapshots and leases are; {@code null} if it does not replicate. */
    @Nullable
    SnapshotStore store() {
        return store;
    }

    /** Where the others' change sets come from; {@code null} if they do not. */
    @Nullable
    ChangeSetSubscriber subscriber() {
        return subscriber;
    }

    /** Does something when it replicates, or at once if it never will. */
    void whenStarted(Runnable action) {
        node().whenStarted(action);
    }

    /** The version of the NATS server, or an empty string. */
    public String serverVersion() {
        return nats == null ? "" : nats.serverVersion();
    }

    ReplicationNode node() {
        return Objects.requireNonNull(node);
    }

    /** Closes what was opened for it, in reverse order. */
    @Override
    public void close() {
        opened.close();
    }
}
