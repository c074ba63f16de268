package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.changeset.Fragment;
import io.github.hasqlite.core.changeset.PauseMessage;
import io.github.hasqlite.core.changeset.ProbeMessage;
import io.github.hasqlite.core.changeset.VerificationMessage;
import org.jspecify.annotations.Nullable;

/**
 * A message of the stream, looked at as far as needed.
 *
 * @param message as it came; of a part, what it holds
 * @param publisher who published it; empty if it does not say
 * @param counter its place in that publisher's sequence
 * @param probablyEcho whether it may be an echo, which takes no work to apply
 * @param changeSet what it says; {@code null} if it was not read yet, because it is probably an echo,
 *     or cannot be read
 * @param part if it is a part of a change set, that part
 * @param rejection why it cannot be read, or {@code null}
 * @param missing why it can only be applied to a snapshot, or {@code null}; it does nothing else then
 */
record InboundMessage(
        StreamMessage message,
        String publisher,
        long counter,
        boolean probablyEcho,
        @Nullable ChangeSet changeSet,
        @Nullable Fragment part,
        @Nullable String rejection,
        @Nullable String missing) {

    static InboundMessage of(StreamMessage message, ChangeSet changeSet) {
        return new InboundMessage(
                message, changeSet.publisher(), changeSet.counter(), false, changeSet, null, null, null);
    }

    static InboundMessage echo(StreamMessage message, String publisher, long counter) {
        return new InboundMessage(message, publisher, counter, true, null, null, null, null);
    }

    /** What changes nothing. */
    static InboundMessage unchanging(StreamMessage message) {
        return new InboundMessage(message, "", 0, false, null, null, null, null);
    }

    static InboundMessage part(StreamMessage message, Fragment part, boolean probablyEcho) {
        StreamMessage content =
                new StreamMessage(message.sequence(), message.timestampNs(), part.data(), message.headers());
        return new InboundMessage(content, part.publisher(), part.counter(), probablyEcho, null, part, null, null);
    }

    static InboundMessage unreadable(StreamMessage message, String reason) {
        return new InboundMessage(message, "", 0, false, null, null, reason, null);
    }

    /** What a node cannot apply without a snapshot of the stream up to there. */
    static InboundMessage missing(StreamMessage message, String reason) {
        return new InboundMessage(message, "", 0, false, null, null, null, reason);
    }

    /** Messages that the stream has no more. */
    static InboundMessage gap(long first, long last) {
        String which = first == last ? "message " + first + " is" : "messages " + first + " to " + last + " are";
        return missing(
                new StreamMessage(last, 0, new byte[0]),
                which + " not in the stream any more, and this node has not had " + (first == last ? "it" : "them"));
    }

    /** What every node is asked for at this place, if the message changes nothing; otherwise {@code null}. */
    @Nullable
    VerificationMessage verification() {
        return part == null ? VerificationMessage.of(message.data()) : null;
    }

    /** What asks writers to wait, if that is what it is; otherwise {@code null}. */
    @Nullable
    PauseMessage pause() {
        return part == null ? PauseMessage.of(message.data()) : null;
    }

    /** Whether it is no change set, and nothing is to be done at its place. */
    boolean isProbe() {
        return part == null && publisher.isEmpty() && ProbeMessage.is(message.data());
    }

    long sequence() {
        return message.sequence();
    }
}
