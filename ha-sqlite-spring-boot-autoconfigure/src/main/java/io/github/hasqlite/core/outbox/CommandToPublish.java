package io.github.hasqlite.core.outbox;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.runtime.Tracing;
import org.jspecify.annotations.Nullable;

/** A change set with a command, published behind the outbox without being in it. Guarded by the dispatch's monitor. */
final class CommandToPublish {

    private final ChangeSet changeSet;
    private final byte[] message;
    private final Tracing.@Nullable Origin origin;
    private boolean sentWholly;
    private boolean everSent;

    CommandToPublish(ChangeSet changeSet, byte[] message, Tracing.@Nullable Origin origin) {
        this.origin = origin;
        this.changeSet = changeSet;
        this.message = message;
    }

    /** The message, in pieces if it must be; without the monitor. */
    OutgoingMessage outgoing(int maxBytes) {
        return OutgoingMessage.of(changeSet, message, maxBytes);
    }

    /** What it follows from, if that is followed. */
    Tracing.@Nullable Origin origin() {
        return origin;
    }

    /** A piece was given to the publisher. */
    void sent(boolean last) {
        everSent = true;
        sentWholly = last;
    }

    /** What was sent of it does not count. */
    void sendAgain() {
        sentWholly = false;
    }

    /** Whether all of it is on its way. */
    boolean isSent() {
        return sentWholly;
    }

    /** Whether it may be in the stream. */
    boolean mayBeStored() {
        return everSent;
    }
}
