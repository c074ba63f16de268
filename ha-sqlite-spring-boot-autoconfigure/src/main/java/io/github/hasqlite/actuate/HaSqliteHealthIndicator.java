package io.github.hasqlite.actuate;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.Outage;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.github.hasqlite.nats.ServerVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Whether this node replicates, and how far it has come.
 *
 * <ul>
 *   <li>{@code DOWN}: replication has halted until somebody intervenes; the detail {@code halted} says
 *       why. Or this node's database is not what it is on most nodes; the detail {@code divergence} says where.
 *   <li>{@code OUT_OF_SERVICE}: the stream cannot be reached, or does not take what is published, and commits need
 *       it, so that they fail although reads work; the details {@code outage} and {@code publishFailure} say why. Or a
 *       limit of {@code management.health.ha-sqlite} is exceeded; the detail {@code exceeded} says which.
 *   <li>{@code UP}: all else, also if the stream cannot be reached or written but commits do not need it (then the
 *       same details say so, and {@code commits} that they are kept on this node), and if nothing is replicated at all.
 * </ul>
 */
public final class HaSqliteHealthIndicator extends AbstractHealthIndicator {

    private final HaSqliteDataSource dataSource;
    private final Facts facts;

    /**
     * An indicator of a node that runs no server of a cluster and knows of no others, without limits.
     *
     * @param dataSource whose replication to look at
     * @param commitsNeedStream whether a commit fails while the stream cannot be reached
     * @param serverVersion answers the version of the NATS server, or an empty string; must not wait
     */
    public HaSqliteHealthIndicator(
            HaSqliteDataSource dataSource, boolean commitsNeedStream, Supplier<String> serverVersion) {
        this(
                dataSource,
                new Facts(
                        null,
                        false,
                        commitsNeedStream,
                        serverVersion,
                        () -> null,
                        null,
                        null,
                        () -> null,
                        HaSqliteHealthProperties.NO_LIMITS));
    }

    /** The same with all that is known of the node. */
    HaSqliteHealthIndicator(HaSqliteDataSource dataSource, Facts facts) {
        super("The state of replication could not be read");
        this.dataSource = dataSource;
        this.facts = facts;
    }

    /**
     * What is known of a node beside its status. None of it waits.
     *
     * @param commitMode {@code null} if that is not known
     * @param readOnly whether it is a read replica
     * @param commitsNeedStream whether a commit fails while the stream cannot be reached
     * @param serverVersion answers the version of the NATS server, or an empty string
     * @param serverTrouble answers why the embedded servers of a cluster cannot store, or {@code null}
     * @param members {@code null} if that is not known
     * @param leader {@code null} if that is not known
     * @param snapshot answers the newest snapshot that this node knows of, or {@code null}
     * @param limits from when on it is not healthy
     */
    record Facts(
            @Nullable CommitMode commitMode,
            boolean readOnly,
            boolean commitsNeedStream,
            Supplier<String> serverVersion,
            Supplier<@Nullable String> serverTrouble,
            @Nullable ClusterMembers members,
            @Nullable ClusterLeader leader,
            Supplier<@Nullable Snapshot> snapshot,
            HaSqliteHealthProperties limits) {

        /** What a node does in the cluster. */
        String role() {
            if (leader != null && leader.isLeader()) {
                return "leader";
            }
            return readOnly ? "reader" : "writer";
        }
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        ReplicationStatus status = dataSource.replicationStatus();
        List<String> exceeded = exceeded(status);
        builder.status(status(status, exceeded))
                .withDetail("node", status.node())
                .withDetail("replicating", status.replicating());
        if (status.replicating()) {
            describe(builder, status);
        }
        if (!exceeded.isEmpty()) {
            builder.withDetail("exceeded", exceeded);
        }
    }

    private Status status(ReplicationStatus status, List<String> exceeded) {
        if (status.halted() != null || status.divergence() != null) {
            return Status.DOWN;
        }
        boolean refuses = !dataSource.isStarted() || (facts.commitsNeedStream() && !takesCommits(status));
        return status.replicating() && (refuses || !exceeded.isEmpty()) ? Status.OUT_OF_SERVICE : Status.UP;
    }

    private static boolean takesCommits(ReplicationStatus status) {
        return status.connected() && status.publishFailure() == null;
    }

    /** The limits that are exceeded, for people. */
    private List<String> exceeded(ReplicationStatus status) {
        if (!status.replicating()) {
            return List.of();
        }
        HaSqliteHealthProperties limits = facts.limits();
        List<String> exceeded = new ArrayList<>();
        if (isOver(status.lag(), limits.maxLag())) {
            exceeded.add("the oldest change that is not applied here is " + seconds(status.lag())
                    + " old, and max-lag is " + seconds(limits.maxLag()));
        }
        if (limits.maxOutboxLength() > 0 && status.outboxLength() > limits.maxOutboxLength()) {
            exceeded.add(status.outboxLength() + " transactions of this node wait for the stream, and"
                    + " max-outbox-length is " + limits.maxOutboxLength());
        }
        if (isOver(status.outboxAge(), limits.maxOutboxAge())) {
            exceeded.add("a transaction of this node has waited for the stream for " + seconds(status.outboxAge())
                    + ", and max-outbox-age is " + seconds(limits.maxOutboxAge()));
        }
        return exceeded;
    }

