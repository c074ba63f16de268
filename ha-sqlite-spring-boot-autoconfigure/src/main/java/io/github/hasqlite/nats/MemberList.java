package io.github.hasqlite.nats;

import io.github.hasqlite.ClusterMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The other nodes that were heard, by this node's clock: all times are nanoseconds of one monotonic clock, given by the
 * caller. Thread-safe.
 */
final class MemberList {

    private static final long NOT_CONNECTED = Long.MIN_VALUE;

    private String self = "";
    private final Map<String, Heard> byId = new HashMap<>();
    /** Starts of nodes that are gone for good, with the time until which something of theirs may still come. */
    private final Map<String, Long> gone = new HashMap<>();

    private long connectedSince = NOT_CONNECTED;

    private static final class Heard {
        private final long first;
        private MemberMessage message;
        private long last;

        private Heard(MemberMessage message, long now) {
            this.first = now;
            this.last = now;
            this.message = message;
        }
    }

    /**
     * Forgets everybody.
     *
     * @param id the id of this node's start, which is not listed
     */
    synchronized void begin(String id) {
        self = id;
        byId.clear();
        connectedSince = NOT_CONNECTED;
    }

    /** From now on silence counts. */
    synchronized void connected(long now) {
        connectedSince = now;
    }

    /** As long as nothing can be heard, nobody is gone for being silent. */
    synchronized void disconnected() {
        connectedSince = NOT_CONNECTED;
    }

    /** A node has said something of itself, now or a while ago. What was heard before is ignored. */
    synchronized void heard(MemberMessage message, long now) {
        String id = message.member().id();
        gone.values().removeIf(until -> until - now < 0);
        if (id.equals(self) || gone.containsKey(id)) {
            return;
        }
        if (message.left()) {
            gone.put(id, now + message.age().toNanos());
            byId.remove(id);
            return;
        }
        Heard known = byId.get(id);
        if (known == null) {
            byId.put(id, new Heard(message, now));
        } else if (message.beat() > known.message.beat()) {
            known.message = message;
            known.last = now;
        }
    }

    /** Those that are members now, by name. */
    synchronized List<ClusterMember> live(long now) {
        byId.values().removeIf(heard -> isSilent(heard, now));
        List<ClusterMember> live = new ArrayList<>();
        for (Heard heard : byId.values()) {
            if (byId.values().stream().noneMatch(other -> isSucceededBy(heard, other))) {
                live.add(withSilence(heard.message.member(), Duration.ofNanos(now - heard.last)));
            }
        }
        live.sort(Comparator.comparing(ClusterMember::name).thenComparing(ClusterMember::id));
        return live;
    }

    private boolean isSilent(Heard heard, long now) {
        if (connectedSince == NOT_CONNECTED) {
            return false;
        }
        long since = heard.last - connectedSince > 0 ? heard.last : connectedSince;
        return now - since > heard.message.age().toNanos();
    }

    /** A node that was started again: the earlier start says nothing any more. */
    private static boolean isSucceededBy(Heard heard, Heard other) {
        return heard.message.member().name().equals(other.message.member().name()) && other.first - heard.last > 0;
    }

    static ClusterMember withSilence(ClusterMember member, Duration silence) {
        return new ClusterMember(
                member.name(),
                member.id(),
                member.started(),
                member.address(),
                member.commitMode(),
                member.readOnly(),
                member.version(),
                member.appliedSequence(),
                member.lagMessages(),
                member.server(),
                silence);
    }
}
