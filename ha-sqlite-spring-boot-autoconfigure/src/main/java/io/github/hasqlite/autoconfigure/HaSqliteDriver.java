package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Opens a replicated database by a URL, {@code jdbc:ha-sqlite:PATH?name=n1&replication-url=nats://host:4222}: for
 * programs without Spring and for tools. The options are the properties {@code ha.sqlite.*} of one database, without
 * that prefix, in kebab or camel case, and what the driver of the Go implementation calls them; they may be in {@link
 * Properties}, too, where {@code user} and {@code password} are the NATS server's.
 *
 * <p>The first connection starts the node and waits until it has what the others have; those that come later in the same
 * JVM, by the same file, share it. The node ends some seconds after its last connection was closed, or with the JVM.
 *
 * <p>Thread-safe. Found by {@link DriverManager} by itself.
 */
public final class HaSqliteDriver implements Driver {

    /** One for the JVM, as a file has one node, whoever makes drivers. */
    private static final UrlNodes NODES = new UrlNodes(UrlNodes.LINGER);

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

    static {
        try {
            DriverManager.registerDriver(new HaSqliteDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final UrlNodes nodes;

    /** Made by whoever looks for drivers. */
    public HaSqliteDriver() {
        this(NODES);
    }

    HaSqliteDriver(UrlNodes nodes) {
        this.nodes = nodes;
    }

    @Override
    public boolean acceptsURL(@Nullable String url) throws SQLException {
        return NodeUrl.accepts(url);
    }

    /**
     * Opens a connection.
     *
     * @return {@code null} if the URL is of another kind
     * @throws SQLException with SQLState 08001 if there is no such option, if the file is open in this JVM with other
     *     options, or if the node cannot start; the message says what to do
     */
    @Override
    public @Nullable Connection connect(@Nullable String url, @Nullable Properties properties) throws SQLException {
        if (url == null || !NodeUrl.accepts(url)) {
            return null;
        }
        try {
            return nodes.connect(NodeUrl.parse(url, properties == null ? new Properties() : properties));
        } catch (InvalidUrlException e) {
            throw UrlFailure.refused(String.valueOf(e.getMessage()), e);
        } catch (NoClassDefFoundError e) {
            throw new SQLNonTransientConnectionException(
                    "a jar is missing on the class path, the one with " + e.getMessage()
                            + "; docs/jdbc-url.md of HA SQLite lists all that are needed",
                    SqlStates.CANNOT_CONNECT,
                    e);
        }
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(@Nullable String url, @Nullable Properties properties)
            throws SQLException {
        Map<String, String> given = Map.of();
        if (url != null && NodeUrl.accepts(url)) {
            try {
                given = NodeUrl.parse(url, properties == null ? new Properties() : properties)
                        .options();
            } catch (InvalidUrlException e) {
                throw UrlFailure.refused(String.valueOf(e.getMessage()), e);
            }
        }
        List<DriverPropertyInfo> all = new ArrayList<>();
        for (Map.Entry<String, Class<?>> option : UrlOptions.all().entrySet()) {
            DriverPropertyInfo info = new DriverPropertyInfo(option.getKey(), given.get(option.getKey()));
            info.description = option.getKey().equals(UrlOptions.READ_ONLY)
                    ? "Whether connections by this URL never write."
                    : "The property " + HaSqliteProperties.PREFIX + "." + option.getKey() + ".";
            info.choices = choices(option.getValue());
            all.add(info);
        }
        return all.toArray(DriverPropertyInfo[]::new);
    }

    private static String @Nullable [] choices(Class<?> type) {
        if (type == boolean.class || type == Boolean.class) {
            return new String[] {"true", "false"};
        }
        return type.isEnum()
                ? Arrays.stream(type.getEnumConstants())
                        .map(choice ->
                                choice.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .toArray(String[]::new)
                : null;
    }

    @Override
    public int getMajorVersion() {
        return version(1);
    }

    @Override
    public int getMinorVersion() {
        return version(2);
    }

    /** Of the jar; 0 where the classes come from no jar. */
    private static int version(int group) {
        String version = HaSqliteDataSource.class.getPackage().getImplementationVersion();
        Matcher matcher = VERSION.matcher(version == null ? "" : version);
        return matcher.matches() ? Integer.parseInt(matcher.group(group)) : 0;
    }

    /** SQLite knows less SQL than JDBC's standard asks for. */
    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger("io.github.hasqlite");
    }
}
