package io.github.hasqlite;

/**
 * What a node does at its start if the stream is not the one any more that its database follows: it was
 * deleted and made anew, or ends before what the database has applied (rule R11 of the design).
 */
public enum OnStreamReset {
    /** It refuses to start, and says so. */
    STOP,
    /**
     * It sets its database file aside, under another name in the same folder, and begins with what the new
     * stream's nodes have. What this node had and they do not is in that file only.
     */
    REJOIN,
    /**
     * Its database, with what was still pending, is what the new stream begins with. It refuses to start if
     * the new stream has begun otherwise already.
     *
     * <p>The same where the stream is the same and has dropped, all nodes having been away for too long, what none of
     * them has applied and no snapshot holds: all go on from this node's database. Nothing is lost if it has applied
     * the most; a node that has applied more refuses to go on.
     */
    ORIGIN
}
