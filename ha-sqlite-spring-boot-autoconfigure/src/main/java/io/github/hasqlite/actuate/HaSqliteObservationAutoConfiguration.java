package io.github.hasqlite.actuate;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.autoconfigure.Database;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** Has change sets observed from the request that commits them to their application on all nodes. */
@AutoConfiguration(
        after = HaSqliteAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean(ObservationRegistry.class)
@ConditionalOnSingleCandidate(HaSqliteDataSource.class)
public final class HaSqliteObservationAutoConfiguration {

    @Bean
    SmartInitializingSingleton haSqliteObservation(
            HaSqliteDataSource dataSource, ObjectProvider<Database> databases, ObservationRegistry registry) {
        return () -> {
            if (!registry.isNoop()) {
                observe(dataSource, Database.PRIMARY, registry);
                databases.forEach(database -> observe(database.dataSource(), database.name(), registry));
            }
        };
    }

    private static void observe(HaSqliteDataSource dataSource, String database, ObservationRegistry registry) {
        if (dataSource instanceof ReplicatingDataSource replicating) {
            replicating
                    .work()
                    .follow(new ObservedTracing(
                            registry, dataSource.replicationStatus().node(), database));
        }
    }
}
