package io.github.hasqlite.nats;

import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers.Listener;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners, one at a time and in order, who has come and gone. Thread-safe. */
final class MemberNews {

    private static final Logger log = LoggerFactory.getLogger(JetStreamMembers.class);

    private final String self;
    private final List<Listener> listeners = new ArrayList<>();

    /** Those that the listeners know, by id. */
    private final Map<String, ClusterMember> known = new LinkedHashMap<>();

    /**
     * Nobody is known yet.
     *
     * @param self this node's name, which no other should have
     */
    MemberNews(String self) {
        this.self = self;
    }

    /** Tells a listener from now on, and at once of those that are known. */
    synchronized void add(Listener listener) {
        listeners.add(listener);
        known.values().forEach(member -> tell(listener, member, true));
    }

    /** Tells what has changed since it was told last. */
    synchronized void now(List<ClusterMember> live) {
        Map<String, ClusterMember> byId = new LinkedHashMap<>();
        live.forEach(member -> byId.put(member.id(), member));
        for (ClusterMember before : List.copyOf(known.values())) {
            if (!byId.containsKey(before.id())) {
                known.remove(before.id());
                log.info("Node {} is no member of the cluster any more", before.name());
                listeners.forEach(listener -> tell(listener, before, false));
            }
        }
        byId.forEach((id, member) -> {
            if (known.put(id, member) == null) {
                welcome(member);
            }
        });
    }

    private void welcome(ClusterMember member) {
        if (member.name().equals(self)) {
            log.error(
                    "Another node runs under this node's name, {}, since {}, at {}: set ha.sqlite.name of one of them to"
                            + " another name and start it again",
                    member.name(),
                    member.started(),
                    member.address());
        } else {
            log.info("Node {} is a member of the cluster", member.name());
        }
        listeners.forEach(listener -> tell(listener, member, true));
    }

    private static void tell(Listener listener, ClusterMember member, boolean joined) {
        try {
            if (joined) {
                listener.joined(member);
            } else {
                listener.left(member);
            }
        } catch (RuntimeException e) {
            log.warn("A listener of the cluster's members failed", e);
        }
    }

    /** Nobody is known any more, and nobody is told that. */
    synchronized void forget() {
        known.clear();
    }
}
