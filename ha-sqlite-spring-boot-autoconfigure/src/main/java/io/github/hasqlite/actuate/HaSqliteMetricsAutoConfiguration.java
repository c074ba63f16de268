package io.github.hasqlite.actuate;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.autoconfigure.Database;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Adds the gauges {@code ha.sqlite.*} to the application's metrics. */
@AutoConfiguration(after = {HaSqliteAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class})
@ConditionalOnClass({MeterRegistry.class, CompositeMeterRegistryAutoConfiguration.class})
@ConditionalOnBean(MeterRegistry.class)
@ConditionalOnSingleCandidate(HaSqliteDataSource.class)
public final class HaSqliteMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    HaSqliteMetrics haSqliteMetrics(HaSqliteDataSource dataSource) {
        return new HaSqliteMetrics(dataSource);
    }

    @Bean
    @ConditionalOnMissingBean(name = "haSqliteDatabasesMetrics")
    @ConditionalOnBean(Database.class)
    MeterBinder haSqliteDatabasesMetrics(ObjectProvider<Database> databases) {
        return registry -> databases.forEach(database ->
                new HaSqliteMetrics(database.dataSource(), database.name()).bindTo(registry));
    }
}
