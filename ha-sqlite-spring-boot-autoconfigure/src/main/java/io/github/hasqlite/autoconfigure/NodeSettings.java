package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.StrictIsolation;
import io.github.hasqlite.jdbc.PoolSettings;
import java.time.Duration;

/**
 * What a node is told.
 *
 * @param name the node's name, unique in the cluster
 * @param pool how its connections are set up
 * @param commitMode when a commit returns
 * @param degradeOnTimeout whether a {@code sync} commit that is not acknowledged in time returns as an
 *     {@code async} one would, instead of failing
 * @param publisherTimeout how long a commit waits for the stream
 * @param bootstrapTimeout how long the start waits for the node to catch up
 * @param rowIdentify how rows are found when change sets are applied
 * @param readOnly whether this is a read replica, whose data source refuses to write
 * @param isolation what commit mode {@code strict} promises
 */
public record NodeSettings(
        String name,
        PoolSettings pool,
        CommitMode commitMode,
        boolean degradeOnTimeout,
        Duration publisherTimeout,
        Duration bootstrapTimeout,
        RowIdentify rowIdentify,
        boolean readOnly,
        StrictIsolation isolation) {

    /** The same without what only {@code strict} asks for. */
    public NodeSettings(
            String name,
            PoolSettings pool,
            CommitMode commitMode,
            boolean degradeOnTimeout,
            Duration publisherTimeout,
            Duration bootstrapTimeout,
            RowIdentify rowIdentify,
            boolean readOnly) {
        this(
                name,
                pool,
                commitMode,
                degradeOnTimeout,
                publisherTimeout,
                bootstrapTimeout,
                rowIdentify,
                readOnly,
                StrictIsolation.SERIALIZABLE);
    }

    /** Defaults: {@code sync}, 15 s for a commit, five minutes to catch up. */
    public static NodeSettings of(String name, PoolSettings pool) {
        return new NodeSettings(
                name,
                pool,
                CommitMode.SYNC,
                false,
                Duration.ofSeconds(15),
                Duration.ofMinutes(5),
                RowIdentify.PK,
                false);
    }

    /** The same with another commit mode. */
    public NodeSettings withCommitMode(CommitMode mode) {
        return new NodeSettings(
                name,
                pool,
                mode,
                degradeOnTimeout,
                publisherTimeout,
                bootstrapTimeout,
                rowIdentify,
                readOnly,
                isolation);
    }

    /** The same with another timeout for commits. */
    public NodeSettings withPublisherTimeout(Duration timeout) {
        return new NodeSettings(
                name, pool, commitMode, degradeOnTimeout, timeout, bootstrapTimeout, rowIdentify, readOnly, isolation);
    }

    /** The same with another isolation of commit mode {@code strict}. */
    public NodeSettings withIsolation(StrictIsolation level) {
        return new NodeSettings(
                name,
                pool,
                commitMode,
                degradeOnTimeout,
                publisherTimeout,
                bootstrapTimeout,
                rowIdentify,
                readOnly,
                level);
    }
}
