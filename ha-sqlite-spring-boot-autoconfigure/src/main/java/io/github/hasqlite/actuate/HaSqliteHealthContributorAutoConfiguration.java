package io.github.hasqlite.actuate;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.autoconfigure.Database;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.autoconfigure.HaSqliteProperties;
import io.github.hasqlite.autoconfigure.HaSqliteProperties.OnTimeout;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Adds {@code haSqlite} to the health endpoint, and {@code haSqliteDatabases} if there are further databases. */
@AutoConfiguration(after = HaSqliteAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnEnabledHealthIndicator("ha-sqlite")
@ConditionalOnSingleCandidate(HaSqliteDataSource.class)
@EnableConfigurationProperties(HaSqliteProperties.class)
public final class HaSqliteHealthContributorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "haSqliteHealthIndicator")
    HaSqliteHealthIndicator haSqliteHealthIndicator(
            HaSqliteDataSource dataSource,
            HaSqliteProperties properties,
            ObjectProvider<NatsReplication> nats,
            ObjectProvider<EmbeddedNatsServer> servers,
            ObjectProvider<ClusterMembers> members,
            ObjectProvider<ClusterLeader> leader) {
        NatsReplication replication = nats.getIfAvailable();
        EmbeddedNatsServer server = servers.getIfAvailable();
        return new HaSqliteHealthIndicator(
                dataSource,
                commitsNeedStream(properties),
                () -> replication == null ? "" : replication.serverVersion(),
                () -> server == null ? null : server.clusterTrouble(),
                members.getIfAvailable(),
                leader.getIfAvailable());
    }

    /** One component for each further database. */
    @Bean
    @ConditionalOnMissingBean(name = "haSqliteDatabasesHealthContributor")
    @ConditionalOnBean(Database.class)
    CompositeHealthContributor haSqliteDatabasesHealthContributor(
            ObjectProvider<Database> databases, ObjectProvider<EmbeddedNatsServer> servers) {
        EmbeddedNatsServer server = servers.getIfAvailable();
        Map<String, HealthIndicator> indicators = new TreeMap<>();
        databases.forEach(database -> indicators.put(
                database.name(),
                new HaSqliteHealthIndicator(
                        database.dataSource(),
                        commitsNeedStream(database.properties()),
                        database::serverVersion,
                        () -> server == null
                                        || !database.properties()
                                                .nats()
                                                .embedded()
                                                .enabled()
                                ? null
                                : server.clusterTrouble(),
                        database.members(),
                        database.leader())));
        return CompositeHealthContributor.fromMap(indicators);
    }

    private static boolean commitsNeedStream(HaSqliteProperties properties) {
        return properties.publisher().enabled()
                && switch (properties.commitMode()) {
                    case ASYNC -> false;
                    case SYNC -> properties.publisher().onTimeout() == OnTimeout.FAIL;
                    case STRICT -> true;
                };
    }
}
