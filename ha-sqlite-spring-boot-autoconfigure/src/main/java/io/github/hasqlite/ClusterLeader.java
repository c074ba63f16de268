package io.github.hasqlite;

import org.jspecify.annotations.Nullable;

/**
 * One node of the cluster that does what only one should: scheduled jobs, sending mail, being the only one that writes.
 * It holds a lease in the servers' store, renews it, and gives it back when it stops; when it dies, another node gets the
 * lease after the time that {@code ha.sqlite.leader.lease} says and a part of that. Read replicas do not take it.
 * Thread-safe.
 *
 * <p><b>What it cannot promise.</b> A node that has asked {@link #isLeader} may be suspended right after the answer, by
 * garbage collection or the operating system, for longer than its lease, and then go on as if it still led while another
 * one does. So two nodes can do the same work at the same moment, seldom and for a short time. Where that would do harm,
 * hand {@link #token} to whoever does the work, and let it refuse a smaller one than it has seen. A node never trusts
 * another's clock: it takes itself for the leader for nine tenths of the lease, counted from before it asked for it, on
 * its own monotonic clock; that clock must not stand still, as it does on some machines that are put to sleep. The token
 * grows as long as the servers keep what they have stored. Writes of two nodes that both believe to lead meet like those
 * of any two nodes, by the rules of the commit mode.
 */
public interface ClusterLeader {

    /**
     * Who leads.
     *
     * @param node its name
     * @param address the base URL at which it says that its HTTP server can be reached, or {@code null}
     * @param token its fencing token
     */
    record Leader(String node, @Nullable String address, long token) {}

    /** Told when this node begins and ends to lead. */
    interface Listener {

        /** This node leads from now on. */
        void gained(LeadershipGained gained);

        /** This node does not lead any more. */
        void lost(LeadershipLost lost);
    }

    /**
     * Whether this node leads now. Never waits, and becomes {@code false} by this node's clock alone when the lease
     * could not be renewed in time, whatever else hangs.
     */
    boolean isLeader();

    /**
     * The fencing token of this node's leadership: greater than that of everybody who led before. Never waits.
     *
     * @return 0 if this node does not lead
     */
    long token();

    /**
     * Who leads, as this node has seen last. Never waits.
     *
     * @return {@code null} if nobody does, or that was not seen for as long as a lease lasts
     */
    @Nullable
    Leader leader();

    /**
     * Registers who is told when this node begins and ends to lead. If it leads already, the listener is told at once.
     *
     * @param listener called by one thread at a time, in order; it must not hold it up, since the loss is told by the
     *     same thread. What it throws is logged
     */
    void addListener(Listener listener);
}
