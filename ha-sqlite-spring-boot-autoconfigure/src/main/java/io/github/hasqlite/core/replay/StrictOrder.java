package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.changeset.Fragment;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether the stream does what commit mode {@code strict} is built on. Every change set is stored right behind what
 * its author had applied, so its base sequence is that of the message before its first one; and what the stream has
 * acknowledged to this node is what it delivers at that place. A cluster of servers of different versions breaks
 * both: one that follows stores what the one that leads has refused. Messages without a publisher, and those that
 * say something about the stream itself, have no base and are not looked at. Thread-safe.
 */
final class StrictOrder {

    /** More commits of this node than this are not on their way back; what is beyond is not compared. */
    private static final int MAX_PLACES = 100_000;

    private static final String WHAT_NOW =
            ". The NATS servers do not compare and set as they must, as when servers of different versions form a"
                    + " cluster. Nothing of it was applied. Let all of them be of one version, choose the node whose"
                    + " database is the best, delete the stream, start that node once with"
                    + " ha.sqlite.on-stream-reset=origin, and then the others once with"
                    + " ha.sqlite.on-stream-reset=rejoin";

    private volatile boolean enforced;

    /** This node's commits that have not come back yet: the counter by the sequence. */
    private final ConcurrentHashMap<Long, Long> places = new ConcurrentHashMap<>();

    /** From now on what is broken is found. */
    void enforce() {
        enforced = true;
    }

    /**
     * Looks at a change set before anything of it takes effect.
     *
     * @throws BrokenOrderException if it is not behind what it is based on
     */
    void check(ChangeSet changeSet, InboundMessage received) throws BrokenOrderException {
        if (!enforced || changeSet.publisher().isEmpty()) {
            return;
        }
        Fragment last = received.part();
        long messages = last == null ? 1 : last.parts();
        if (changeSet.baseSequence() != received.sequence() - messages) {
            throw new BrokenOrderException("message " + received.sequence() + " of the stream"
                    + (messages == 1 ? "" : ", the last of " + messages + " parts,") + " was made after message "
                    + changeSet.baseSequence() + ", not after the one before it, and should have been refused"
                    + WHAT_NOW);
        }
    }

    /** The stream has acknowledged a change set of this node, which is about to be committed here. */
    void acknowledged(long sequence, long counter) {
        if (enforced && places.size() < MAX_PLACES) {
            places.put(sequence, counter);
        }
    }

    /**
     * A message has come for a place that is applied here already.
     *
     * @return {@code null}, or what is wrong with it
     */
    @Nullable
    String delivered(InboundMessage received, String ownPublisher) {
        Long counter = enforced ? places.remove(received.sequence()) : null;
        if (counter == null) {
            return null;
        }
        Fragment part = received.part();
        boolean whole = part == null || part.isLast();
        if (whole && received.publisher().equals(ownPublisher) && received.counter() == counter) {
            return null;
        }
        return "the stream has another message at " + received.sequence() + " than the change set " + counter
                + " of this node, which it has acknowledged there and which is committed here" + WHAT_NOW;
    }

    /** Whether it is of interest what comes for a place that is applied here already. */
    boolean isAwaited(long sequence) {
        return enforced && places.containsKey(sequence);
    }

    /** The database is another one. */
    void clear() {
        places.clear();
    }
}
