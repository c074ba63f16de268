package io.github.hasqlite.core.commit;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.OnStreamReset;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.StrictIsolation;
import io.github.hasqlite.core.jdbc.KeySettings;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.time.Duration;
import java.util.function.Consumer;

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
 * @param isolation what commit mode {@code strict} promises
 * @param onStreamReset what happens if the stream is another one than this database follows
 * @param runtime its time, chance, threads and waiting
 * @param keys which keys rows get that have none
 * @param deliverPolicy where in the stream a read replica begins that has followed none yet
 * @param ddlSync whether schema changes of this node are made on all nodes
 * @param groupCommit whether {@code strict} commits of this node that come together are brought into the stream together
 * @param autoStart whether replication starts with the node, and not only when the data source is told to
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
        boolean readOnly,
        StrictIsolation isolation,
        OnStreamReset onStreamReset,
        NodeRuntime runtime,
        KeySettings keys,
        boolean autoStart,
        DeliverPolicy deliverPolicy,
        boolean ddlSync,
        boolean groupCommit) {

    /**
     * Defaults: {@code sync}, 15 s for a commit, five minutes to catch up, rows found by primary key and
     * set as a whole, halting at what cannot be applied, in the time of the Java virtual machine, keys counted by
     * SQLite, replicating from the start, {@code strict} commits one by one.
     */
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
                false,
                StrictIsolation.SERIALIZABLE,
                OnStreamReset.STOP,
                NodeRuntime.ofJvm(),
                KeySettings.SQLITE_COUNTS,
                true,
                DeliverPolicy.ALL,
                true,
                false);
    }

    /** The same but for what the consumer changes. */
    public NodeSettings with(Consumer<Changes> changes) {
        Changes changed = new Changes(this);
        changes.accept(changed);
        return changed.settings();
    }

    /** What is to be changed; starts as it is. Not thread-safe. */
    public static final class Changes {

        private final NodeSettings from;
        private CommitMode commitMode;
        private boolean degradeOnTimeout;
        private Duration publisherTimeout;
        private MergeMode merge;
        private Applier.OnFailure onApplyFailure;
        private boolean readOnly;
        private StrictIsolation isolation;
        private OnStreamReset onStreamReset;
        private Duration bootstrapTimeout;
        private NodeRuntime runtime;
        private KeySettings keys;
        private boolean autoStart;
        private DeliverPolicy deliverPolicy;
        private boolean ddlSync;
        private boolean groupCommit;

        private Changes(NodeSettings from) {
            this.from = from;
            commitMode = from.commitMode;
            degradeOnTimeout = from.degradeOnTimeout;
            publisherTimeout = from.publisherTimeout;
            merge = from.merge;
            onApplyFailure = from.onApplyFailure;
            readOnly = from.readOnly;
            isolation = from.isolation;
            onStreamReset = from.onStreamReset;
            bootstrapTimeout = from.bootstrapTimeout;
            runtime = from.runtime;
            keys = from.keys;
            autoStart = from.autoStart;
            deliverPolicy = from.deliverPolicy;
            ddlSync = from.ddlSync;
            groupCommit = from.groupCommit;
        }

        public Changes commitMode(CommitMode mode) {
            commitMode = mode;
            return this;
        }

        public Changes degradeOnTimeout(boolean degrade) {
            degradeOnTimeout = degrade;
            return this;
        }

        public Changes publisherTimeout(Duration timeout) {
            publisherTimeout = timeout;
            return this;
        }

        public Changes merge(MergeMode mode) {
            merge = mode;
            return this;
        }

        public Changes onApplyFailure(Applier.OnFailure policy) {
            onApplyFailure = policy;
            return this;
        }

        public Changes readOnly(boolean replica) {
            readOnly = replica;
            return this;
        }

        public Changes isolation(StrictIsolation level) {
            isolation = level;
            return this;
        }

        public Changes onStreamReset(OnStreamReset policy) {
            onStreamReset = policy;
            return this;
        }

        public Changes bootstrapTimeout(Duration timeout) {
            bootstrapTimeout = timeout;
            return this;
        }

        public Changes runtime(NodeRuntime other) {
            runtime = other;
            return this;
        }

        public Changes keys(KeySettings settings) {
            keys = settings;
            return this;
        }

        public Changes autoStart(boolean automatic) {
            autoStart = automatic;
            return this;
        }

        public Changes deliverPolicy(DeliverPolicy policy) {
            deliverPolicy = policy;
            return this;
        }

        public Changes ddlSync(boolean sync) {
            ddlSync = sync;
            return this;
        }

        public Changes groupCommit(boolean together) {
            groupCommit = together;
            return this;
        }

        private NodeSettings settings() {
            return new NodeSettings(
                    from.name,
                    from.pool,
                    commitMode,
                    degradeOnTimeout,
                    publisherTimeout,
                    bootstrapTimeout,
                    from.rowIdentify,
                    merge,
                    onApplyFailure,
                    readOnly,
                    isolation,
                    onStreamReset,
                    runtime,
                    keys,
                    autoStart,
                    deliverPolicy,
                    ddlSync,
                    groupCommit);
        }
    }
}
