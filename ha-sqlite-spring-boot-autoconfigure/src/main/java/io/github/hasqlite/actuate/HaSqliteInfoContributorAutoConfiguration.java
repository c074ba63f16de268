package io.github.hasqlite.actuate;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Adds {@code hasqlite} to the info endpoint. */
@AutoConfiguration(after = HaSqliteAutoConfiguration.class)
@ConditionalOnClass({InfoContributor.class, ConditionalOnEnabledInfoContributor.class, HealthIndicator.class})
@ConditionalOnEnabledInfoContributor("hasqlite")
@ConditionalOnSingleCandidate(HaSqliteDataSource.class)
@Import(OperatedDatabases.Configuration.class)
public final class HaSqliteInfoContributorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    HaSqliteInfoContributor haSqliteInfoContributor(OperatedDatabases databases) {
        return new HaSqliteInfoContributor(databases);
    }
}
