package io.github.hasqlite.core.verify;

import io.github.hasqlite.NodeDigest;
import io.github.hasqlite.NodeDigest.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the nodes have answered, to the last verifications. Thread-safe. */
final class VerificationAnswers {

    private static final int VERIFICATIONS = 32;

    private final Map<Place, Map<String, NodeDigest>> answers = new LinkedHashMap<>();
    private final Map<String, Place> newest = new TreeMap<>();
    /** When the last answer came to each verification. */
    private final Map<Place, Long> arrivedNanos = new HashMap<>();

    private long begunNanos = System.nanoTime();

    /** Where in the stream the nodes are compared. */
    record Place(String verification, long sequence) {

        static Place of(NodeDigest answer) {
            return new Place(answer.verification(), answer.sequence());
        }
    }

    /** From now on answers come. */
    synchronized void begin() {
        begunNanos = System.nanoTime();
    }

    synchronized void add(NodeDigest answer) {
        Place place = Place.of(answer);
        answers.computeIfAbsent(place, unknown -> new TreeMap<>()).put(answer.node(), answer);
        newest.put(answer.node(), place);
        if (answers.size() > VERIFICATIONS) {
            Place oldest = answers.keySet().iterator().next();
            answers.remove(oldest);
            arrivedNanos.remove(oldest);
        }
        arrivedNanos.put(place, System.nanoTime());
        notifyAll();
    }

    /** What the nodes have answered at one place, in the order of their names. */
    synchronized List<NodeDigest> at(Place place) {
        return List.copyOf(answers.getOrDefault(place, Map.of()).values());
    }

    /** Whether a node has come to a place and not answered yet. */
    synchronized boolean isAwaited(Place place) {
        return at(place).stream().anyMatch(answer -> answer.state() == State.COMPUTING);
    }

    /** The nodes that have answered anything, but not at one place. */
    synchronized List<String> missing(Place place) {
        Set<String> missing = new TreeSet<>(newest.keySet());
        for (NodeDigest answer : at(place)) {
            if (answer.state() != State.COMPUTING) {
                missing.remove(answer.node());
            }
        }
        return List.copyOf(missing);
    }

    /** The answers at the latest place in the stream where more than one node has digests; none if there is none. */
    synchronized Collection<NodeDigest> latestCompared() {
        return answers.entrySet().stream()
                .filter(entry -> new Comparison(entry.getValue().values()).size() > 1)
                .max(Comparator.comparingLong(entry -> entry.getKey().sequence()))
                .map(entry -> new ArrayList<>(entry.getValue().values()))
                .orElseGet(ArrayList::new);
    }

    /**
     * Waits until all known nodes have answered a verification, and no other has for a while.
     *
     * @param node which must have answered at least
     * @param settleNanos how long that is
     * @param deadlineNanos when to give up, by {@link System#nanoTime()}
     * @return where the nodes are compared; {@code null} if {@code node} has not answered in time
     */
    synchronized @Nullable Place await(String verification, String node, long settleNanos, long deadlineNanos)
            throws InterruptedException {
        while (true) {
            Place place = place(verification, node);
            long now = System.nanoTime();
            long settled = arrivedNanos.getOrDefault(place, begunNanos) + settleNanos - now;
            boolean complete = place != null && missing(place).isEmpty() && !isAwaited(place);
            if (deadlineNanos - now <= 0 || (complete && settled <= 0)) {
                return place;
            }
            long wait = complete ? Math.min(settled, deadlineNanos - now) : deadlineNanos - now;
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(wait, TimeUnit.MILLISECONDS.toNanos(1)));
        }
    }

    /** Waits until what was kept has come. */
    synchronized void awaitKept(long settleNanos) throws InterruptedException {
        long left = begunNanos + settleNanos - System.nanoTime();
        while (left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
            left = begunNanos + settleNanos - System.nanoTime();
        }
    }

    private @Nullable Place place(String verification, String node) {
        Place found = null;
        for (Map.Entry<Place, Map<String, NodeDigest>> entry : answers.entrySet()) {
            NodeDigest own = entry.getValue().get(node);
            if (entry.getKey().verification().equals(verification) && own != null && own.state() != State.COMPUTING) {
                found = entry.getKey();
            }
        }
        return found;
    }
}
