package io.github.hasqlite.core.commit;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Numbers this node's change sets. Each start of a node is a publisher of its own, so that a counter
 * is never used twice, whatever a crash lost or a restored file repeats. Used with the write lock
 * held.
 */
public final class ChangeSetFactory {

    private static final int RADIX = 36;

    private final NodeRuntime runtime;
    private final String node;
    private final String publisher;
    private final long processId = ProcessHandle.current().pid();
    private final String filename;
    private final AppliedState state;
    private long counter;

    /**
     * Numbers the change sets of one start of a node.
     *
     * @param path of its database
     * @param runtime whose time of day and random numbers make the publisher's id unique
     */
    public ChangeSetFactory(String node, String path, AppliedState state, NodeRuntime runtime) {
        this.runtime = runtime;
        this.node = node;
        this.publisher = node
                + "."
                + Long.toString(runtime.currentTimeMillis(), RADIX)
                + "."
                + Integer.toString(runtime.random().nextInt(RADIX * RADIX * RADIX * RADIX), RADIX);
        this.filename = String.valueOf(Path.of(path).getFileName());
        this.state = state;
    }

    /** This start's publisher id. */
    public String publisher() {
        return publisher;
    }

    /** The next change set. */
    ChangeSet next(List<Change> changes) {
        counter++;
        return at(state.sequence(), counter, changes);
    }

    /** Stands for no change set where a message is published that holds none. */
    public ChangeSet none() {
        return at(0, 0, List.of());
    }

    /** A change set whose place among this publisher's is decided elsewhere. */
    public ChangeSet at(long baseSequence, long number, List<Change> changes) {
        return new ChangeSet(
                node,
                processId,
                filename,
                TimeUnit.MILLISECONDS.toNanos(runtime.currentTimeMillis()),
                publisher,
                number,
                baseSequence,
                0,
                changes);
    }

    /**
     * A change set of this publisher is in the stream that this node did not make: whoever may publish
     * may forge. Every node has accepted its counter, so no later change set may have that.
     */
    public void forged(long accepted) {
        counter = Math.max(counter, accepted);
    }

    /**
     * A change set under a later number.
     *
     * @param taken the newest number of this publisher that is in the stream, whoever put it there
     * @param ahead how many others are about to get a later number, too
     */
    public ChangeSet renumbered(ChangeSet changeSet, long taken, int ahead) {
        return new ChangeSet(
                node,
                processId,
                filename,
                changeSet.timestampNs(),
                publisher,
                Math.max(counter, taken) + ahead + 1,
                changeSet.baseSequence(),
                0,
                changeSet.changes());
    }

    /** The later numbers are used up to this one. */
    public void used(long number) {
        counter = Math.max(counter, number);
    }

    /** The newest change set was not published after all. */
    void giveBack() {
        counter--;
    }
}
