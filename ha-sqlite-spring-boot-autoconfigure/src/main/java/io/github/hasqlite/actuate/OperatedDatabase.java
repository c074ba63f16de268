package io.github.hasqlite.actuate;

import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.DatabaseVerifier;
import io.github.hasqlite.HaSqliteDataSource;
import org.jspecify.annotations.Nullable;

/**
 * One of the application's databases, as somebody operates it.
 *
 * @param name {@code app}, or its name under {@code ha.sqlite.databases}
 * @param facts what is known of its node beside its status
 * @param stream where its change sets are if it replicates
 * @param snapshotter {@code null} if this node takes no snapshots of it
 * @param verifier {@code null} if nothing compares it with other nodes' databases
 */
record OperatedDatabase(
        String name,
        HaSqliteDataSource dataSource,
        HaSqliteHealthIndicator.Facts facts,
        String stream,
        @Nullable DatabaseSnapshotter snapshotter,
        @Nullable DatabaseVerifier verifier) {

    HaSqliteHealthIndicator indicator() {
        return new HaSqliteHealthIndicator(dataSource, facts);
    }
}
