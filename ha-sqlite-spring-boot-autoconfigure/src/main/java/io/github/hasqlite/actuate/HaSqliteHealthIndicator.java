package io.github.hasqlite.actuate;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.Outage;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.github.hasqlite.nats.ServerVersion;
import java.util.List;
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
 *       it, so that they fail although reads work; the details {@code outage} and {@code publishFailure} say why.
 *   <li>{@code UP}: all else, also if the stream cannot be reached or written but commits do not need it (then the
 *       same details say so, and {@code commits} that they are kept on this node), and if nothing is replicated at all.
 * </ul>
 */
public final class HaSqliteHealthIndicator extends AbstractHealthIndicator {

    private final HaSqliteDataSource dataSource;
    private final boolean commitsNeedStream;
    private final Supplier<String> serverVersion;
    private final Supplier<@Nullable String> serverTrouble;
    private final @Nullable ClusterMembers members;
    private final @Nullable ClusterLeader leader;

    /**
     * An indicator of a node that runs no server of a cluster and knows of no others.
     *
     * @param dataSource whose replication to look at
     * @param commitsNeedStream whether a commit fails while the stream cannot be reached
     * @param serverVersion answers the version of the NATS server, or an empty string; must not wait
     */
    public HaSqliteHealthIndicator(
            HaSqliteDataSource dataSource, boolean commitsNeedStream, Supplier<String> serverVersion) {
        this(dataSource, commitsNeedStream, serverVersion, () -> null, null, null);
    }

    /**
     * The same with what is known of the cluster.
     *
     * @param serverTrouble answers why the embedded servers of a cluster cannot store, or {@code null}; must not wait
     * @param members {@code null} if that is not known
     * @param leader {@code null} if that is not known
     */
    public HaSqliteHealthIndicator(
            HaSqliteDataSource dataSource,
            boolean commitsNeedStream,
            Supplier<String> serverVersion,
            Supplier<@Nullable String> serverTrouble,
            @Nullable ClusterMembers members,
            @Nullable ClusterLeader leader) {
        super("The state of replication could not be read");
        this.dataSource = dataSource;
        this.commitsNeedStream = commitsNeedStream;
        this.serverVersion = serverVersion;
        this.serverTrouble = serverTrouble;
        this.members = members;
        this.leader = leader;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        ReplicationStatus status = dataSource.replicationStatus();
        builder.status(status(status))
                .withDetail("node", status.node())
                .withDetail("replicating", status.replicating());
        if (status.replicating()) {
            describe(builder, status);
        }
    }

    private Status status(ReplicationStatus status) {
        if (status.halted() != null || status.divergence() != null) {
            return Status.DOWN;
        }
        boolean refuses = !dataSource.isStarted() || (commitsNeedStream && !takesCommits(status));
        return status.replicating() && refuses ? Status.OUT_OF_SERVICE : Status.UP;
    }

    private static boolean takesCommits(ReplicationStatus status) {
        return status.connected() && status.publishFailure() == null;
    }

    private static void describe(Health.Builder builder, String name, @Nullable Outage outage) {
        if (outage != null) {
            builder.withDetail(name, outage.reason()).withDetail(name + "Since", outage.since());
        }
    }

    private void describeCluster(Health.Builder builder) {
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
        if (leader != null) {
            ClusterLeader.Leader leads = leader.leader();
            builder.withDetail("leader", leads == null ? "none is known" : leads.node());
        }
    }

    private void describe(Health.Builder builder, ReplicationStatus status) {
        describeCluster(builder);
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
                    "commits", commitsNeedStream ? "fail" : "are kept on this node until the stream takes them");
        }
        describe(builder, "outage", status.outage());
        describe(builder, "publishFailure", status.publishFailure());
        if (status.deliveredFrom() > 0) {
            builder.withDetail("deliveredFrom", status.deliveredFrom());
        }
        if (status.deadLetters() > 0) {
            builder.withDetail("deadLetters", status.deadLetters());
        }
        if (dataSource instanceof ReplicatingDataSource replicating && replicating.keysLeftToSqlite() > 0) {
            builder.withDetail("keysLeftToSqlite", replicating.keysLeftToSqlite());
        }
        if (status.lastRejection() != null) {
            builder.withDetail("lastRejection", status.lastRejection());
        }
        if (status.halted() != null) {
            builder.withDetail("halted", status.halted());
        }
        if (status.divergence() != null) {
            builder.withDetail("divergence", status.divergence());
        }
        if (status.bootstrap() != null) {
            builder.withDetail("bootstrap", status.bootstrap());
        }
        String trouble = serverTrouble.get();
        if (trouble != null) {
            builder.withDetail("serverCluster", trouble);
        }
        String version = serverVersion.get();
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
