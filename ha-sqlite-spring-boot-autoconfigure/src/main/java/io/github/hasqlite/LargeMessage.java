package io.github.hasqlite;

import java.io.IOException;
import java.io.InputStream;

/** A message too large to be held in memory. It is kept somewhere and can be read several times. Not thread-safe. */
public interface LargeMessage {

    /** How many bytes it has, or says it has. */
    int size();

    /**
     * Reads it from the start. What is read is exactly {@link #size()} bytes long.
     *
     * @return to be closed by the caller; reading throws {@link ChangeSetFormatException} as the cause
     *     of an {@link IOException} if the bytes that are kept make no message, and any other {@link
     *     IOException} if they cannot be read just now
     * @throws IOException if it cannot be read just now
     */
    InputStream open() throws IOException;
}
