package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.HaSqliteDataSource;
import java.util.Arrays;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;

/**
 * Says in the log that nothing is replicated where {@code ha.sqlite.path} is set and the application has a {@code
 * DataSource} of its own, because of which {@link HaSqliteAutoConfiguration} backs off.
 */
@AutoConfiguration(after = HaSqliteAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "ha.sqlite.enabled", matchIfMissing = true)
@ConditionalOnProperty("ha.sqlite.path")
@ConditionalOnBean(DataSource.class)
@ConditionalOnMissingBean(HaSqliteDataSource.class)
public final class HaSqliteSwitchedOffAutoConfiguration {

    private static final Logger logger = LoggerFactory.getLogger(HaSqliteSwitchedOffAutoConfiguration.class);

    HaSqliteSwitchedOffAutoConfiguration(ListableBeanFactory beans) {
        logger.warn(
                "ha.sqlite.path is set, but nothing is replicated: the application defines a DataSource of its own ({})."
                        + " For a second DataSource beside the replicated one define it with"
                        + " @Bean(defaultCandidate = false) and inject it with a @Qualifier; ha.sqlite.enabled=false says"
                        + " that this is meant",
                String.join(", ", Arrays.asList(beans.getBeanNamesForType(DataSource.class, true, false))));
    }
}
