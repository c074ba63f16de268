package io.github.hasqlite.core.gateway;

import java.io.IOException;

/** Knows where the stream ends. */
@FunctionalInterface
public interface StreamEnd {

    /** Where nothing is replicated there is no stream, and nothing to wait for. */
    StreamEnd NONE = () -> 0;

    /**
     * The newest message of the database that the stream has now. May block.
     *
     * @return its position; 0 if there is none
     * @throws IOException if the stream cannot be reached
     */
    long position() throws IOException;
}
