package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.core.gateway.SqlGateway;
import io.github.hasqlite.postgres.PostgresServer;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.ssl.NoSuchSslBundleException;
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
            ObjectProvider<SslBundles> bundles) {
        PostgresProperties postgres = properties.postgres();
        Supplier<SSLContext> ssl = ssl(postgres.ssl().bundle(), bundles.getIfAvailable());
        return new PostgresServer(postgres.settings(node.location().fileName(), ssl), gateway);
    }

    @Bean
    @ConditionalOnSwitch(value = ENABLED, matchIfMissing = false)
    PostgresLifecycle haSqlitePostgresLifecycle(PostgresServer server) {
        return new PostgresLifecycle(server);
    }

    /** Always as the bundle is now. */
    private static @Nullable Supplier<SSLContext> ssl(@Nullable String bundle, @Nullable SslBundles bundles) {
        if (bundle == null) {
            return null;
        }
        if (bundles == null) {
            throw noContext(bundle, "there are no SSL bundles", null);
        }
        try {
            AtomicReference<SSLContext> context =
                    new AtomicReference<>(bundles.getBundle(bundle).createSslContext());
            bundles.addBundleUpdateHandler(bundle, renewed -> context.set(renewed.createSslContext()));
            return context::get;
        } catch (NoSuchSslBundleException | IllegalStateException e) {
            throw noContext(bundle, "it cannot be used: " + e.getMessage(), e);
        }
    }

    private static ReplicationStartException noContext(String bundle, String why, @Nullable Throwable cause) {
        return new ReplicationStartException(
                "ha.sqlite.postgres.ssl.bundle is " + bundle + ", but " + why,
                "Define the bundle with spring.ssl.bundle.",
                cause);
    }
}
