package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.http.api.SqlApi;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.ServletRegistrationBean;

/** When there is an HTTP API, and when an application with one does not start. */
class HaSqliteHttpApiAutoConfigurationTests {

    private static final String ENABLED = "ha.sqlite.http.api.enabled=true";
    private static final String TOKEN = "ha.sqlite.http.api.token=0123456789abcdef";

    private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(
            HaSqliteAutoConfiguration.class,
            HaSqliteHttpApiAutoConfiguration.class,
            HaSqliteServletApiAutoConfiguration.class,
            HaSqliteReactiveApiAutoConfiguration.class);

    @TempDir
    private Path folder;

    private WebApplicationContextRunner runner;

    @BeforeEach
    void prepare() {
        runner = new WebApplicationContextRunner()
                .withConfiguration(CONFIGURATIONS)
                .withPropertyValues("ha.sqlite.path=" + folder.resolve("app.db"), "ha.sqlite.name=n1");
    }

    @Test
    void thereIsNoneUnlessAskedFor() {
        runner.run(context ->
                assertThat(context).hasNotFailed().doesNotHaveBean(SqlApi.class).doesNotHaveBean("haSqliteApiServlet"));
        new ApplicationContextRunner()
                .withConfiguration(CONFIGURATIONS)
                .withPropertyValues("ha.sqlite.path=" + folder.resolve("other.db"), ENABLED)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(SqlApi.class));
    }

    @Test
    void aServletApplicationHasAServlet() {
        runner.withPropertyValues(ENABLED, TOKEN, "ha.sqlite.http.api.path=/sql/v1")
                .run(context -> {
                    ServletRegistrationBean<?> servlet =
                            context.getBean("haSqliteApiServlet", ServletRegistrationBean.class);
                    assertThat(servlet.getUrlMappings()).containsExactly("/sql/v1/*");
                });
    }

    @Test
    void aReactiveApplicationHasAFilterAndNeedsNoServlets() {
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(CONFIGURATIONS)
                .withClassLoader(new FilteredClassLoader("jakarta.servlet"))
                .withPropertyValues("ha.sqlite.path=" + folder.resolve("app.db"), ENABLED, TOKEN)
                .run(context -> assertThat(context)
                        .hasSingleBean(ReactiveApiFilter.class)
                        .doesNotHaveBean("haSqliteApiServlet"));
    }

    @Test
    void whoAsksNobodyListensOnTheLoopbackInterface() {
        for (String address : List.of("127.0.0.1", "::1", "localhost")) {
            runner.withPropertyValues(ENABLED, "server.address=" + address)
                    .run(context -> assertThat(context).hasSingleBean(SqlApi.class));
        }
        for (String address : List.of("", "0.0.0.0", "::", "192.0.2.1")) {
            runner.withPropertyValues(ENABLED, "server.address=" + address)
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .isInstanceOf(ReplicationStartException.class)
                            .hasMessageContaining("there is no token"));
        }
    }

    @Test
    void theApplicationsSecurityHasToBeThere() {
        WebApplicationContextRunner asked = runner.withPropertyValues(ENABLED, "ha.sqlite.http.api.access=application");
        asked.run(
                context -> assertThat(context).getFailure().rootCause().hasMessageContaining("has no Spring Security"));
        asked.withBean("springSecurityFilterChain", Object.class, Object::new)
                .run(context -> assertThat(context).hasSingleBean(SqlApi.class));
        asked.withPropertyValues(TOKEN)
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("leave out one of the two"));
    }

    @Test
    void badValuesAreRefused() {
        for (String bad : List.of(
                "path=ha",
                "path=/",
                "path=/ha/",
                "path=/h a",
                "path=/{a}",
                "path=/ha/*",
                "access=nobody",
                "token=short",
                "token=0123456789 abcdef",
                "timeout=0s",
                "body-timeout=-1s",
                "max-body=1B",
                "max-body=2GB",
                "max-answer=0B",
                "max-requests=0")) {
            runner.withPropertyValues("ha.sqlite.http.api." + bad)
                    .run(context -> assertThat(context)
                            .getFailure()
                            .hasStackTraceContaining("ha.sqlite.http.api." + bad.replaceAll("=.*", ""))
                            .satisfies(failure -> assertThat(failure)
                                    .hasStackTraceContaining("http.api")
                                    .message()
                                    .doesNotContain("abcdef")));
        }
    }
}
