package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.testing.NatsServer;
import jakarta.servlet.DispatcherType;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.FilterRegistrationBean;

/** Which filters there are. */
class HaSqliteHttpAutoConfigurationTests {

    private static final String READING = "haSqliteReadYourWritesFilter";
    private static final String FORWARDING = "haSqliteForwardingFilter";

    @TempDir
    private Path folder;

    private WebApplicationContextRunner runner;

    @BeforeEach
    void prepare() {
        runner = new WebApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(HaSqliteAutoConfiguration.class, HaSqliteHttpAutoConfiguration.class))
                .withPropertyValues("ha.sqlite.path=" + folder.resolve("app.db"), "ha.sqlite.name=n1");
    }

    @Test
    void thereAreNoneUnlessAskedFor() {
        runner.run(context -> assertThat(context).doesNotHaveBean(FilterRegistrationBean.class));
    }

    @Test
    void anApplicationWithoutServletsStartsAlsoIfTheyAreAskedFor() {
        runner.withPropertyValues("ha.sqlite.http.read-your-writes.enabled=true")
                .withClassLoader(new FilteredClassLoader("jakarta.servlet.Filter"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(READING));
    }

    @Test
    void aNodeAloneAnswersItselfAndOneThatKnowsNobodyIsRefused() {
        runner.withPropertyValues("ha.sqlite.http.read-your-writes.enabled=true")
                .run(context -> assertThat(context).hasBean(READING).doesNotHaveBean(FORWARDING));
        for (String wanted :
                List.of("ha.sqlite.http.forward.enabled=true", "ha.sqlite.http.read-your-writes.on-timeout=forward")) {
            WebApplicationContextRunner asked =
                    runner.withPropertyValues("ha.sqlite.http.read-your-writes.enabled=true", wanted);
            asked.run(context -> assertThat(context).hasNotFailed());
            asked.withPropertyValues("ha.sqlite.leader.enabled=false")
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .isInstanceOf(ReplicationStartException.class)
                            .hasMessageContaining("does not know where to"));
        }
    }

    @Test
    void badValuesAreRefused() {
        for (String bad : List.of(
                "read-your-writes.timeout=0s",
                "forward.timeout=-1s",
                "read-your-writes.cookie=a;b",
                "read-your-writes.timeout=300000d",
                "forward.timeout=300000d",
                "forward.url-patterns=",
                "forward.url-patterns=api/*",
                "forward.url-patterns=**",
                "forward.url-patterns=/a,/api/**/x",
                "forward.url-patterns=/api/{id}",
                "forward.to=nobody")) {
            runner.withPropertyValues("ha.sqlite.http." + bad)
                    .run(context -> assertThat(context)
                            .getFailure()
                            .hasStackTraceContaining("ha.sqlite.http." + bad.replaceAll("=.*", "")));
        }
    }

    @Test
    @Tag("system")
    void anUnknownSslBundleIsNamed() {
        try (NatsServer server = NatsServer.start()) {
            runner.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
                    .withPropertyValues(
                            "ha.sqlite.replication-url=" + server.url(),
                            "ha.sqlite.http.forward.enabled=true",
                            "ha.sqlite.http.forward.ssl.bundle=nope")
                    .run(context -> assertThat(context.getStartupFailure())
                            .hasStackTraceContaining("ha.sqlite.http.forward.ssl.bundle with value 'nope'"));
        }
    }

    @Test
    void addressesThatNoClientCouldUseAreRefused() {
        for (String bad : List.of(
                "http://h:99999",
                "http://a:1,http://b:2",
                "http://node_1:8080",
                "ftp://h",
                "http://u:p@h",
                "http://h/?q")) {
            runner.withPropertyValues("ha.sqlite.members.address=" + bad)
                    .run(context ->
                            assertThat(context).getFailure().hasStackTraceContaining("ha.sqlite.members.address"));
        }
        for (String good : List.of("HTTP://H:1", "https://[::1]:8443/app/", "http://node-1")) {
            runner.withPropertyValues("ha.sqlite.members.address=" + good)
                    .run(context -> assertThat(context).hasNotFailed());
        }
    }

    @Test
    @Tag("system")
    void aNodeOfAClusterHasBothInThisOrder() {
        try (NatsServer server = NatsServer.start()) {
            runner.withPropertyValues(
                            "ha.sqlite.replication-url=" + server.url(),
                            "ha.sqlite.http.read-your-writes.enabled=true",
                            "ha.sqlite.http.read-your-writes.on-timeout=forward",
                            "ha.sqlite.http.forward.enabled=true",
                            "ha.sqlite.http.forward.to=writer",
                            "ha.sqlite.http.forward.url-patterns=/api/**,/admin/*,*.do,/x")
                    .run(context -> {
                        FilterRegistrationBean<?> reading = context.getBean(READING, FilterRegistrationBean.class);
                        FilterRegistrationBean<?> forwarding =
                                context.getBean(FORWARDING, FilterRegistrationBean.class);
                        assertThat(forwarding.getOrder()).isLessThan(reading.getOrder());
                        // what has failed is answered with a position, too
                        assertThat(reading.determineDispatcherTypes())
                                .containsExactlyInAnyOrder(
                                        DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
                        assertThat(forwarding.getUrlPatterns()).containsExactly("/api/*", "/admin/*", "*.do", "/x");
                    });
        }
    }
}
