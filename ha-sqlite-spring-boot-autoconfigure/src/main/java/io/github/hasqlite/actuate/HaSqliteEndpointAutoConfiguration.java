package io.github.hasqlite.actuate;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Adds the endpoint {@code hasqlite} where it is exposed, and keeps the newest change sets for it. */
@AutoConfiguration(after = HaSqliteAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class, HealthIndicator.class})
@ConditionalOnAvailableEndpoint(HaSqliteEndpoint.class)
@ConditionalOnSingleCandidate(HaSqliteDataSource.class)
@Import(OperatedDatabases.Configuration.class)
public final class HaSqliteEndpointAutoConfiguration {

    @Bean
    RecentChangeSets haSqliteRecentChangeSets() {
        return new RecentChangeSets();
    }

    @Bean
    @ConditionalOnMissingBean
    HaSqliteEndpoint haSqliteEndpoint(OperatedDatabases databases, RecentChangeSets recent) {
        return new HaSqliteEndpoint(databases, recent);
    }

    @Bean
    @ConditionalOnMissingBean
    HaSqliteEndpointWebExtension haSqliteEndpointWebExtension(HaSqliteEndpoint endpoint) {
        return new HaSqliteEndpointWebExtension(endpoint);
    }
}
