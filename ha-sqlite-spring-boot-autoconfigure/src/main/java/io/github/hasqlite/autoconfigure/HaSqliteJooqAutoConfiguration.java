package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.HaSqliteDataSource;
import org.jooq.DSLContext;
import org.jooq.ExecuteListenerProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** Lets jOOQ's {@code forUpdate()} take the write lock; SQLite has no such clause. */
@AutoConfiguration(
        after = HaSqliteAutoConfiguration.class,
        beforeName = "org.springframework.boot.jooq.autoconfigure.JooqAutoConfiguration")
@ConditionalOnClass(DSLContext.class)
@ConditionalOnSingleCandidate(HaSqliteDataSource.class)
public final class HaSqliteJooqAutoConfiguration {

    @Bean
    ExecuteListenerProvider haSqliteJooqForUpdate() {
        return JooqForUpdate::new;
    }
}
