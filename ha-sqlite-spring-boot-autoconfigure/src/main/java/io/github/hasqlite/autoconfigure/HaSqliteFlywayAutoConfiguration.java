package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.SnapshotStore;
import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationInitializer;
import org.springframework.context.annotation.Bean;

/** Lets Flyway migrate on one node at a time. */
@AutoConfiguration(after = HaSqliteAutoConfiguration.class, before = FlywayAutoConfiguration.class)
@ConditionalOnClass({Flyway.class, FlywayMigrationInitializer.class})
@ConditionalOnSingleCandidate(HaSqliteDataSource.class)
public final class HaSqliteFlywayAutoConfiguration {

    @Bean
    static MigrationLease haSqliteFlywayLease(
            ObjectProvider<HaSqliteDataSource> dataSource,
            ObjectProvider<ChangeSetSubscriber> subscriber,
            ObjectProvider<SnapshotStore> store,
            ObjectProvider<HaSqliteProperties> properties) {
        return new MigrationLease(FlywayMigrationInitializer.class, dataSource, subscriber, store, properties);
    }
}
