package io.github.hasqlite.autoconfigure;

import static io.github.hasqlite.autoconfigure.PropertyCheck.check;
import static io.github.hasqlite.autoconfigure.PropertyCheck.hasText;
import static io.github.hasqlite.autoconfigure.PropertyCheck.positive;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.KeyBlocks;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.KeySettings;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** The node's part of the properties, checked and with its defaults filled in. */
final class NodeProperties {

    private static final String POOL_NAME = "ha-sqlite";

    /** HikariCP takes no less. */
    private static final Duration MIN_CONNECTION_TIMEOUT = Duration.ofMillis(250);

    private final HaSqliteProperties properties;
    private final DatabaseLocation location;
    private final String name;

    private NodeProperties(HaSqliteProperties properties) {
        this.properties = properties;
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
        NodeProperties prepared = new NodeProperties(properties);
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
        checkPool(properties.pool());
        prepared.location.prepare();
        return prepared;
    }

    private static void checkPool(HaSqliteProperties.Pool pool) {
        check(pool.writers() >= 1, "pool.writers", pool.writers(), "At least one connection is needed.");
        check(pool.readers() >= 1, "pool.readers", pool.readers(), "At least one connection is needed.");
        check(
                pool.connectionTimeout().compareTo(MIN_CONNECTION_TIMEOUT) >= 0,
                "pool.connection-timeout",
                pool.connectionTimeout(),
                "It has to be at least 250ms.");
        check(
                !pool.lockTimeout().isNegative(),
                "pool.lock-timeout",
                pool.lockTimeout(),
                "It cannot be negative; 0 means not to wait.");
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

    DatabaseLocation location() {
        return location;
    }

    NodeSettings settings() {
        HaSqliteProperties.Pool pool = properties.pool();
        return new NodeSettings(
                name,
                new PoolSettings(
                        location.path().toString(),
                        POOL_NAME,
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
                KeySettings.SQLITE_COUNTS);
    }

    /** The same with what keys are taken from, unless the properties say that SQLite counts. */
    NodeSettings settings(@Nullable KeyBlocks blocks) {
        HaSqliteProperties.Blocks wanted = properties.keys().blocks();
        boolean enabled = wanted.enabled() == null ? properties.commitMode() != CommitMode.STRICT : wanted.enabled();
        return blocks == null || !enabled
                ? settings()
                : settings().with(to -> to.keys(new KeySettings(blocks, wanted.size())));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            String fromEnvironment = System.getenv("HOSTNAME");
            return hasText(fromEnvironment) ? fromEnvironment : "localhost";
        }
    }
}
