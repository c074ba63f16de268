package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.http.api.SqlApi;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/** The HTTP API in a reactive application, behind its security. */
@AutoConfiguration(after = HaSqliteHttpApiAutoConfiguration.class)
@ConditionalOnClass({WebFilter.class, Mono.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBean(SqlApi.class)
public final class HaSqliteReactiveApiAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "haSqliteApiFilter")
    @ConditionalOnSwitch(value = HaSqliteHttpApiAutoConfiguration.ENABLED, matchIfMissing = false)
    ReactiveApiFilter haSqliteApiFilter(SqlApi api, HaSqliteProperties properties) {
        HttpApiProperties wanted = properties.http().api();
        return new ReactiveApiFilter(api, wanted.path(), wanted.bodyTimeout(), wanted.timeout());
    }
}
