package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.changeset.BaselineMessage;
import io.github.hasqlite.core.changeset.ByteSource;
import io.github.hasqlite.core.changeset.CompressedMessage;
import io.github.hasqlite.core.changeset.Fragment;
import io.github.hasqlite.core.changeset.FragmentCodec;
import io.github.hasqlite.core.changeset.PauseMessage;
import io.github.hasqlite.core.changeset.ProbeMessage;
import io.github.hasqlite.core.changeset.VerificationMessage;
import java.io.IOException;
import java.sql.SQLException;

/** Reads messages of the stream. Thread-safe. */
final class MessageReader {

    /** What is larger than this is never in memory as a whole, in bytes. All nodes must agree on it. */
    static final int LARGE = 8 << 20;

    private final ChangeSetSerializer serializer;
    private final FragmentCodec fragments = new FragmentCodec();

    MessageReader(ChangeSetSerializer serializer) {
        this.serializer = serializer;
    }

    /**
     * Reads a message as far as it can be done before its place is known.
     *
     * @param ownPublisher whose messages are probably echoes, which need not be read
     */
    InboundMessage read(StreamMessage message, String ownPublisher) {
        try {
            if (BaselineMessage.is(message.data())) {
                return InboundMessage.missing(
                        message, "a new baseline was set at " + message.sequence() + ", from which all nodes go on");
            }
            if (VerificationMessage.of(message.data()) != null
                    || PauseMessage.of(message.data()) != null
                    || ProbeMessage.is(message.data())) {
                return InboundMessage.unchanging(message);
            }
            if (fragments.isFragment(message.data())) {
                Fragment part = fragments.read(message.data());
                return InboundMessage.part(message, part, part.publisher().equals(ownPublisher));
            }
            ChangeSetSerializer.Origin origin = serializer.origin(message.data());
            if (origin != null && origin.publisher().equals(ownPublisher)) {
                return InboundMessage.echo(message, origin.publisher(), origin.counter());
            }
            return InboundMessage.of(message, serializer.deserialize(message.data()));
        } catch (ChangeSetFormatException e) {
            return InboundMessage.unreadable(message, String.valueOf(e.getMessage()));
        }
    }

    /** Reads a change set that came whole, if that was not done before. */
    ChangeSet changeSet(InboundMessage received) throws ChangeSetFormatException {
        ChangeSet known = received.changeSet();
        return known != null ? known : serializer.deserialize(received.message().data());
    }

    /**
     * Reads a change set that came in parts. A large one is read through as a whole, and its changes are
     * read again from the parts.
     *
     * @param last its last part
     * @param data what all its parts hold
     * @throws SQLException if the parts cannot be read just now
     */
    ChangeSet changeSet(Fragment last, ByteSource data) throws ChangeSetFormatException, SQLException {
        CompressedMessage message = message(last, data);
        ChangeSet changeSet;
        try {
            changeSet = last.size() > LARGE
                    ? serializer.deserialize(message)
                    : serializer.deserialize(fragments.join(last, data));
        } catch (IOException e) {
            throw new SQLException("the parts of a change set cannot be read: " + e.getMessage(), e);
        }
        if (!changeSet.publisher().equals(last.publisher()) || changeSet.counter() != last.counter()) {
            throw new ChangeSetFormatException("the parts of one change set hold another, number " + changeSet.counter()
                    + " instead of " + last.counter());
        }
        return changeSet;
    }

    /** The whole message of which these are the parts. */
    static CompressedMessage message(Fragment last, ByteSource data) {
        return new CompressedMessage(last.compressed(), last.size(), data);
    }
}
