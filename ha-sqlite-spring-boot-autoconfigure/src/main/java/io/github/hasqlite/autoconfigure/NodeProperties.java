package io.github.hasqlite.autoconfigure;

import static io.github.hasqlite.autoconfigure.PropertyCheck.atLeast;
import static io.github.hasqlite.autoconfigure.PropertyCheck.check;
import static io.github.hasqlite.autoconfigure.PropertyCheck.hasText;
import static io.github.hasqlite.autoconfigure.PropertyCheck.positive;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.KeyBlocks;
import io.github.hasqlite.core.commit.DeliverPolicy;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.KeySettings;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/** The node's part of the properties, checked and with its defaults filled in. */
final class NodeProperties {

    private static final String POOL_NAME = "ha-sqlite";

    /** HikariCP takes no less. */
    private static final Duration MIN_CONNECTION_TIMEOUT = Duration.ofMillis(250);

    /** Servers keep messages for no shorter time sensibly. */
    private static final Duration MIN_AGE = Duration.ofSeconds(1);

    /** With a scheme that a client of HTTP knows. */
    private static final Pattern ADDRESS = Pattern.compile("(?i)https?://[^\\s?#@,]+");

    private static final int MAX_PORT = 65_535;

    private static final Pattern COOKIE = Pattern.compile("[A-Za-z0-9._-]*");

    private final HaSqliteProperties properties;
    private final DatabaseLocation location;
    private final String name;
    private final String poolName;
    private final long begun = System.nanoTime();

    private NodeProperties(HaSqliteProperties properties, String poolName) {
        this.properties = properties;
        this.poolName = poolName;
        location = DatabaseLocation.of(properties.path());
        String configured = properties.name();
        name = configured != null && hasText(configured) ? configured.trim() : hostName();
    }

    /**
     * Checks the properties and makes the database's folder.
     *
     * @throws io.github.hasqlite.ReplicationStartException if there can be no database where it should be
     */
    static NodeProperties prepare(HaSqliteProperties properties) {
        return prepared(properties, POOL_NAME);
    }

    /** The same for a further database. */
    static NodeProperties prepare(HaSqliteProperties properties, String database) {
        return prepared(properties, POOL_NAME + "-" + database);
    }

    private static NodeProperties prepared(HaSqliteProperties properties, String poolName) {
        NodeProperties prepared = new NodeProperties(properties, poolName);
        check(
                prepared.name.codePoints().noneMatch(Character::isISOControl),
                "name",
                "?",
                "It must not contain control characters.");
        positive(properties.publisher().timeout(), "publisher.timeout");
        positive(properties.bootstrap().timeout(), "bootstrap.timeout");
        int size = properties.keys().blocks().size();
        check(
                size >= 1 && size <= KeySettings.MAX_BLOCK_SIZE,
                "keys.blocks.size",
                size,
                "It has to be from 1 to " + KeySettings.MAX_BLOCK_SIZE + ".");
        checkCluster(properties);
        checkHttp(properties.http());
        checkPool(properties.pool());
        prepared.location.prepare();
        return prepared;
    }

    private static void checkCluster(HaSqliteProperties properties) {
        Duration age = properties.members().age();
        atLeast(MIN_AGE, age, "members.age", "It has to be at least 1s.");
        Duration lease = properties.leader().lease();
        atLeast(MIN_AGE, lease, "leader.lease", "It has to be at least 1s.");
        String address = properties.members().address();
        check(
                address == null || !hasText(address) || isBaseUrl(address.trim()),
                "members.address",
                address,
                "It has to be the one base URL of this node's HTTP server as the other nodes see it, for example"
                        + " http://node-1:8080, without a query; names of hosts have letters, digits, '-' and '.'.");
    }

