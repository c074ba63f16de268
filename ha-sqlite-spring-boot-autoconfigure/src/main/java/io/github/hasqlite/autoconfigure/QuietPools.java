package io.github.hasqlite.autoconfigure;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Keeps HikariCP from saying at each start and end of a replicated database what its two pools do, unless the application
 * has a level of its own for HikariCP. Warnings still show.
 */
final class QuietPools implements EnvironmentPostProcessor, Ordered {

    private static final String LEVELS = "logging.level";
    private static final String HIKARI = "com.zaxxer";

    /** After {@link DataSourceUrl}, which comes before in the list. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        Binder binder = Binder.get(environment);
        String url = binder.bind(DataSourceUrl.URL, String.class).orElse(null);
        boolean ours =
                binder.bind(HaSqliteProperties.PREFIX + ".path", String.class).isBound()
                        && (url == null || NodeUrl.accepts(url));
        boolean chosen =
                binder.bind(LEVELS, Bindable.mapOf(String.class, String.class)).orElse(Map.of()).keySet().stream()
                        .anyMatch(name -> name.startsWith(HIKARI));
        if (ours && !chosen) {
            environment
                    .getPropertySources()
                    .addLast(new MapPropertySource(
                            "haSqliteQuietPools",
                            Map.of(
                                    LEVELS + ".com.zaxxer.hikari.HikariDataSource",
                                    "warn",
                                    LEVELS + ".com.zaxxer.hikari.pool.HikariPool",
                                    "warn")));
        }
    }
}
