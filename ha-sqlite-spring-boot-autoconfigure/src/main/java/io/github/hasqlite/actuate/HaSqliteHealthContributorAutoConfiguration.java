package io.github.hasqlite.actuate;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.autoconfigure.Database;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Adds {@code haSqlite} to the health endpoint, and {@code haSqliteDatabases} if there are further databases. */
@AutoConfiguration(after = HaSqliteAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnEnabledHealthIndicator("ha-sqlite")
@ConditionalOnSingleCandidate(HaSqliteDataSource.class)
@Import(OperatedDatabases.Configuration.class)
public final class HaSqliteHealthContributorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "haSqliteHealthIndicator")
    HaSqliteHealthIndicator haSqliteHealthIndicator(OperatedDatabases databases) {
        return databases.primary().indicator();
    }

    /** One component for each further database. */
    @Bean
    @ConditionalOnMissingBean(name = "haSqliteDatabasesHealthContributor")
    @ConditionalOnBean(Database.class)
    CompositeHealthContributor haSqliteDatabasesHealthContributor(OperatedDatabases databases) {
        return CompositeHealthContributor.fromMap(databases.further(), OperatedDatabase::indicator);
    }
}