    private static boolean isOver(Duration value, Duration limit) {
        return !limit.isZero() && value.compareTo(limit) > 0;
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() > 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }

    private static void describe(Health.Builder builder, String name, @Nullable Outage outage) {
        if (outage != null) {
            builder.withDetail(name, outage.reason()).withDetail(name + "Since", outage.since());
        }
    }

    private void describeCluster(Health.Builder builder) {
        ClusterMembers members = facts.members();
        if (members != null) {
            List<ClusterMember> all = members.list();
            builder.withDetail(
                    "members", all.stream().map(ClusterMember::name).distinct().toList());
            ClusterMember self = all.get(0);
            all.stream()
                    .skip(1)
                    .filter(member -> member.name().equals(self.name()))
                    .forEach(twin -> builder.withDetail(
                            "sameName",
                            "another node runs under the name " + twin.name() + ", since " + twin.started()
                                    + (twin.address() == null ? "" : ", at " + twin.address())
                                    + ": set ha.sqlite.name of one of them to another name"));
        }
        ClusterLeader leader = facts.leader();
        if (leader != null) {
            ClusterLeader.Leader leads = leader.leader();
            builder.withDetail("leader", leads == null ? "none is known" : leads.node());
        }
    }

    private void describeSnapshot(Health.Builder builder) {
        Snapshot snapshot = facts.snapshot().get();
        if (snapshot != null) {
            Instant taken = Instant.ofEpochMilli(TimeUnit.NANOSECONDS.toMillis(snapshot.takenAtNs()));
            builder.withDetail("snapshotSequence", snapshot.sequence())
                    .withDetail(
                            "snapshotAgeMillis",
                            Math.max(0, Duration.between(taken, Instant.now()).toMillis()));
        }
    }

    private void describe(Health.Builder builder, ReplicationStatus status) {
        builder.withDetail("role", facts.role());
        if (facts.commitMode() != null) {
            builder.withDetail("commitMode", facts.commitMode().name().toLowerCase(Locale.ROOT));
        }
        describeCluster(builder);
        describeSnapshot(builder);
        builder.withDetail("connected", status.connected())
                .withDetail("appliedSequence", status.appliedSequence())
                .withDetail("streamSequence", status.streamSequence())
                .withDetail("lagMessages", status.lagMessages())
                .withDetail("lagMillis", status.lag().toMillis())
                .withDetail("outboxLength", status.outboxLength())
                .withDetail("outboxAgeMillis", status.outboxAge().toMillis())
                .withDetail("rejectedMessages", status.rejectedMessages());
        if (!dataSource.isStarted()) {
            builder.withDetail("commits", "are refused until HaSqliteDataSource.start() starts replication");
        } else if (!takesCommits(status)) {
            builder.withDetail(
                    "commits",
                    facts.commitsNeedStream() ? "fail" : "are kept on this node until the stream takes them");
        }
        describe(builder, "outage", status.outage());
        describe(builder, "publishFailure", status.publishFailure());
        if (status.deliveredFrom() > 0) {
            builder.withDetail("deliveredFrom", status.deliveredFrom());
        }
        if (status.deadLetters() > 0) {
            builder.withDetail("deadLetters", status.deadLetters());
        }
        if (dataSource instanceof ReplicatingDataSource replicating) {
            builder.withDetail("conflicts", replicating.conflicts());
            if (replicating.keysLeftToSqlite() > 0) {
                builder.withDetail("keysLeftToSqlite", replicating.keysLeftToSqlite());
            }
        }
        if (status.lastRejection() != null) {
            builder.withDetail("lastRejection", status.lastRejection());
        }
        if (status.halted() != null) {
            builder.withDetail("halted", status.halted());
            if (dataSource instanceof ReplicatingDataSource replicating && replicating.action() != null) {
                builder.withDetail("action", replicating.action());
            }
        }
        if (status.divergence() != null) {
            builder.withDetail("divergence", status.divergence());
        }
        if (status.bootstrap() != null) {
            builder.withDetail("bootstrap", status.bootstrap());
        }
        describeServer(builder);
    }

    private void describeServer(Health.Builder builder) {
        String trouble = facts.serverTrouble().get();
        if (trouble != null) {
            builder.withDetail("serverCluster", trouble);
        }
        String version = facts.serverVersion().get();
        if (!version.isEmpty()) {
            builder.withDetail("serverVersion", version);
            if (ServerVersion.isOld(version)) {
                builder.withDetail(
                        "serverWarning",
                        "nats-server is older than " + ServerVersion.RECOMMENDED
                                + "; such versions can lose messages when a server is killed. Update it.");
            }
        }
    }
}
