package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.core.gateway.SqlGateway;
import io.github.hasqlite.postgres.PostgresServer;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;

/** PostgreSQL's protocol over the primary database, if {@code ha.sqlite.postgres.enabled} says so. Needs Netty. */
@AutoConfiguration(after = HaSqliteAutoConfiguration.class)
@ConditionalOnClass({Channel.class, SslHandler.class})
@ConditionalOnBean(SqlGateway.class)
public final class HaSqlitePostgresAutoConfiguration {

    private static final String ENABLED = "ha.sqlite.postgres.enabled";

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnSwitch(value = ENABLED, matchIfMissing = false)
    PostgresServer haSqlitePostgresServer(
            SqlGateway gateway,
            HaSqliteProperties properties,
            NodeProperties node,
            ObjectProvider<SslBundles> bundles,
            ObjectProvider<ChangeFeed> feed) {
        PostgresProperties postgres = properties.postgres();
        String bundle = postgres.ssl().bundle();
        SSLContext ssl = bundle == null
                ? null
                : RenewedBundle.context("ha.sqlite.postgres.ssl.bundle", bundle, bundles.getIfAvailable());
        return new PostgresServer(
                postgres.settings(node.location().fileName(), ssl == null ? null : () -> ssl),
                gateway,
                feed.getIfAvailable());
    }

    @Bean
    @ConditionalOnSwitch(value = ENABLED, matchIfMissing = false)
    PostgresLifecycle haSqlitePostgresLifecycle(PostgresServer server) {
        return new PostgresLifecycle(server);
    }
}
