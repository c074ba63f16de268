package io.github.hasqlite.http;

/** Which node answers requests that change something. */
public enum ForwardTo {
    /** The leader. */
    LEADER,
    /** The node that gets it, unless it is a read replica: then the leader, or another one that writes. */
    WRITER
}
