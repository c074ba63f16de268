package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.HaSqliteDataSource;
import org.jooq.DSLContext;
import org.jooq.ExecuteListenerProvider;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.jooq.autoconfigure.ExceptionTranslatorExecuteListener;
import org.springframework.boot.jooq.autoconfigure.JooqAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.support.SQLExceptionTranslator;

/**
 * Lets jOOQ's {@code forUpdate()} take the write lock, since SQLite has no such clause, and its errors be those of all
 * other ways to the database: Boot's own listener does not ask the {@link SQLExceptionTranslator}.
 */
@AutoConfiguration(after = HaSqliteAutoConfiguration.class, before = JooqAutoConfiguration.class)
@ConditionalOnClass({DSLContext.class, ExceptionTranslatorExecuteListener.class})
@ConditionalOnSingleCandidate(HaSqliteDataSource.class)
public final class HaSqliteJooqAutoConfiguration {

    @Bean
    ExecuteListenerProvider haSqliteJooqForUpdate() {
        return JooqForUpdate::new;
    }

    @Bean
    @ConditionalOnMissingBean
    ExceptionTranslatorExecuteListener haSqliteJooqExceptionTranslator(
            ObjectProvider<SQLExceptionTranslator> translator) {
        SQLExceptionTranslator used = translator.getIfUnique(SqlStateExceptionTranslator::new);
        return ExceptionTranslatorExecuteListener.of(context -> used);
    }
}
