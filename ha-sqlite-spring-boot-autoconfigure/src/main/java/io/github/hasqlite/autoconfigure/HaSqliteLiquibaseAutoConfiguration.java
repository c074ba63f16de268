package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.SnapshotStore;
import liquibase.integration.spring.SpringLiquibase;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Lets Liquibase migrate on one node at a time. Its own lock is a row, which two nodes can write at the
 * same moment.
 */
@AutoConfiguration(after = HaSqliteAutoConfiguration.class, before = LiquibaseAutoConfiguration.class)
@ConditionalOnClass({SpringLiquibase.class, LiquibaseAutoConfiguration.class})
@ConditionalOnSingleCandidate(HaSqliteDataSource.class)
public final class HaSqliteLiquibaseAutoConfiguration {

    @Bean
    static MigrationLease haSqliteLiquibaseLease(
            ObjectProvider<HaSqliteDataSource> dataSource,
            ObjectProvider<ChangeSetSubscriber> subscriber,
            ObjectProvider<SnapshotStore> store,
            ObjectProvider<HaSqliteProperties> properties) {
        return new MigrationLease(SpringLiquibase.class, dataSource, subscriber, store, properties);
    }
}
