package io.github.hasqlite.simulation;

import io.github.hasqlite.NodeDigest;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.StreamMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The server's side: the stream, and what is kept beside it. Used by whoever has the baton. */
final class SimulatedStream {

    private static final long EPOCH_NS = 1_700_000_000_000_000_000L;

    private Faults faults;

    private final Scheduler scheduler;
    private final List<NodeDigest> digests = new ArrayList<>();
    private final Map<String, Long> keys = new HashMap<>();
    private final List<byte[]> messages = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();
    private final AcceptedPlaces places;
    private final Map<Snapshot, byte[]> snapshots = new HashMap<>();
    private final Map<String, Lease> leases = new HashMap<>();
    private final List<SimulatedThread> listening = new ArrayList<>();
    private long first = 1;
    private long createdNs;
    private int losses;

    /** Who has a right, and until when. */
    record Lease(Object holder, long until) {}

    /**
     * How probable faults are, in one of a thousand, and what else there is to know of the network.
     *
     * @param delayMillis what a request takes at most
     * @param forget whether what a snapshot covers is dropped
     */
    record Faults(
            int lose,
            int loseAnswer,
            int repeat,
            int overtake,
            int failStore,
            int largestMessage,
            int delayMillis,
            int forget) {

        static Faults none(int largestMessage, int delayMillis, int forget) {
            return new Faults(0, 0, 0, 0, 0, largestMessage, delayMillis, forget);
        }
    }

    SimulatedStream(Scheduler scheduler, Faults faults) {
        this.scheduler = scheduler;
        this.faults = faults;
        this.places = new AcceptedPlaces(scheduler);
        this.createdNs = EPOCH_NS + scheduler.now();
    }

    Faults faults() {
        return faults;
    }

    /** From now on nothing goes wrong. */
    void heal() {
        faults = Faults.none(faults.largestMessage, 4, faults.forget);
    }

    Scheduler scheduler() {
        return scheduler;
    }

    /** Where nodes have accepted what is in it. */
    AcceptedPlaces places() {
        return places;
    }

    long end() {
        return messages.size();
    }

    long first() {
        return first;
    }

    long createdNs() {
        return createdNs;
    }

    long add(byte[] message) {
        messages.add(message);
        times.add(EPOCH_NS + scheduler.now());
        scheduler.note("stored " + messages.size() + " " + java.util.Arrays.hashCode(message) + " of " + message.length
                + " bytes");
        listening.forEach(scheduler::wake);
        return messages.size();
    }

    /** {@code null} if it is not there. */
    @Nullable
    StreamMessage get(long sequence) {
        return sequence < first || sequence > messages.size()
                ? null
                : new StreamMessage(sequence, times.get((int) sequence - 1), messages.get((int) sequence - 1));
    }

    /** Drops what is older. */
    void dropBefore(long sequence) {
        if (sequence > first) {
            first = Math.min(sequence, end() + 1);
            scheduler.note("stream begins at " + first);
        }
    }

    /** It is deleted, and there is a new one; what is beside it stays. */
    void remake() {
        messages.clear();
        times.clear();
        first = 1;
        createdNs = EPOCH_NS + scheduler.now();
        losses++;
        places.forgive();
        scheduler.note("the stream is made anew");
        listening.forEach(scheduler::wake);
    }

    /** The server has lost its newest messages. */
    void setBack(long to) {
        long end = Math.max(to, first);
        while (messages.size() > end) {
            messages.remove(messages.size() - 1);
            times.remove(times.size() - 1);
        }
        losses++;
        places.forgive();
        scheduler.note("the stream is set back to " + end());
        listening.forEach(scheduler::wake);
    }

    /** How often it has lost what was in it. */
    int losses() {
        return losses;
    }

    List<NodeDigest> digests() {
        return digests;
    }

    void add(NodeDigest digest) {
        digests.add(digest);
        listening.forEach(scheduler::wake);
    }

    /** Up to which number keys were handed out, by table. */
    Map<String, Long> keys() {
        return keys;
    }

    /** Waits until something may have been added, or until a moment. */
    void listen(long until) {
        SimulatedThread me = scheduler.current();
        listening.add(me);
        scheduler.block(until);
        listening.remove(me);
    }

    void forgetListener(SimulatedThread thread) {
        listening.remove(thread);
    }

    Map<Snapshot, byte[]> snapshots() {
        return snapshots;
    }

    Map<String, Lease> leases() {
        return leases;
    }

    /** Whether something happens that does so in some of a thousand cases. */
    boolean happens(int ofAThousand) {
        return scheduler.random().nextInt(1_000) < ofAThousand;
    }
}
