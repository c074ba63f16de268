package io.github.hasqlite;

import java.util.List;
import java.util.Objects;

/**
 * The changes of one committed local transaction, in order: the unit of replication.
 *
 * <p>Immutable; may be read by any thread. But the changes of a large transaction, one of several
 * megabytes, are a {@link LargeChanges}: read from disk while one goes through them, by one thread at a
 * time, and only as long as the method runs that they were handed to.
 *
 * @param node name of the node that wrote it
 * @param processId operating system process id of the writing node; informational
 * @param filename file name of the writing node's database, without folders; informational
 * @param timestampNs when it was committed, nanoseconds since 1970-01-01T00:00Z by the writer's
 *     clock; informational, order never depends on it
 * @param publisher id of the publisher, unique for each start of a node; empty for messages of the Go
 *     implementation, which are taken as they come
 * @param counter place in that publisher's own sequence 1, 2, 3…; 0 if {@code publisher} is empty
 * @param baseSequence the stream sequence the writer had applied when its transaction committed
 * @param streamSequence place in the stream; 0 until the stream has stored it
 * @param changes the changes in the order they were made; never empty; go through them with an
 *     iterator, which needs no more memory than one of them
 */
public record ChangeSet(
        String node,
        long processId,
        String filename,
        long timestampNs,
        String publisher,
        long counter,
        long baseSequence,
        long streamSequence,
        List<Change> changes) {

    public ChangeSet {
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(filename, "filename");
        Objects.requireNonNull(publisher, "publisher");
        Objects.requireNonNull(changes, "changes");
    }

    /** The same change set at its place in the stream. */
    public ChangeSet atSequence(long sequence) {
        return new ChangeSet(
                node, processId, filename, timestampNs, publisher, counter, baseSequence, sequence, changes);
    }

    /** The same change set with other changes. */
    public ChangeSet withChanges(List<Change> changed) {
        List<Change> own = changes instanceof GroupedChanges.OfOne one ? one.with(changed) : changed;
        return new ChangeSet(
                node, processId, filename, timestampNs, publisher, counter, baseSequence, streamSequence, own);
    }

    /**
     * The single transactions of which it consists, in their order, each with its own changes and {@link #timestampNs}:
     * several if they came into the stream together (group commit of commit mode {@code strict}), otherwise only this
     * one. They share a place in the stream and a counter; their {@link #number} tells them apart.
     */
    public List<ChangeSet> transactions() {
        return changes instanceof GroupedChanges grouped ? grouped.divide(this) : List.of(this);
    }

    /** Its number among the transactions that share its place in the stream, from 1; 0 if it has that for itself. */
    public int number() {
        return changes instanceof GroupedChanges.OfOne one ? one.number() : 0;
    }

    /** How many changes of other transactions come before its own at its place in the stream. */
    public int changesBefore() {
        return changes instanceof GroupedChanges.OfOne one ? one.first() : 0;
    }

    /**
     * Whether it contains a statement that travels as text. Such a change set takes effect at its
     * place in the stream on every node, its author included (rule R9 of the design).
     */
    public boolean hasCommands() {
        return hasCommands(changes);
    }

    /** Whether one of these changes is a statement that travels as text. */
    public static boolean hasCommands(List<Change> changes) {
        if (changes instanceof LargeChanges large) {
            return large.hasCommands();
        }
        for (Change change : changes) {
            if (change.operation() == Operation.SQL) {
                return true;
            }
        }
        return false;
    }
}
