package io.github.hasqlite;

import java.time.Duration;

/**
 * Places in the stream, by which one node can wait for what was written on another. A position is a sequence of the
 * stream: a node that has {@linkplain #applied() applied} it has all that is stored up to it, whoever has written that.
 * Positions of one {@linkplain #stream() stream} can be compared, those of different streams cannot. 0 is the position
 * of nothing, which every node has applied. Thread-safe.
 *
 * <p>Where nothing is replicated, all positions are 0.
 */
public interface ReplicationPosition {

    /**
     * Which stream the positions of this node are of: the same on all nodes that follow it, another one when it was
     * deleted and made anew. Letters and digits; empty as long as this node has not joined a stream.
     */
    String stream();

    /** The position up to which everything is applied and can be read here. Never waits. */
    long applied();

    /**
     * A position at or behind that of the last transaction that the calling thread has committed through this node's
     * data source, whether it was begun by Spring, by hand, or is a single statement. A transaction that wrote nothing,
     * or was rolled back, has no position and does not count; one that is committed here although its commit has failed
     * ({@link ReplicationTimeoutException}) counts, one of unknown outcome (SQLState 08007) does not. 0 if the thread has
     * committed nothing.
     *
     * <p>In the commit modes {@code sync} and {@code strict} it is known when the commit returns. In {@code async} it is
     * known only when the stream has the transaction, so this waits for that.
     *
     * @param timeout how long to wait at most; zero not to wait
     * @throws PositionNotReachedException if the stream does not have the transaction in time; it is committed here and
     *     will be replicated
     */
    long ofLastCommit(Duration timeout) throws PositionNotReachedException;

    /**
     * A position at or behind everything that can be read on this node now: what is applied, and what any thread has
     * committed here. Waits, as {@link #ofLastCommit} does, until the stream has what is in the outbox now.
     *
     * @param timeout how long to wait at most; zero not to wait
     * @throws PositionNotReachedException if the stream does not have it in time
     */
    long current(Duration timeout) throws PositionNotReachedException;

    /**
     * Waits until this node has applied everything up to a position. Returns at once if it has. Waits without asking
     * the stream or the database again and again: the thread that applies wakes it.
     *
     * @param position what {@link #ofLastCommit} or {@link #current} of a node that follows the same stream has said; of
     *     one that the stream does not have yet it is waited for in vain
     * @param timeout how long to wait at most; zero not to wait
     * @throws PositionNotReachedException if it has not in time, or if nothing is applied on this node until somebody
     *     intervenes
     */
    void await(long position, Duration timeout) throws PositionNotReachedException;
}
