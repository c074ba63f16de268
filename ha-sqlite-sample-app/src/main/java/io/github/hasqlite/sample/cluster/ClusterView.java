package io.github.hasqlite.sample.cluster;

import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.Outage;
import io.github.hasqlite.ReplicationStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cluster as one node sees it.
 *
 * @param node that node's name
 * @param replicating whether it replicates at all
 * @param connected whether it reaches the stream
 * @param problem what keeps it from that, or from applying anything; {@code null} if nothing does
 * @param leader the name of the node that leads, or {@code null} if nobody does
 * @param applied the place in the stream up to which it has applied everything
 * @param lagMillis how long ago the oldest message that it has not applied was stored, in milliseconds
 * @param unsent how many of its change sets the stream has not confirmed
 * @param conflicts how many changes of the last week were overwritten unseen
 * @param members all members, this node first
 */
record ClusterView(
        String node,
        boolean replicating,
        boolean connected,
        @Nullable String problem,
        @Nullable String leader,
        long applied,
        long lagMillis,
        long unsent,
        long conflicts,
        List<Member> members) {

    /**
     * A member as it has described itself last.
     *
     * @param readOnly whether it is a read replica
     * @param lagMessages how many messages it knew of and had not applied
     * @param silenceMillis how long ago that was, in milliseconds
     */
    record Member(String name, boolean readOnly, long lagMessages, long silenceMillis) {

        static Member of(ClusterMember member) {
            return new Member(
                    member.name(),
                    member.readOnly(),
                    member.lagMessages(),
                    member.silence().toMillis());
        }
    }

    static ClusterView of(
            ReplicationStatus status, List<ClusterMember> members, @Nullable String leader, long conflicts) {
        return new ClusterView(
                status.node(),
                status.replicating(),
                status.connected(),
                problem(status),
                leader,
                status.appliedSequence(),
                status.lag().toMillis(),
                status.outboxLength(),
                conflicts,
                members.stream().map(Member::of).toList());
    }

    private static @Nullable String problem(ReplicationStatus status) {
        Outage outage = status.outage();
        return status.halted() != null ? status.halted() : outage == null ? null : outage.reason();
    }
}
