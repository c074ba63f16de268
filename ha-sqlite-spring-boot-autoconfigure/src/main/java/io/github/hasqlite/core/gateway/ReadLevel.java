package io.github.hasqlite.core.gateway;

/** How fresh what a client reads has to be. */
public enum ReadLevel {
    /** What this node has. Waits for nothing. */
    LOCAL,
    /** With all that the stream had when the client asked. */
    APPLIED,
    /** The same, and what is written is in the stream when the client has its answer, also in commit mode async. */
    STRICT
}
