package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import java.io.IOException;
import java.io.InputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.sym.PropertyNameMatcher;

/**
 * Cuts a message that is too large to travel into parts, and puts them together again. Thread-safe.
 *
 * <p>A part is a JSON object with the fields of a change set and no changes, so that a Go node takes it
 * for a change set that does nothing, and with fields of its own:
 *
 * <ul>
 *   <li>{@code publisher} and {@code counter}, those of the whole change set, come first;
 *   <li>{@code part} comes third, which tells a part from a change set, and counts from 1 to {@code
 *       parts};
 *   <li>{@code encoding} is {@code "zstd"} if the message was compressed before it was cut, or {@code
 *       "plain"};
 *   <li>{@code size} is the number of bytes of the message before that;
 *   <li>{@code data} is this part's bytes of it in base64.
 * </ul>
 *
 * <p>What the message is made of does not matter here: it need not be JSON.
 */
public final class FragmentCodec {

    static final String COMPRESSED = "zstd";
    static final String PLAIN = "plain";

    private static final byte[] START = Ascii.bytes("{\"" + FieldNames.PUBLISHER + "\":\"");
    private static final byte[] COUNTER = Ascii.bytes("\",\"" + FieldNames.COUNTER + "\":");
    private static final byte[] PART = Ascii.bytes(",\"" + FieldNames.PART + "\":");

    private final JsonFactory factory = JsonFormat.factory();
    private final PropertyNameMatcher fields = FieldNames.matcher(factory, FieldNames.OF_FRAGMENT);

    /** Creates a codec. */
    public FragmentCodec() {}

    /**
     * Cuts a message into parts.
     *
     * @param changeSet what the message says
     * @param maxBytes how large each part may be
     * @throws IllegalArgumentException if that is too small for the message
     */
    public FragmentedMessage split(ChangeSet changeSet, byte[] message, int maxBytes) {
        return FragmentedMessage.of(factory, changeSet, message, maxBytes);
    }

    /**
     * Cuts a message into parts that is kept somewhere as parts carry it.
     *
     * @param changeSet what the message says
     * @param maxBytes how large each part may be
     * @throws IllegalArgumentException if that is too small for the message
     */
    public FragmentedMessage split(ChangeSet changeSet, CompressedMessage message, int maxBytes) {
        return FragmentedMessage.of(factory, changeSet, message, maxBytes);
    }

    /** Whether a message begins as a part does, and no change set. Looks at its first bytes only. */
    public boolean isFragment(byte[] message) {
        if (!Ascii.isAt(message, 0, START)) {
            return false;
        }
        int at = START.length;
        while (at < message.length && message[at] != '"') {
            at += message[at] == '\\' ? 2 : 1;
        }
        if (!Ascii.isAt(message, at, COUNTER)) {
            return false;
        }
        at += COUNTER.length;
        while (at < message.length && message[at] >= '0' && message[at] <= '9') {
            at++;
        }
        return Ascii.isAt(message, at, PART);
    }

    /**
     * Reads a part.
     *
     * @throws ChangeSetFormatException if it is none: a field is missing, there twice, or out of range
     */
    public Fragment read(byte[] message) throws ChangeSetFormatException {
        try (MessageParser in = new MessageParser(factory, message)) {
            return read(in);
        }
    }

    private Fragment read(MessageParser in) throws ChangeSetFormatException {
        try {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw in.place().wrong("not a JSON object");
            }
            FragmentFields read = new FragmentFields(in);
            int seen = 0;
            int field;
            while ((field = in.nextField(fields, FieldNames.OF_FRAGMENT, seen)) >= 0) {
                seen |= 1 << field;
                read.take(field);
            }
            if (in.nextToken() != null) {
                throw in.place().wrong("something follows after the part");
            }
            return read.fragment();
        } catch (JacksonException e) {
            throw in.place().unreadable(e);
        } catch (RuntimeException e) {
            // Not known to happen. But whoever can write to the subject must not be able to stop a node with it.
            throw new ChangeSetFormatException(in.place() + ": reading failed", e);
        }
    }

    /**
     * Puts a message together in memory.
     *
     * @param last the last part; what it says of encoding and size counts
     * @param data what all the parts hold
     * @throws ChangeSetFormatException if they make no message
     * @throws IOException if they cannot be read just now
     */
    public byte[] join(Fragment last, ByteSource data) throws ChangeSetFormatException, IOException {
        try (InputStream in = data.open()) {
            return new CompressedBytes(last.compressed(), in.readAllBytes()).message(last.size());
        }
    }
}
