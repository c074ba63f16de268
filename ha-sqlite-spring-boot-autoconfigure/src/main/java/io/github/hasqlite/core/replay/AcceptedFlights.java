package io.github.hasqlite.core.replay;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What the stream has accepted and is not settled yet, and the place that comes behind it. Not thread-safe. */
final class AcceptedFlights {

    private final AppliedState state;
    private final Deque<Flight> flights = new ArrayDeque<>();
    private long sequence;
    private long counter;

    AcceptedFlights(AppliedState state) {
        this.state = state;
    }

    boolean isEmpty() {
        return flights.isEmpty();
    }

    List<Flight> all() {
        return List.copyOf(flights);
    }

    /** Goes on behind what is applied here, with the write lock held. */
    void beginBehindApplied(String publisher) {
        sequence = state.sequence();
        counter = state.accepted(publisher);
    }

    void add(Flight flight, long place) {
        flight.accepted(place);
        flights.addLast(flight);
        sequence = place;
        counter = flight.counter();
    }

    void remove(List<Flight> settled) {
        flights.removeAll(settled);
    }

    void clear() {
        flights.clear();
    }

    /** The place of what was accepted or applied last. */
    long tip() {
        return flights.isEmpty() ? state.sequence() : sequence;
    }

    /** These are to come next in the stream. */
    Flight next(List<UndecidedCommit> commits) {
        return new Flight(commits, sequence, counter + 1);
    }
}
