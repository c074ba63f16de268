package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ReplicationStartException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Makes properties {@code ha.sqlite.*} of a {@code spring.datasource.url} that is one of ours. What contradicts those
 * that are set is refused.
 */
final class DataSourceUrl implements EnvironmentPostProcessor, Ordered {

    static final String URL = "spring.datasource.url";

    private static final String DRIVER = "spring.datasource.driver-class-name";
    private static final String SOURCE = "haSqliteDataSourceUrl";
    private static final String ENABLED = HaSqliteProperties.PREFIX + ".enabled";
    private static final String PATH = HaSqliteProperties.PREFIX + ".path";
    private static final String HIKARI = "spring.datasource.hikari";

    private final Log log;

    DataSourceUrl(DeferredLogFactory logs) {
        log = logs.getLog(DataSourceUrl.class);
    }

    /** After the files of the application have been read. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        Binder binder = Binder.get(environment);
        String url = binder.bind(URL, String.class).orElse(null);
        if (url == null || !NodeUrl.accepts(url)) {
            return;
        }
        if (!binder.bind(ENABLED, Boolean.class).orElse(true)) {
            throw new ReplicationStartException(
                    ENABLED + " is false, and " + URL + " is one of a replicated database: a pool of Spring Boot's own"
                            + " would open it all the same, and write for all nodes",
                    "Where replication is switched off, set " + URL + " to jdbc:sqlite: and a file of its own.",
                    null);
        }
        Map<String, String> properties = properties(binder, url);
        hikari(binder, properties);
        properties.forEach((name, value) -> requireSame(binder, name, value));
        // for a pool of Spring Boot's own, where there is no replicated data source
        properties.put(DRIVER, HaSqliteDriver.class.getName());
        environment.getPropertySources().addLast(new MapPropertySource(SOURCE, new LinkedHashMap<>(properties)));
    }

    private static Map<String, String> properties(Binder binder, String url) {
        try {
            Properties credentials = new Properties();
            binder.bind("spring.datasource.username", String.class).ifBound(user -> credentials.put("user", user));
            binder.bind("spring.datasource.password", String.class)
                    .ifBound(password -> credentials.put("password", password));
            NodeUrl parsed = NodeUrl.parse(url, credentials);
            if (parsed.readOnly()) {
                throw new InvalidUrlException("the data source of an application is not for reading only; "
                        + HaSqliteProperties.PREFIX + ".publisher.enabled=false makes the node a read replica");
            }
            parsed.bind(Map.of());
            return new LinkedHashMap<>(parsed.properties());
        } catch (InvalidUrlException e) {
            throw new ReplicationStartException(
                    URL + " cannot be used: " + e.getMessage(),
                    "Correct " + URL + ". docs/jdbc-url.md of HA SQLite says what it can be.",
                    null);
        }
    }

    /** What Spring Boot would set for the pool that it makes itself. */
    private void hikari(Binder binder, Map<String, String> properties) {
        Map<String, String> pool =
                binder.bind(HIKARI, Bindable.mapOf(String.class, String.class)).orElse(Map.of());
        TreeSet<String> meaningless = new TreeSet<>();
        pool.forEach((name, value) -> {
            String pools = HaSqliteProperties.PREFIX + ".pool.";
            switch (name.replace("-", "").toLowerCase(Locale.ROOT)) {
                case "maximumpoolsize" -> setPool(properties, pools + "writers", value);
                case "connectiontimeout" -> setPool(properties, pools + "connection-timeout", value + "ms");
                default -> meaningless.add(HIKARI + "." + name);
            }
        });
        if (!meaningless.isEmpty()) {
            log.warn(String.join(", ", meaningless)
                    + (meaningless.size() == 1 ? " has" : " have")
                    + " no meaning for the replicated database, whose pools are ha.sqlite.pool.*");
        }
    }

    private static void setPool(Map<String, String> properties, String name, String value) {
        String before = properties.putIfAbsent(name, value);
        if (before != null && !value(name, before).equals(value(name, value))) {
            throw contradiction(name, before, HIKARI);
        }
    }

    private static void requireSame(Binder binder, String name, String value) {
        Object set = bound(binder, name);
        if (set == null) {
            return;
        }
        boolean same = name.equals(PATH) ? isSameFile(String.valueOf(set), value) : set.equals(value(name, value));
        if (!same) {
            throw contradiction(
                    name, set, name.startsWith(HaSqliteProperties.PREFIX + ".pool.") ? URL + " or " + HIKARI : URL);
        }
    }

    private static boolean isSameFile(String one, String other) {
        try {
            return DatabaseClashes.real(Path.of(one)).equals(DatabaseClashes.real(Path.of(other)));
        } catch (InvalidPathException e) {
            return one.equals(other);
        }
    }

    private static Object value(String name, String value) {
        Object bound = bound(new Binder(new MapConfigurationPropertySource(Map.of(name, value))), name);
        return bound == null ? value : bound;
    }

    /** As its type, since a duration, for example, can be said in many ways. */
    private static @Nullable Object bound(Binder binder, String name) {
        Class<?> type =
                UrlOptions.all().getOrDefault(name.substring(HaSqliteProperties.PREFIX.length() + 1), String.class);
        try {
            return type == List.class
                    ? binder.bind(name, Bindable.listOf(String.class)).orElse(null)
                    : binder.bind(name, Bindable.of(type)).orElse(null);
        } catch (BindException e) {
            // what it is refused for is said where the properties are bound
            return binder.bind(name, String.class).orElse(null);
        }
    }

    private static InvalidConfigurationPropertyValueException contradiction(String name, Object value, String where) {
        return new InvalidConfigurationPropertyValueException(
                name,
                UrlOptions.isSecret(name) || name.endsWith("replication-url") ? "***" : value,
                where + " says something else. Say it in one place only.");
    }
}
