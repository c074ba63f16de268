package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.sqlite.WriteLock;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one data source share.
 *
 * @param writeLock the one write lock
 * @param catalog the schema as committed
 * @param commitLog where transactions go; {@code null} if nothing is replicated
 * @param validator re-reads for transactions that read before they wrote
 * @param keys numbers for keys that are left to SQLite; {@code null} if SQLite counts
 * @param begin how a transaction of JDBC begins
 * @param timeouts interrupt what runs for too long
 */
record SessionContext(
        WriteLock writeLock,
        SchemaCatalog catalog,
        @Nullable CommitLog commitLog,
        ReadValidator validator,
        @Nullable KeyTables keys,
        PoolSettings.Begin begin,
        QueryTimeouts timeouts) {}
