package io.github.hasqlite.actuate;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.actuate.HaSqliteHealthIndicator.Facts;
import io.github.hasqlite.autoconfigure.Database;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.autoconfigure.HaSqliteProperties;
import io.github.hasqlite.autoconfigure.HaSqliteProperties.OnTimeout;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
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
@EnableConfigurationProperties({HaSqliteProperties.class, HaSqliteHealthProperties.class})
public final class HaSqliteHealthContributorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "haSqliteHealthIndicator")
    HaSqliteHealthIndicator haSqliteHealthIndicator(
            HaSqliteDataSource dataSource,
            HaSqliteProperties properties,
            HaSqliteHealthProperties limits,
            ObjectProvider<NatsReplication> nats,
            ObjectProvider<EmbeddedNatsServer> servers,
            ListableBeanFactory beans) {
        NatsReplication replication = nats.getIfAvailable();
        EmbeddedNatsServer server = servers.getIfAvailable();
        DatabaseSnapshotter snapshotter =
                beans.getBeanProvider(DatabaseSnapshotter.class).getIfAvailable();
        return new HaSqliteHealthIndicator(
                dataSource,
                new Facts(
                        properties.commitMode(),
                        !properties.publisher().enabled(),
                        commitsNeedStream(properties),
                        () -> replication == null ? "" : replication.serverVersion(),
                        () -> server == null ? null : server.clusterTrouble(),
                        beans.getBeanProvider(ClusterMembers.class).getIfAvailable(),
                        beans.getBeanProvider(ClusterLeader.class).getIfAvailable(),
                        () -> snapshotter == null ? null : snapshotter.known(),
                        limits));
    }

    /** One component for each further database. */
    @Bean
    @ConditionalOnMissingBean(name = "haSqliteDatabasesHealthContributor")
    @ConditionalOnBean(Database.class)
    CompositeHealthContributor haSqliteDatabasesHealthContributor(
            ObjectProvider<Database> databases,
            ObjectProvider<EmbeddedNatsServer> servers,
            HaSqliteHealthProperties limits) {
        EmbeddedNatsServer server = servers.getIfAvailable();
        Map<String, HealthIndicator> indicators = new TreeMap<>();
        databases.forEach(database -> indicators.put(database.name(), indicator(database, server, limits)));
        return CompositeHealthContributor.fromMap(indicators);
    }

    private static HealthIndicator indicator(
            Database database, @Nullable EmbeddedNatsServer server, HaSqliteHealthProperties limits) {
        HaSqliteProperties properties = database.properties();
        boolean embeds = properties.nats().embedded().enabled();
        return new HaSqliteHealthIndicator(
                database.dataSource(),
                new Facts(
                        properties.commitMode(),
                        !properties.publisher().enabled(),
                        commitsNeedStream(properties),
                        database::serverVersion,
                        () -> server == null || !embeds ? null : server.clusterTrouble(),
                        database.members(),
                        database.leader(),
                        database::knownSnapshot,
                        limits));
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
