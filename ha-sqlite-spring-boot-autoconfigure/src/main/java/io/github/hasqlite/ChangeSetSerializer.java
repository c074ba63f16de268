package io.github.hasqlite;

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
