package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.hibernate.HaSqliteDialect;
import org.hibernate.cfg.JdbcSettings;
import org.hibernate.community.dialect.SQLiteDialect;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

/** Lets JPA use the node as it is meant to be used: with its dialect, and with its table of SQLStates. */
@AutoConfiguration(after = HaSqliteAutoConfiguration.class, before = HibernateJpaAutoConfiguration.class)
@ConditionalOnClass({SQLiteDialect.class, HibernatePropertiesCustomizer.class, HibernateJpaVendorAdapter.class})
@ConditionalOnSingleCandidate(HaSqliteDataSource.class)
public final class HaSqliteHibernateAutoConfiguration {

    /** A dialect that the application names stays. */
    @Bean
    HibernatePropertiesCustomizer haSqliteDialectCustomizer(Environment environment) {
        return properties -> {
            if (!environment.containsProperty("spring.jpa.database-platform")) {
                properties.putIfAbsent(JdbcSettings.DIALECT, HaSqliteDialect.class.getName());
            }
        };
    }

    /** Spring would read of Hibernate's exceptions what they are; this reads what the node said. */
    @Bean
    static BeanPostProcessor haSqliteJpaErrorTranslation(ObjectProvider<SQLExceptionTranslator> translator) {
        return new BeanPostProcessor() {
            @Override
            public @Nullable Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof HibernateJpaVendorAdapter adapter) {
                    translator.ifAvailable(adapter.getJpaDialect()::setJdbcExceptionTranslator);
                }
                return bean;
            }
        };
    }
}
