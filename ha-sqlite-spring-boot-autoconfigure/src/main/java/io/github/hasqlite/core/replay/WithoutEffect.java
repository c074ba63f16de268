package io.github.hasqlite.core.replay;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * The places of the newest change sets that were accepted and had no effect on this node: they failed as they did on all
 * nodes, or were left out here. Thread-safe.
 */
final class WithoutEffect {

    private static final int KEPT = 10_000;

    private final Deque<Long> order = new ArrayDeque<>();
    private final Set<Long> places = new HashSet<>();

    synchronized void add(long sequence) {
        if (places.add(sequence)) {
            order.addLast(sequence);
            if (order.size() > KEPT) {
                places.remove(order.removeFirst());
            }
        }
    }

    synchronized boolean contains(long sequence) {
        return places.contains(sequence);
    }
}
