package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.DatabaseVerifier;
import io.github.hasqlite.DigestExchange;
import io.github.hasqlite.KeyBlocks;
import io.github.hasqlite.ReplicationHistory;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.gateway.GatewayCommand;
import io.github.hasqlite.core.history.NodeChangeFeed;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.core.snapshot.PeriodicSnapshotter;
import io.github.hasqlite.core.verify.ClusterVerifier;
import io.github.hasqlite.nats.JetStreamSnapshotStore;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * The beans that replicate over NATS. Each is destroyed after those made from it: the DataSource
 * first, then its publisher and subscriber, the link, and the server at last.
 */
@Configuration(proxyBeanMethods = false)
@Conditional(OnNatsCondition.class)
class NatsReplicationConfiguration {

    @Bean
    @ConditionalOnMissingBean(HaSqliteConnectionDetails.class)
    PropertiesConnectionDetails haSqliteConnectionDetails(HaSqliteProperties properties) {
        return new PropertiesConnectionDetails(properties);
    }

    @Bean
    NatsProperties haSqliteNatsProperties(
            HaSqliteProperties properties,
            NodeProperties node,
            HaSqliteConnectionDetails details,
            Environment environment) {
        return new NatsProperties(ConnectedProperties.of(environment, properties, details), node);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnSwitch(value = OnNatsCondition.EMBEDDED, matchIfMissing = false)
    EmbeddedNatsServer embeddedNatsServer(NatsProperties properties, ObjectProvider<SslBundles> bundles) {
        EmbeddedNatsServer server = EmbeddedNatsServer.start(properties.embedded(bundles.getIfAvailable()));
        properties.followBundle(server, bundles.getIfAvailable());
        return server;
    }

    @Bean(initMethod = "start")
    @ConditionalOnSwitch(value = OnNatsCondition.EMBEDDED, matchIfMissing = false)
    ServerRevival embeddedNatsServerRevival(EmbeddedNatsServer server, ReplicationNode node) {
        return new ServerRevival(server, node, ServerRevival.PATIENCE);
    }

    @Bean(initMethod = "await")
    @ConditionalOnSwitch(value = OnNatsCondition.EMBEDDED, matchIfMissing = false)
    ClusterStart embeddedClusterStart(
            NodeProperties node,
            NatsProperties properties,
            EmbeddedNatsServer server,
            ObjectProvider<SslBundles> bundles) {
        return new ClusterStart(server, node.settings(), properties.nats(server, bundles.getIfAvailable()));
    }

    @Bean
    @ConditionalOnMissingBean
    NatsReplication natsReplication(
            HaSqliteProperties node,
            NodeProperties name,
            NatsProperties properties,
            ObjectProvider<EmbeddedNatsServer> server,
            ObjectProvider<ClusterStart> start,
            ObjectProvider<SslBundles> bundles) {
        // not before the servers of a cluster have found each other
        start.ifAvailable(waited -> {});
        return new ReplicationParts(node, name)
                .connect(properties, properties.nats(server.getIfAvailable(), bundles.getIfAvailable()), null);
    }

    @Bean
    StartSummary haSqliteStartSummary(HaSqliteProperties properties, NodeProperties node, NatsReplication nats) {
        return new StartSummary(properties, node, nats);
    }

    @Bean
    @ConditionalOnMissingBean(KeyBlocks.class)
    @ConditionalOnSwitch({"ha.sqlite.publisher.enabled", "ha.sqlite.keys.blocks.enabled"})
    KeyBlocks keyBlocks(NatsReplication nats) {
        return nats.keyBlocks();
    }

    @Bean
    @ConditionalOnMissingBean(ChangeSetPublisher.class)
    @ConditionalOnSwitch("ha.sqlite.publisher.enabled")
    ChangeSetPublisher changeSetPublisher(NatsReplication nats) {
        return nats.publisher();
    }

    @Bean
    @ConditionalOnMissingBean(ChangeSetSubscriber.class)
    @ConditionalOnSwitch("ha.sqlite.subscriber.enabled")
    ChangeSetSubscriber changeSetSubscriber(NatsReplication nats) {
        return nats.subscriber();
    }

    @Bean
    @ConditionalOnMissingBean(SnapshotStore.class)
    JetStreamSnapshotStore snapshotStore(NatsReplication nats) {
        return nats.snapshotStore();
    }

    @Bean(initMethod = "start")
    @ConditionalOnMissingBean(DatabaseSnapshotter.class)
    @ConditionalOnSwitch({"ha.sqlite.snapshotter.enabled", "ha.sqlite.publisher.enabled", "ha.sqlite.subscriber.enabled"
    })
    PeriodicSnapshotter databaseSnapshotter(
            ReplicationNode node, SnapshotStore store, HaSqliteProperties properties, NodeProperties name) {
        return new ReplicationParts(properties, name).snapshotter(node, store);
    }

    @Bean
    @ConditionalOnMissingBean(DigestExchange.class)
    @ConditionalOnSwitch("ha.sqlite.subscriber.enabled")
    DigestExchange digestExchange(NatsReplication nats) {
        return nats.digestExchange();
    }

    @Bean(initMethod = "start")
    @ConditionalOnMissingBean(DatabaseVerifier.class)
    @ConditionalOnSwitch("ha.sqlite.subscriber.enabled")
    ClusterVerifier databaseVerifier(
            ReplicationNode node,
            DigestExchange exchange,
            SnapshotStore store,
            HaSqliteProperties properties,
            NodeProperties name) {
        return new ReplicationParts(properties, name).verifier(node, exchange, store);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnSwitch("ha.sqlite.subscriber.enabled")
    DatabaseBackup databaseBackup(ReplicationNode node) {
        return node.backup();
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnSwitch("ha.sqlite.subscriber.enabled")
    ReplicationHistory replicationHistory(ReplicationNode node, HaSqliteProperties properties) {
        return node.histories().history(properties.history().maxRows());
    }

    @Bean
    @ConditionalOnMissingBean(ChangeFeed.class)
    @ConditionalOnSwitch("ha.sqlite.subscriber.enabled")
    NodeChangeFeed changeFeed(ReplicationNode node) {
        return node.histories().feed();
    }

    @Bean
    @ConditionalOnMissingBean(GatewayCommand.Parser.class)
    @ConditionalOnSwitch("ha.sqlite.subscriber.enabled")
    HistoryStatements haSqliteHistoryStatements(ReplicationHistory history) {
        return new HistoryStatements(history);
    }
}
