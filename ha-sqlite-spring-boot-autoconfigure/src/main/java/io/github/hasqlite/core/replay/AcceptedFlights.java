package io.github.hasqlite.core.replay;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What the stream has accepted and is not settled yet, and the place that comes behind it. Not thread-safe where it does not say so. */
final class AcceptedFlights {

    private final AppliedState state;
    private final Deque<Flight> flights = new ArrayDeque<>();
    private long sequence;
    private long counter;
    /** The place of what was accepted last and is not settled; 0 if everything is. */
    private volatile long unsettled;

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
        unsettled = place;
    }

    void remove(List<Flight> settled) {
        flights.removeAll(settled);
        if (flights.isEmpty()) {
            unsettled = 0;
        }
    }

    void clear() {
        flights.clear();
        unsettled = 0;
    }

    /** The place of what was accepted or applied last. Thread-safe. */
    long tip() {
        long place = unsettled;
        return place == 0 ? state.sequence() : place;
    }

    /** These are to come next in the stream. */
    Flight next(List<UndecidedCommit> commits) {
        return new Flight(commits, sequence, counter + 1);
    }
}
