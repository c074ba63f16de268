package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.LeadershipGained;
import io.github.hasqlite.LeadershipLost;
import io.github.hasqlite.MemberJoined;
import io.github.hasqlite.MemberLeft;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.nats.JetStreamLeader;
import io.github.hasqlite.nats.JetStreamMembers;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/**
 * Lets a node become a member, and a leader, when its application is complete, and leave before anything of it is
 * stopped; what happens in between becomes events of the application context.
 */
final class ClusterLifecycle implements SmartLifecycle {

    private final @Nullable ClusterMembers members;
    private final @Nullable ClusterLeader leader;
    private final ApplicationEventPublisher events;
    private final ReplicationNode node;
    private volatile boolean running;
    private boolean listening;

    ClusterLifecycle(
            @Nullable ClusterMembers members,
            @Nullable ClusterLeader leader,
            ApplicationEventPublisher events,
            ReplicationNode node) {
        this.node = node;
        this.members = members;
        this.leader = leader;
        this.events = events;
    }

    @Override
    public void start() {
        if (running) {
            return;
        }
        running = true;
        if (!listening) {
            listening = true;
            listen();
        }
        if (members instanceof JetStreamMembers ours) {
            ours.start();
        }
        node.whenStarted(this::lead);
    }

    /** Only who replicates may lead. */
    private synchronized void lead() {
        if (running && leader instanceof JetStreamLeader ours) {
            ours.start();
        }
    }

    private void listen() {
        if (members != null) {
            members.addListener(new ClusterMembers.Listener() {
                @Override
                public void joined(ClusterMember member) {
                    events.publishEvent(new MemberJoined(member));
                }

                @Override
                public void left(ClusterMember member) {
                    events.publishEvent(new MemberLeft(member));
                }
            });
        }
        if (leader != null) {
            leader.addListener(new ClusterLeader.Listener() {
                @Override
                public void gained(LeadershipGained gained) {
                    events.publishEvent(gained);
                }

                @Override
                public void lost(LeadershipLost lost) {
                    events.publishEvent(lost);
                }
            });
        }
    }

    @Override
    public synchronized void stop() {
        running = false;
        if (leader instanceof JetStreamLeader ours) {
            ours.close();
        }
        if (members instanceof JetStreamMembers ours) {
            ours.close();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
