package io.github.hasqlite.actuate;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.DatabaseVerifier;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.actuate.HaSqliteHealthIndicator.Facts;
import io.github.hasqlite.autoconfigure.Database;
import io.github.hasqlite.autoconfigure.HaSqliteProperties;
import io.github.hasqlite.autoconfigure.HaSqliteProperties.OnTimeout;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * All databases of the application.
 *
 * @param further by their names, in order
 */
record OperatedDatabases(OperatedDatabase primary, Map<String, OperatedDatabase> further) {

    /** By their names, the primary one first. */
    Map<String, OperatedDatabase> all() {
        Map<String, OperatedDatabase> all = new LinkedHashMap<>();
        all.put(primary.name(), primary);
        all.putAll(further);
        return all;
    }

    /** Collects them, for all that is to be seen of them. */
    @org.springframework.context.annotation.Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties({HaSqliteProperties.class, HaSqliteHealthProperties.class})
    static class Configuration {

        @Bean
        OperatedDatabases haSqliteOperatedDatabases(
                HaSqliteDataSource dataSource,
                HaSqliteProperties properties,
                HaSqliteHealthProperties limits,
                ObjectProvider<EmbeddedNatsServer> servers,
                ObjectProvider<Database> databases,
                ListableBeanFactory beans) {
            EmbeddedNatsServer server = servers.getIfAvailable();
            Supplier<@Nullable String> trouble = () -> server == null ? null : server.clusterTrouble();
            Map<String, OperatedDatabase> further = new TreeMap<>();
            databases.forEach(database -> further.put(database.name(), operated(database, trouble, limits)));
            return new OperatedDatabases(primary(dataSource, properties, trouble, limits, beans), further);
        }

        private static OperatedDatabase primary(
                HaSqliteDataSource dataSource,
                HaSqliteProperties properties,
                Supplier<@Nullable String> trouble,
                HaSqliteHealthProperties limits,
                ListableBeanFactory beans) {
            NatsReplication nats = bean(beans, NatsReplication.class);
            DatabaseSnapshotter snapshotter = bean(beans, DatabaseSnapshotter.class);
            Facts facts = new Facts(
                    properties.commitMode(),
                    !properties.publisher().enabled(),
                    commitsNeedStream(properties),
                    () -> nats == null ? "" : nats.serverVersion(),
                    trouble,
                    bean(beans, ClusterMembers.class),
                    bean(beans, ClusterLeader.class),
                    () -> snapshotter == null ? null : snapshotter.known(),
                    limits);
            return new OperatedDatabase(
                    Database.PRIMARY,
                    dataSource,
                    facts,
                    properties.stream(),
                    snapshotter,
                    bean(beans, DatabaseVerifier.class));
        }

        private static <T> @Nullable T bean(ListableBeanFactory beans, Class<T> type) {
            return beans.getBeanProvider(type).getIfAvailable();
        }

        private static OperatedDatabase operated(
                Database database, Supplier<@Nullable String> trouble, HaSqliteHealthProperties limits) {
            HaSqliteProperties properties = database.properties();
            DatabaseSnapshotter snapshotter = database.snapshotter();
            Facts facts = new Facts(
                    properties.commitMode(),
                    !properties.publisher().enabled(),
                    commitsNeedStream(properties),
                    database::serverVersion,
                    properties.nats().embedded().enabled() ? trouble : () -> null,
                    database.members(),
                    database.leader(),
                    () -> snapshotter == null ? null : snapshotter.known(),
                    limits);
            return new OperatedDatabase(
                    database.name(),
                    database.dataSource(),
                    facts,
                    properties.stream(),
                    snapshotter,
                    database.verifier());
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
}
