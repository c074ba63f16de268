package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.apply.Applier;
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
 * @param merge what updates mean for rows that somebody else has changed meanwhile
 * @param onApplyFailure what happens to a change set that cannot be applied
 * @param readOnly whether this is a read replica, whose data source refuses to write
 */
public record NodeSettings(
        String name,
        PoolSettings pool,
        CommitMode commitMode,
        boolean degradeOnTimeout,
        Duration publisherTimeout,
        Duration bootstrapTimeout,
        RowIdentify rowIdentify,
        MergeMode merge,
        Applier.OnFailure onApplyFailure,
        boolean readOnly) {

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
                MergeMode.ROW,
                Applier.OnFailure.HALT,
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
                merge,
                onApplyFailure,
                readOnly);
    }

    /** The same with another timeout for commits. */
    public NodeSettings withPublisherTimeout(Duration timeout) {
        return new NodeSettings(
                name,
                pool,
                commitMode,
                degradeOnTimeout,
                timeout,
                bootstrapTimeout,
                rowIdentify,
                merge,
                onApplyFailure,
                readOnly);
    }

    /** The same with another way to deal with change sets that cannot be applied. */
    public NodeSettings withOnApplyFailure(Applier.OnFailure policy) {
        return new NodeSettings(
                name,
                pool,
                commitMode,
                degradeOnTimeout,
                publisherTimeout,
                bootstrapTimeout,
                rowIdentify,
                merge,
                policy,
                readOnly);
    }

    /** The same with another merge mode. */
    public NodeSettings withMerge(MergeMode mode) {
        return new NodeSettings(
                name,
                pool,
                commitMode,
                degradeOnTimeout,
                publisherTimeout,
                bootstrapTimeout,
                rowIdentify,
                mode,
                onApplyFailure,
                readOnly);
    }
}
