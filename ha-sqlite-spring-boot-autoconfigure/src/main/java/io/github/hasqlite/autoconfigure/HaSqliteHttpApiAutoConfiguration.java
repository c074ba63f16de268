package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.core.gateway.SqlGateway;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.http.api.ApiAccess;
import io.github.hasqlite.http.api.ApiNode;
import io.github.hasqlite.http.api.ApiSettings;
import io.github.hasqlite.http.api.SqlApi;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** The HTTP API, whatever server it comes through; only if its property says so. */
@AutoConfiguration(after = HaSqliteAutoConfiguration.class)
@ConditionalOnWebApplication
@ConditionalOnBean(ReplicationNode.class)
public final class HaSqliteHttpApiAutoConfiguration {

    static final String ENABLED = "ha.sqlite.http.api.enabled";

    /** What Spring Security calls its filters of requests, in servlet applications and in reactive ones. */
    private static final List<String> SECURITY = List.of(
            "springSecurityFilterChain",
            "org.springframework.security.config.annotation.web.reactive.WebFluxSecurityConfiguration"
                    + ".WebFilterChainFilter");

    @Bean
    @ConditionalOnSwitch(value = ENABLED, matchIfMissing = false)
    SqlApi haSqliteSqlApi(
            SqlGateway gateway,
            ReplicationNode node,
            NodeProperties settled,
            HaSqliteProperties properties,
            Environment environment,
            BeanFactory beans) {
        HttpApiProperties wanted = properties.http().api();
        ApiNode shown = new ApiNode(
                gateway,
                node.dataSource(),
                node.position(),
                ifThereIs(DatabaseBackup.class, beans),
                ifThereIs(DatabaseSnapshotter.class, beans),
                ifThereIs(ClusterMembers.class, beans),
                ifThereIs(ClusterLeader.class, beans),
                ifThereIs(ChangeFeed.class, beans),
                Objects.requireNonNull(
                        settled.location().path().toAbsolutePath().getParent()));
        return new SqlApi(
                shown,
                new ApiSettings(
                        access(wanted, environment, beans),
                        wanted.path(),
                        Math.toIntExact(wanted.maxBody().toBytes()),
                        wanted.bodyTimeout(),
                        wanted.maxRequests(),
                        Math.toIntExact(wanted.maxAnswer().toBytes()),
                        wanted.maxFeeds(),
                        wanted.timeout()));
    }

    @Bean
    @ConditionalOnSwitch(value = ENABLED, matchIfMissing = false)
    SqlApiLifecycle haSqliteApiLifecycle(SqlApi api) {
        return new SqlApiLifecycle(api);
    }

    private static <T> @Nullable T ifThereIs(Class<T> type, BeanFactory beans) {
        return beans.getBeanProvider(type).getIfAvailable();
    }

    private static ApiAccess access(HttpApiProperties wanted, Environment environment, BeanFactory beans) {
        if (wanted.access() == HttpApiProperties.Access.APPLICATION) {
            if (SECURITY.stream().noneMatch(beans::containsBean)) {
                throw new ReplicationStartException(
                        "ha.sqlite.http.api.access is application, but the application has no Spring Security that would"
                                + " ask who sends a request",
                        "Add spring-boot-starter-security and let it require authentication for " + wanted.path()
                                + "/**, or set ha.sqlite.http.api.token instead.",
                        null);
            }
            return new ApiAccess.OfApplication();
        }
        if (wanted.token() != null) {
            return new ApiAccess.OfToken(wanted.token());
        }
        InetAddress address = Binder.get(environment)
                .bind("server.address", InetAddress.class)
                .orElse(null);
        if (address == null || !address.isLoopbackAddress()) {
            throw new ReplicationStartException(
                    ENABLED
                            + " is true, but nobody would be asked who he is: there is no token, and the server listens on "
                            + (address == null ? "all addresses of this machine" : address.getHostAddress()),
                    "Set ha.sqlite.http.api.token, or ha.sqlite.http.api.access=application if the application's Spring"
                            + " Security is to decide, or server.address=127.0.0.1 to answer only this machine.",
                    null);
        }
        return new ApiAccess.OfThisMachine();
    }
}
