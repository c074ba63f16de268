package io.github.hasqlite.core.changeset;

import java.io.IOException;
import java.io.InputStream;

/** The bytes of a message as its parts carry them, kept somewhere. */
public interface ByteSource {

    /** How many there are. */
    long length();

    /**
     * Reads all of them from the start.
     *
     * @throws IOException if they cannot be read just now
     */
    InputStream open() throws IOException;
}
