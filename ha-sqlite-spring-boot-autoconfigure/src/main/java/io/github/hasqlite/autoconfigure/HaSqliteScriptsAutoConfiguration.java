package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.SnapshotStore;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * Lets one node at a time run SQL scripts: the application's {@code schema.sql} and {@code data.sql}, and those of
 * Spring Batch, Spring Session, Quartz and others. Says so where Spring Boot leaves the application's scripts out,
 * because by default it runs them for in-memory databases only.
 */
@AutoConfiguration(after = HaSqliteAutoConfiguration.class, before = DataSourceInitializationAutoConfiguration.class)
@ConditionalOnSingleCandidate(HaSqliteDataSource.class)
public final class HaSqliteScriptsAutoConfiguration {

    private static final Logger logger = LoggerFactory.getLogger(HaSqliteScriptsAutoConfiguration.class);

    private static final String MODE = "spring.sql.init.mode";

    HaSqliteScriptsAutoConfiguration(Environment environment, ResourceLoader resources) {
        List<String> scripts = Stream.of("schema.sql", "data.sql")
                .filter(script -> resources.getResource("classpath:" + script).exists())
                .toList();
        if (!scripts.isEmpty() && environment.getProperty(MODE, "embedded").equalsIgnoreCase("embedded")) {
            logger.warn(
                    "{} is there, and is not run: by default Spring Boot runs scripts for in-memory databases only. Set"
                            + " {}=always, and write them so that they can run again at each start (CREATE TABLE IF NOT"
                            + " EXISTS, INSERT ... ON CONFLICT DO NOTHING); or set it to never",
                    String.join(" and ", scripts),
                    MODE);
        }
    }

    @Bean
    static MigrationLease haSqliteScriptsLease(
            ObjectProvider<HaSqliteDataSource> dataSource,
            ObjectProvider<ChangeSetSubscriber> subscriber,
            ObjectProvider<SnapshotStore> store,
            ObjectProvider<HaSqliteProperties> properties) {
        return new MigrationLease(DataSourceScriptDatabaseInitializer.class, dataSource, subscriber, store, properties);
    }
}
