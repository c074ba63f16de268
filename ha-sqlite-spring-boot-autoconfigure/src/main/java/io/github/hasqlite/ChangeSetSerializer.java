package io.github.hasqlite;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Turns a change set into a message and back. All nodes of a cluster must use the same one. Called
 * by several threads at once.
 */
public interface ChangeSetSerializer {

    /** The message for a change set; {@link ChangeSet#streamSequence()} is not part of it. */
    byte[] serialize(ChangeSet changeSet);

    /**
     * Reads a message back.
     *
     * @throws ChangeSetFormatException if it is not a change set: not the expected format, a value
     *     outside its storage class, or nested or sized beyond what a change set can be
     */
    ChangeSet deserialize(byte[] message) throws ChangeSetFormatException;

    /**
     * Writes the message of a large change set, whose changes are a {@link LargeChanges}. The default
     * needs the whole message in memory.
     *
     * @param out where it goes; not to be closed
     * @throws IOException from {@code out}
     */
    default void serialize(ChangeSet changeSet, OutputStream out) throws IOException {
        out.write(serialize(changeSet));
    }

    /**
     * Reads a large message back, all of it, before it returns. The default needs it in memory.
     *
     * @return a change set whose changes may be a {@link LargeChanges}, read from the message again as
     *     long as that is there
     * @throws ChangeSetFormatException as {@link #deserialize(byte[])} does
     * @throws IOException if the message cannot be read just now, whatever it says
     */
    default ChangeSet deserialize(LargeMessage message) throws ChangeSetFormatException, IOException {
        try (InputStream in = message.open()) {
            return deserialize(in.readAllBytes());
        }
    }

    /**
     * Who published a message, without reading all of it.
     *
     * @return publisher id and counter, or {@code null} if it has none or cannot be told cheaply
     */
    default @Nullable Origin origin(byte[] message) {
        return null;
    }

    /**
     * Who published a message.
     *
     * @param publisher publisher id, never empty
     * @param counter its place in that publisher's sequence, from 1
     */
    record Origin(String publisher, long counter) {}
}
