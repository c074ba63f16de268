package io.github.hasqlite.core.verify;

import io.github.hasqlite.NodeDigest;
import io.github.hasqlite.NodeDigest.State;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
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

    private final NodeRuntime runtime;
    private final Monitor monitor;
    private long begunNanos;

    /** Where in the stream the nodes are compared. */
    record Place(String verification, long sequence) {

        static Place of(NodeDigest answer) {
            return new Place(answer.verification(), answer.sequence());
        }
    }

    VerificationAnswers(NodeRuntime runtime) {
        this.runtime = runtime;
        this.monitor = runtime.monitor();
        this.begunNanos = runtime.nanoTime();
    }

    /** From now on answers come. */
    void begin() {
        monitor.lock();
        try {
            begunNanos = runtime.nanoTime();
        } finally {
            monitor.unlock();
        }
    }

    void add(NodeDigest answer) {
        monitor.lock();
        try {
            Place place = Place.of(answer);
            answers.computeIfAbsent(place, unknown -> new TreeMap<>()).put(answer.node(), answer);
            newest.put(answer.node(), place);
            if (answers.size() > VERIFICATIONS) {
                Place oldest = answers.keySet().iterator().next();
                answers.remove(oldest);
                arrivedNanos.remove(oldest);
            }
            arrivedNanos.put(place, runtime.nanoTime());
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** What the nodes have answered at one place, in the order of their names. */
    List<NodeDigest> at(Place place) {
        monitor.lock();
        try {
            return List.copyOf(answers.getOrDefault(place, Map.of()).values());
        } finally {
            monitor.unlock();
        }
    }

    /** Whether a node has come to a place and not answered yet. */
    boolean isAwaited(Place place) {
        monitor.lock();
        try {
            return at(place).stream().anyMatch(answer -> answer.state() == State.COMPUTING);
        } finally {
            monitor.unlock();
        }
    }

    /** The nodes that have answered anything, but not at one place. */
    List<String> missing(Place place) {
        monitor.lock();
        try {
            Set<String> missing = new TreeSet<>(newest.keySet());
            for (NodeDigest answer : at(place)) {
                if (answer.state() != State.COMPUTING) {
                    missing.remove(answer.node());
                }
            }
            return List.copyOf(missing);
        } finally {
            monitor.unlock();
        }
    }

    /** The answers at the latest place in the stream where more than one node has digests; none if there is none. */
    Collection<NodeDigest> latestCompared() {
        monitor.lock();
        try {
            return answers.entrySet().stream()
                    .filter(entry -> new Comparison(entry.getValue().values()).size() > 1)
                    .max(Comparator.comparingLong(entry -> entry.getKey().sequence()))
                    .map(entry -> new ArrayList<>(entry.getValue().values()))
                    .orElseGet(ArrayList::new);
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Waits until all known nodes have answered a verification, and no other has for a while.
     *
     * @param node which must have answered at least
     * @param settleNanos how long that is
     * @param deadlineNanos when to give up, by {@link NodeRuntime#nanoTime()}
     * @return where the nodes are compared; {@code null} if {@code node} has not answered in time
     */
    @Nullable
    Place await(String verification, String node, long settleNanos, long deadlineNanos) throws InterruptedException {
        monitor.lock();
        try {
            while (true) {
                Place place = place(verification, node);
                long now = runtime.nanoTime();
                long settled = arrivedNanos.getOrDefault(place, begunNanos) + settleNanos - now;
                boolean complete = place != null && missing(place).isEmpty() && !isAwaited(place);
                if (deadlineNanos - now <= 0 || (complete && settled <= 0)) {
                    return place;
                }
                long wait = complete ? Math.min(settled, deadlineNanos - now) : deadlineNanos - now;
                monitor.await(Math.max(wait, TimeUnit.MILLISECONDS.toNanos(1)));
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Waits until what was kept has come. */
    void awaitKept(long settleNanos) throws InterruptedException {
        monitor.lock();
        try {
            long left = begunNanos + settleNanos - runtime.nanoTime();
            while (left > 0) {
                monitor.await(Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
                left = begunNanos + settleNanos - runtime.nanoTime();
            }
        } finally {
            monitor.unlock();
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
