package io.github.hasqlite.core.outbox;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.changeset.CompressedMessage;
import io.github.hasqlite.core.changeset.FragmentCodec;
import io.github.hasqlite.core.changeset.FragmentedMessage;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A change set as it goes to the publisher: in one piece, or in parts if it is too large for that. Whoever sends one,
 * be it behind the outbox, as a schema change or by compare-and-set, has it split here. Not thread-safe.
 */
public final class OutgoingMessage {

    /** What a part of a large message is at most, however large the server lets it be. */
    private static final int MAX_PART = 4 << 20;

    private static final FragmentCodec SPLITTER = new FragmentCodec();

    private static final byte[] NOTHING = {};

    private final ChangeSet changeSet;
    private final byte[] message;
    private final @Nullable FragmentedMessage fragmented;

    private OutgoingMessage(ChangeSet changeSet, byte[] message, @Nullable FragmentedMessage fragmented) {
        this.changeSet = changeSet;
        this.message = message;
        this.fragmented = fragmented;
    }

    /**
     * Packs a change set.
     *
     * @param maxBytes how large a piece may be
     * @throws IllegalArgumentException if that is too small even for parts
     */
    public static OutgoingMessage of(ChangeSet changeSet, byte[] message, int maxBytes) {
        return new OutgoingMessage(
                changeSet, message, message.length <= maxBytes ? null : SPLITTER.split(changeSet, message, maxBytes));
    }

    /**
     * Packs a large change set, which is in memory as a whole only if the publisher takes it as a whole.
     *
     * @param maxBytes how large a piece may be
     * @throws IllegalArgumentException if that is too small even for parts
     * @throws IOException if it cannot be read just now
     */
    public static OutgoingMessage of(ChangeSet changeSet, CompressedMessage message, int maxBytes) throws IOException {
        if (message.size() > maxBytes) {
            return new OutgoingMessage(
                    changeSet, NOTHING, SPLITTER.split(changeSet, message, Math.min(MAX_PART, maxBytes)));
        }
        try (InputStream whole = message.open()) {
            return new OutgoingMessage(changeSet, whole.readAllBytes(), null);
        }
    }

    /** What it is made of. */
    public ChangeSet changeSet() {
        return changeSet;
    }

    boolean isInParts() {
        return fragmented != null;
    }

    /** How many pieces there are, at least one. */
    public int pieces() {
        return fragmented == null ? 1 : fragmented.parts();
    }

    /**
     * The piece with this number, from 1.
     *
     * @throws java.io.UncheckedIOException if what is kept cannot be read just now
     */
    public byte[] piece(int number) {
        return fragmented == null ? message : fragmented.part(number);
    }
}
