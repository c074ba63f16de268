package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
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
    void aNodeAloneHasNobodyToForwardTo() {
        runner.withPropertyValues("ha.sqlite.http.read-your-writes.enabled=true")
                .run(context -> assertThat(context).hasBean(READING).doesNotHaveBean(FORWARDING));
        for (String wanted :
                List.of("ha.sqlite.http.forward.enabled=true", "ha.sqlite.http.read-your-writes.on-timeout=forward")) {
            runner.withPropertyValues("ha.sqlite.http.read-your-writes.enabled=true", wanted)
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
                "forward.to=nobody")) {
            runner.withPropertyValues("ha.sqlite.http." + bad)
                    .run(context -> assertThat(context)
                            .getFailure()
                            .hasStackTraceContaining("ha.sqlite.http." + bad.replaceAll("=.*", "")));
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
                            "ha.sqlite.http.forward.url-patterns=/api/*,/admin/*")
                    .run(context -> {
                        FilterRegistrationBean<?> reading = context.getBean(READING, FilterRegistrationBean.class);
                        FilterRegistrationBean<?> forwarding =
                                context.getBean(FORWARDING, FilterRegistrationBean.class);
                        assertThat(forwarding.getOrder()).isLessThan(reading.getOrder());
                        assertThat(forwarding.getUrlPatterns()).containsExactly("/api/*", "/admin/*");
                    });
        }
    }
}
