package io.github.hasqlite.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether the application's database is the replicated one: a path is configured, or nothing says that
 * it is another one. An application that excludes Spring Boot's {@link DataSourceAutoConfiguration} wants none, as a test
 * of web pages does that shares the properties of its application, unless it sets {@code ha.sqlite.enabled}. Where nothing
 * is configured the start fails with an explanation, instead of with one about
 * a missing JDBC URL.
 */
final class OnReplicatedDatabaseCondition extends SpringBootCondition implements ConfigurationCondition {

    private static final Logger logger = LoggerFactory.getLogger(HaSqliteAutoConfiguration.class);

    private static final String ENABLED = "ha.sqlite.enabled";
    private static final String DATA_SOURCE = DataSourceAutoConfiguration.class.getName();

    @Override
    public ConfigurationPhase getConfigurationPhase() {
        return ConfigurationPhase.REGISTER_BEAN;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("Replicated database");
        Environment environment = context.getEnvironment();
        if (excludesDataSource(context.getBeanFactory()) && !environment.containsProperty(ENABLED)) {
            logger.info(
                    "No replicated DataSource is made, because the application excludes {}. Set {}=true to have it"
                            + " nevertheless",
                    DATA_SOURCE,
                    ENABLED);
            return ConditionOutcome.noMatch(
                    message.because(DATA_SOURCE + " is excluded, and " + ENABLED + " is not set"));
        }
        if (environment.containsProperty("ha.sqlite.path")) {
            return ConditionOutcome.match(message.foundExactly("property ha.sqlite.path"));
        }
        for (String property : new String[] {"spring.datasource.url", "spring.datasource.jndi-name"}) {
            if (environment.containsProperty(property)) {
                return ConditionOutcome.noMatch(
                        message.because("ha.sqlite.path is not set, and " + property + " names another database"));
            }
        }
        if (hasConnectionDetails(context.getBeanFactory())) {
            return ConditionOutcome.noMatch(
                    message.because("ha.sqlite.path is not set, and a JdbcConnectionDetails bean names a database"));
        }
        return ConditionOutcome.match(message.because("nothing names another database"));
    }

    /** Whether by an annotation or by {@code spring.autoconfigure.exclude}. */
    private static boolean excludesDataSource(@Nullable ConfigurableListableBeanFactory beanFactory) {
        return beanFactory != null
                && ConditionEvaluationReport.get(beanFactory).getExclusions().contains(DATA_SOURCE);
    }

    private static boolean hasConnectionDetails(@Nullable ConfigurableListableBeanFactory beanFactory) {
        return beanFactory != null
                && beanFactory.getBeanNamesForType(JdbcConnectionDetails.class, true, false).length > 0;
    }
}
