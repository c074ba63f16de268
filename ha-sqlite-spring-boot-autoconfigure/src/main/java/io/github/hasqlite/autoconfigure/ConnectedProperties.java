package io.github.hasqlite.autoconfigure;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.env.Environment;

/** The properties with what {@link HaSqliteConnectionDetails} say in the place of what they say themselves. */
final class ConnectedProperties {

    private ConnectedProperties() {}

    /**
     * Those of the primary database.
     *
     * @param bound as they are without the details
     * @param details {@code null} if there are none
     */
    static HaSqliteProperties of(
            Environment environment, HaSqliteProperties bound, @Nullable HaSqliteConnectionDetails details) {
        return isOfProperties(details)
                ? bound
                : new Binder(sources(environment, details), new PropertySourcesPlaceholdersResolver(environment))
                        .bindOrCreate(HaSqliteProperties.PREFIX, HaSqliteProperties.class);
    }

    /** Where properties come from, the first that has one counts. */
    static List<ConfigurationPropertySource> sources(
            Environment environment, @Nullable HaSqliteConnectionDetails details) {
        Stream<ConfigurationPropertySource> configured = StreamSupport.stream(
                ConfigurationPropertySources.get(environment).spliterator(), false);
        return details == null || isOfProperties(details)
                ? configured.toList()
                : Stream.concat(Stream.of(said(details)), configured).toList();
    }

    private static boolean isOfProperties(@Nullable HaSqliteConnectionDetails details) {
        return details == null || details instanceof PropertiesConnectionDetails;
    }

    private static ConfigurationPropertySource said(HaSqliteConnectionDetails details) {
        Map<String, String> values = new HashMap<>();
        List<String> urls = details.getUrls();
        for (int i = 0; i < urls.size(); i++) {
            values.put(OnNatsCondition.URL + "[" + i + "]", urls.get(i));
        }
        put(values, "user", details.getUser());
        put(values, "password", details.getPassword());
        put(values, "token", details.getToken());
        put(values, "nkey", details.getNkey());
        put(values, "credentials", details.getCredentials());
        return new MapConfigurationPropertySource(values);
    }

    /** What they do not say is not to come from the properties: it would be another server's. */
    private static void put(Map<String, String> values, String name, @Nullable String value) {
        values.put(HaSqliteProperties.PREFIX + ".nats." + name, value == null ? "" : value);
    }
}
