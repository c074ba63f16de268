package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.autoconfigure.HttpProperties.Forward;
import io.github.hasqlite.autoconfigure.HttpProperties.OnLate;
import io.github.hasqlite.autoconfigure.HttpProperties.ReadYourWrites;
import io.github.hasqlite.http.Forwarder;
import io.github.hasqlite.http.ForwardingFilter;
import io.github.hasqlite.http.ReadYourWritesFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/** Filters for requests of a servlet application; each only if its property says so. */
@AutoConfiguration(after = HaSqliteAutoConfiguration.class)
@ConditionalOnClass({Filter.class, FilterRegistrationBean.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean(ReplicationPosition.class)
public final class HaSqliteHttpAutoConfiguration {

    /** Behind what reads forwarded headers, before what reads bodies and before security: that is the other node's. */
    private static final int FORWARDING = Ordered.HIGHEST_PRECEDENCE + 50;

    /** What is forwarded does not wait here. */
    private static final int READ_YOUR_WRITES = FORWARDING + 1;

    @Bean
    @ConditionalOnMissingBean(name = "haSqliteReadYourWritesFilter")
    @ConditionalOnSwitch(value = "ha.sqlite.http.read-your-writes.enabled", matchIfMissing = false)
    FilterRegistrationBean<ReadYourWritesFilter> haSqliteReadYourWritesFilter(
            ReplicationPosition position,
            HaSqliteProperties properties,
            ObjectProvider<ClusterMembers> members,
            ObjectProvider<ClusterLeader> leader,
            ObjectProvider<SslBundles> bundles) {
        ReadYourWrites wanted = properties.http().readYourWrites();
        Forwarder forwarder = wanted.onTimeout() == OnLate.FORWARD
                ? forwarder(
                        "ha.sqlite.http.read-your-writes.on-timeout is forward",
                        properties.http().forward(),
                        members.getIfAvailable(),
                        leader.getIfAvailable(),
                        bundles.getIfAvailable())
                : null;
        FilterRegistrationBean<ReadYourWritesFilter> filter = new FilterRegistrationBean<>(
                new ReadYourWritesFilter(position, wanted.cookie(), wanted.timeout(), forwarder));
        filter.setOrder(READ_YOUR_WRITES);
        filter.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR));
        return filter;
    }

    @Bean
    @ConditionalOnMissingBean(name = "haSqliteForwardingFilter")
    @ConditionalOnSwitch(value = "ha.sqlite.http.forward.enabled", matchIfMissing = false)
    FilterRegistrationBean<ForwardingFilter> haSqliteForwardingFilter(
            HaSqliteProperties properties,
            ObjectProvider<ClusterMembers> members,
            ObjectProvider<ClusterLeader> leader,
            ObjectProvider<SslBundles> bundles) {
        Forward wanted = properties.http().forward();
        Forwarder forwarder = forwarder(
                "ha.sqlite.http.forward.enabled is true",
                wanted,
                members.getIfAvailable(),
                leader.getIfAvailable(),
                bundles.getIfAvailable());
        FilterRegistrationBean<ForwardingFilter> filter =
                new FilterRegistrationBean<>(new ForwardingFilter(forwarder, wanted.to()));
        filter.setOrder(FORWARDING);
        filter.setUrlPatterns(UrlPatterns.checked(wanted.urlPatterns(), "http.forward.url-patterns"));
        filter.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST));
        return filter;
    }

    private static Forwarder forwarder(
            String reason,
            Forward settings,
            @Nullable ClusterMembers members,
            @Nullable ClusterLeader leader,
            @Nullable SslBundles bundles) {
        if (members == null || leader == null) {
            throw new ReplicationStartException(
                    reason + ", but this node does not know where to: it "
                            + (members == null ? "is no member of a cluster" : "does not know who leads"),
                    "Replicate through NATS, and leave ha.sqlite.members.enabled and ha.sqlite.leader.enabled true.",
                    null);
        }
        String bundle = settings.ssl().bundle();
        return new Forwarder(
                members,
                leader,
                settings.timeout(),
                bundle == null ? null : RenewedBundle.context("ha.sqlite.http.forward.ssl.bundle", bundle, bundles));
    }
}
