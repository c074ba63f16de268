package io.github.hasqlite.core.jdbc;

import java.time.Duration;
import java.util.List;

/**
 * How the connections to the database file are set up.
 *
 * @param path the database file
 * @param name the pools' name in logs and metrics
 * @param writers how many connections that may write there are at most
 * @param readers how many connections that only read there are at most
 * @param connectionTimeout how long {@code getConnection} waits for a free one
 * @param lockTimeout how long a write waits for other writers before SQLITE_BUSY
 * @param foreignKeys whether foreign keys are enforced; SQLite's own default is no
 * @param synchronous FULL survives a power failure with the last commits; NORMAL survives it without
 *     corruption but may lose the last ones; both survive a crash of the process with all
 * @param cacheKib page cache of each connection, KiB
 * @param trustedSchema whether views, triggers, indexes and the like may use functions and virtual tables that
 *     are not marked as harmless; SQLite's own default is yes
 * @param extensions shared libraries with SQLite extensions that every connection loads, in this order
 */
public record PoolSettings(
        String path,
        String name,
        int writers,
        int readers,
        Duration connectionTimeout,
        Duration lockTimeout,
        boolean foreignKeys,
        Synchronous synchronous,
        int cacheKib,
        boolean trustedSchema,
        List<String> extensions) {

    public PoolSettings {
        extensions = List.copyOf(extensions);
    }

    /** The same with a schema that is trusted, as SQLite does by itself. */
    public PoolSettings(
            String path,
            String name,
            int writers,
            int readers,
            Duration connectionTimeout,
            Duration lockTimeout,
            boolean foreignKeys,
            Synchronous synchronous,
            int cacheKib,
            List<String> extensions) {
        this(
                path,
                name,
                writers,
                readers,
                connectionTimeout,
                lockTimeout,
                foreignKeys,
                synchronous,
                cacheKib,
                true,
                extensions);
    }

    /** See the SQLite documentation of {@code PRAGMA synchronous}. */
    public enum Synchronous {
        /** Sync at checkpoints only. */
        NORMAL,
        /** Sync at each commit. */
        FULL
    }

    /** Defaults for a file: 16 writers, because each waits for the stream while it commits, ten readers, five seconds of patience. */
    public static PoolSettings of(String path) {
        return new PoolSettings(
                path,
                "ha-sqlite",
                16,
                10,
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                false,
                Synchronous.NORMAL,
                16_384,
                List.of());
    }

    /** The same for another file. */
    public PoolSettings withPath(String other) {
        return new PoolSettings(
                other,
                name,
                writers,
                readers,
                connectionTimeout,
                lockTimeout,
                foreignKeys,
                synchronous,
                cacheKib,
                trustedSchema,
                extensions);
    }

    /** What sqlite-jdbc calls the database. */
    public String url() {
        return "jdbc:sqlite:" + path;
    }
}
