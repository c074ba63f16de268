package io.github.hasqlite;

import java.io.IOException;
import java.util.List;

/**
 * The nodes that follow one database's stream. Each describes itself every few seconds; one that was not heard for the
 * time that {@code ha.sqlite.members.age} says is gone. Time is measured by this node's own clock alone, and not while
 * this node itself cannot reach the servers: then the last known members stay listed, with how long they are silent.
 * Nodes of the Go implementation are not among them. Thread-safe.
 */
public interface ClusterMembers {

    /** Told who comes and goes. */
    interface Listener {

        /** Another node was heard for the first time, or again after it was gone. */
        void joined(ClusterMember member);

        /** Another node has been stopped, was removed, or was not heard for too long. */
        void left(ClusterMember member);
    }

    /** This node. */
    ClusterMember self();

    /**
     * All members, this node first and the others by name. Never waits. If two nodes run under one name, both are there.
     */
    List<ClusterMember> list();

    /**
     * Removes a member for good, whether it is running, dead or unknown: it stops replicating as soon as it learns of
     * it, within seconds if it can reach the servers, its health is {@code DOWN} and says why; and it cannot start again
     * under this name before it is {@linkplain #admit let in}. What it has committed and the stream has stays; what is in
     * its outbox goes out when it is let in again.
     *
     * @param name the member's name
     * @throws IllegalArgumentException if it is this node's own (stop it, and remove it on another one), or one that no
     *     node can have: blank, with control characters, or longer than 1,000 characters
     * @throws IOException if the servers cannot be reached; it may be removed or not
     */
    void remove(String name) throws IOException;

    /**
     * Lets a node in again that was removed. If it is still running, it goes on by itself; otherwise it can be started.
     *
     * @return whether it had been removed
     * @throws IllegalArgumentException if it is this node's own: only another node can let it in
     * @throws IOException if the servers cannot be reached
     */
    boolean admit(String name) throws IOException;

    /**
     * The names of those that were removed and not let in again.
     *
     * @throws IOException if the servers cannot be reached
     */
    List<String> removed() throws IOException;

    /**
     * Registers who is told of other nodes. Of those that are members already it is told at once.
     *
     * @param listener called by one thread at a time, which it must not hold up; what it throws is logged
     */
    void addListener(Listener listener);
}
