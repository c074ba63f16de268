package io.github.hasqlite.autoconfigure;

import static io.github.hasqlite.autoconfigure.PropertyCheck.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.env.Environment;

/**
 * The properties of further databases, {@code ha.sqlite.databases.<name>.*}. What is not set there is as it is for the
 * primary database, but for what tells the two apart: file, replication id and stream.
 */
final class DatabaseProperties {

    private static final String PREFIX = HaSqliteProperties.PREFIX + ".databases";

    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of(HaSqliteProperties.PREFIX);

    /** What can be in an environment variable, a bean's name, a stream's name and in SQL, and mean the same in all. */
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,29}");

    /** SQLite's own names of schemas, and the primary's. */
    private static final Set<String> RESERVED = Set.of("main", "temp", Database.PRIMARY);

    /** What there is once in an application, and why it cannot be set for one database. */
    private static final Map<String, String> SHARED = Map.of(
            "name", "A node has one name for all of its databases: set ha.sqlite.name.",
            "databases", "Databases are all listed in ha.sqlite.databases.",
            "http", "What clients say over HTTP is about the database of ha.sqlite.path: set ha.sqlite.http.",
            "joins", "Joins are for all databases or for none: set ha.sqlite.joins.",
            "nats.embedded", "All databases share the embedded server: set ha.sqlite.nats.embedded.");

    /** Not what the primary has, in the uniform form of names. */
    private static final Set<String> OWN =
            Set.of("enabled", "path", "replicationid", "stream", "databases", "http", "joins");

    private static final List<String> CREDENTIALS = List.of("user", "password", "token", "nkey", "credentials");

    private DatabaseProperties() {}

    /**
     * The names of the further databases that are switched on, in alphabetical order.
     *
     * @throws org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException if a name
     *     cannot be one
     */
    static List<String> names(Environment environment) {
        Binder binder = Binder.get(environment);
        return new Binder(ConfigurationPropertySources.get(environment))
                .bind(PREFIX, Bindable.mapOf(String.class, Object.class)).orElse(Map.of()).keySet().stream()
                        .peek(DatabaseProperties::checkName)
                        .filter(name -> binder.bind(prefix(name) + ".enabled", Boolean.class)
                                .orElse(true))
                        .sorted()
                        .toList();
    }

    private static void checkName(String name) {
        check(
                NAME.matcher(name).matches(),
                "databases",
                name,
                "The name of a database begins with a lower-case letter and has at most 30 lower-case letters and digits:"
                        + " it becomes part of the names of beans, streams and environment variables, and a name in"
                        + " SQL.");
        check(
                !RESERVED.contains(name),
                "databases",
                name,
                "SQLite calls databases main and temp, and app is the one of ha.sqlite.path: take another name.");
    }

    /** What the names of a database's properties begin with, without a dot at the end. */
    static String prefix(String name) {
        return PREFIX + "." + name;
    }

    /**
     * The properties of one database, complete.
     *
     * @param details where the primary's servers are; {@code null} if there are none
     * @throws org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException if one is set
     *     that cannot be the database's own
     */
    static HaSqliteProperties of(Environment environment, @Nullable HaSqliteConnectionDetails details, String name) {
        List<ConfigurationPropertySource> all = ConnectedProperties.sources(environment, details);
        SHARED.forEach((property, reason) ->
                check(!isSet(all, name, property), "databases." + name + "." + property, "...", reason));
        ConfigurationPropertyName own = ConfigurationPropertyName.of(prefix(name));
        List<ConfigurationPropertySource> sources = new ArrayList<>();
        all.forEach(source -> sources.add(new RebasedSource(source, ROOT, own)));
        boolean ownServer = isSet(all, name, "replication-url");
        boolean ownCredentials = CREDENTIALS.stream().anyMatch(credential -> isSet(all, name, "nats." + credential));
        all.forEach(source ->
                sources.add(source.filter(property -> isInherited(property, ownServer, ownServer || ownCredentials))));
        sources.add(new MapConfigurationPropertySource(Map.of(
                HaSqliteProperties.PREFIX + ".replication-id",
                name,
                HaSqliteProperties.PREFIX + ".stream",
                Binder.get(environment)
                                .bind(HaSqliteProperties.PREFIX + ".stream", String.class)
                                .orElse("ha_replication")
                        + "_" + name)));
        return new Binder(sources, new PropertySourcesPlaceholdersResolver(environment))
                .bindOrCreate(HaSqliteProperties.PREFIX, HaSqliteProperties.class);
    }

    /** Whether a property, or one below it, is set for the database itself. */
    private static boolean isSet(List<ConfigurationPropertySource> sources, String database, String property) {
        ConfigurationPropertyName name = ConfigurationPropertyName.of(prefix(database) + "." + property);
        return sources.stream()
                .anyMatch(source -> source.getConfigurationProperty(name) != null
                        || source.containsDescendantOf(name) == ConfigurationPropertyState.PRESENT);
    }

    /** Who has servers of its own does not know the embedded one, and is not known by the primary's credentials. */
    private static boolean isInherited(ConfigurationPropertyName name, boolean ownServer, boolean ownCredentials) {
        int depth = ROOT.getNumberOfElements();
        if (!ROOT.isAncestorOf(name)) {
            return false;
        }
        String first = name.getElement(depth, Form.UNIFORM);
        if (first.equals("nats") && name.getNumberOfElements() > depth + 1) {
            String second = name.getElement(depth + 1, Form.UNIFORM);
            return !(ownServer && second.equals("embedded")) && !(ownCredentials && CREDENTIALS.contains(second));
        }
        return !OWN.contains(first);
    }
}
