package io.github.hasqlite.core.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

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
 * @param begin how a transaction of JDBC begins on a connection that is not read only
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
        List<String> extensions,
        Begin begin) {

    public PoolSettings {
        extensions = List.copyOf(extensions);
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
                true,
                List.of(),
                Begin.DEFERRED);
    }

    /** See "Transaction" in the SQLite documentation. */
    public enum Begin {
        /** Its first write takes the write lock. */
        DEFERRED,
        /** Its first statement takes the write lock, also if that only reads. */
        IMMEDIATE
    }

    /** What sqlite-jdbc calls the database. */
    public String url() {
        return "jdbc:sqlite:" + path;
    }

    /** The same but for what the consumer changes. */
    public PoolSettings with(Consumer<Changes> changes) {
        Changes changed = new Changes(this);
        changes.accept(changed);
        return changed.settings();
    }

    /** What is to be changed; starts as it is. Not thread-safe. */
    public static final class Changes {

        private final PoolSettings from;
        private String path;
        private String name;
        private int writers;
        private int readers;
        private Duration connectionTimeout;
        private Duration lockTimeout;
        private boolean foreignKeys;
        private List<String> extensions;
        private Begin begin;

        private Changes(PoolSettings from) {
            this.from = from;
            path = from.path;
            name = from.name;
            writers = from.writers;
            readers = from.readers;
            connectionTimeout = from.connectionTimeout;
            lockTimeout = from.lockTimeout;
            foreignKeys = from.foreignKeys;
            extensions = from.extensions;
            begin = from.begin;
        }

        public Changes path(String to) {
            path = to;
            return this;
        }

        public Changes name(String to) {
            name = to;
            return this;
        }

        public Changes writers(int to) {
            writers = to;
            return this;
        }

        public Changes readers(int to) {
            readers = to;
            return this;
        }

        public Changes connectionTimeout(Duration to) {
            connectionTimeout = to;
            return this;
        }

        public Changes lockTimeout(Duration to) {
            lockTimeout = to;
            return this;
        }

        public Changes foreignKeys(boolean to) {
            foreignKeys = to;
            return this;
        }

        public Changes extensions(List<String> to) {
            extensions = to;
            return this;
        }

        public Changes begin(Begin to) {
            begin = to;
            return this;
        }

        private PoolSettings settings() {
            return new PoolSettings(
                    path,
                    name,
                    writers,
                    readers,
                    connectionTimeout,
                    lockTimeout,
                    foreignKeys,
                    from.synchronous,
                    from.cacheKib,
                    from.trustedSchema,
                    extensions,
                    begin);
        }
    }
}
