package io.github.hasqlite.outbox;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.changeset.FragmentCodec;
import io.github.hasqlite.changeset.FragmentedMessage;
import org.jspecify.annotations.Nullable;

/**
 * A change set as it goes to the publisher: in one piece, or in parts if it is too large for that.
 * Not thread-safe.
 */
final class Freight {

    private final ChangeSet changeSet;
    private final byte[] message;
    private final @Nullable FragmentedMessage fragmented;

    /**
     * Packs a change set.
     *
     * @param maxBytes how large a piece may be
     * @throws IllegalArgumentException if that is too small even for parts
     */
    Freight(FragmentCodec codec, ChangeSet changeSet, byte[] message, int maxBytes) {
        this.changeSet = changeSet;
        this.message = message;
        this.fragmented = message.length <= maxBytes ? null : codec.split(changeSet, message, maxBytes);
    }

    ChangeSet changeSet() {
        return changeSet;
    }

    boolean isInParts() {
        return fragmented != null;
    }

    int pieces() {
        return fragmented == null ? 1 : fragmented.parts();
    }

    /** The piece with this number, from 1. */
    byte[] piece(int number) {
        return fragmented == null ? message : fragmented.part(number);
    }
}