    /** As a client of HTTP can use it. */
    private static boolean isBaseUrl(String address) {
        if (!ADDRESS.matcher(address).matches()) {
            return false;
        }
        try {
            URI url = new URI(address);
            // without a port, or with an empty one, it is the scheme's
            return url.getHost() != null && (url.getPort() == -1 || (url.getPort() >= 1 && url.getPort() <= MAX_PORT));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static void checkHttp(HttpProperties http) {
        positive(http.readYourWrites().timeout(), "http.read-your-writes.timeout");
        positive(http.forward().timeout(), "http.forward.timeout");
        String cookie = http.readYourWrites().cookie();
        check(
                COOKIE.matcher(cookie).matches(),
                "http.read-your-writes.cookie",
                cookie,
                "The name of a cookie has letters, digits, '-', '_' and '.'; leave it empty for none.");
        UrlPatterns.checked(http.forward().urlPatterns(), "http.forward.url-patterns");
        http.api().verify();
    }

    /** The base URL at which other nodes reach this node's HTTP server, or {@code null}. */
    @Nullable
    String address() {
        String address = properties.members().address();
        if (address == null || !hasText(address)) {
            return null;
        }
        String url = address.trim().replaceAll("/+$", "");
        int scheme = url.indexOf(':');
        return url.substring(0, scheme).toLowerCase(Locale.ROOT) + url.substring(scheme);
    }

    private static void checkPool(HaSqliteProperties.Pool pool) {
        check(pool.writers() >= 1, "pool.writers", pool.writers(), "At least one connection is needed.");
        check(pool.readers() >= 1, "pool.readers", pool.readers(), "At least one connection is needed.");
        atLeast(
                MIN_CONNECTION_TIMEOUT,
                pool.connectionTimeout(),
                "pool.connection-timeout",
                "It has to be at least 250ms.");
        atLeast(Duration.ZERO, pool.lockTimeout(), "pool.lock-timeout", "It cannot be negative; 0 means not to wait.");
        check(
                pool.cacheSize().toKilobytes() >= 1
                        && pool.cacheSize().compareTo(DataSize.ofKilobytes(Integer.MAX_VALUE)) <= 0,
                "pool.cache-size",
                pool.cacheSize(),
                "It has to be at least 1KB, for example 16MB.");
    }

    /** This node's name. */
    String name() {
        return name;
    }

    /** How long ago these were made, with which the start of a node begins. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    DatabaseLocation location() {
        return location;
    }

    NodeSettings settings() {
        HaSqliteProperties.Pool pool = properties.pool();
        return new NodeSettings(
                name,
                new PoolSettings(
                        location.path().toString(),
                        poolName,
                        pool.writers(),
                        pool.readers(),
                        pool.connectionTimeout(),
                        pool.lockTimeout(),
                        pool.foreignKeys(),
                        pool.synchronous(),
                        (int) pool.cacheSize().toKilobytes(),
                        pool.trustedSchema(),
                        properties.extensions(),
                        properties.transactions().begin()),
                properties.commitMode(),
                properties.publisher().onTimeout() == HaSqliteProperties.OnTimeout.DEGRADE,
                properties.publisher().timeout(),
                properties.bootstrap().timeout(),
                properties.rowIdentify(),
                properties.merge(),
                properties.apply().onFailure(),
                !properties.publisher().enabled(),
                properties.strict().isolation(),
                properties.onStreamReset(),
                NodeRuntime.ofJvm(),
                KeySettings.SQLITE_COUNTS,
                properties.autoStart(),
                deliverPolicy(properties),
                properties.ddlSync(),
                properties.strict().groupCommit());
    }

    /** The same with what keys are taken from, unless the properties say that SQLite counts. */
    NodeSettings settings(@Nullable KeyBlocks blocks) {
        HaSqliteProperties.Blocks wanted = properties.keys().blocks();
        boolean enabled = wanted.enabled() == null ? properties.commitMode() != CommitMode.STRICT : wanted.enabled();
        return blocks == null || !enabled
                ? settings()
                : settings().with(to -> to.keys(new KeySettings(blocks, wanted.size())));
    }

    private static DeliverPolicy deliverPolicy(HaSqliteProperties properties) {
        String given = properties.deliverPolicy();
        DeliverPolicy policy;
        try {
            policy = DeliverPolicy.of(given);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationPropertyValueException(
                    HaSqliteProperties.PREFIX + ".deliver-policy",
                    given,
                    "It has to be all, new, last, by_start_sequence=42 or by_start_time=2026-01-31T12:00:00Z.");
        }
        check(
                policy.start() == DeliverPolicy.Start.ALL
                        || !properties.publisher().enabled(),
                "deliver-policy",
                given,
                "Only a read replica (ha.sqlite.publisher.enabled=false) can do without what was before: what a node"
                        + " writes has to fit what the others have.");
        return policy;
    }

    static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            String fromEnvironment = System.getenv("HOSTNAME");
            return hasText(fromEnvironment) ? fromEnvironment : "localhost";
        }
    }
}
