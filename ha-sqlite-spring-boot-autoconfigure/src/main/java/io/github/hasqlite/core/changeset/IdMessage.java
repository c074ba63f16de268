package io.github.hasqlite.core.changeset;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The form of messages that say something about the stream itself: a JSON object whose first field has an
 * id, and that has no changes, so that a Go node takes it for a change set that does nothing.
 */
final class IdMessage {

    private static final String MIDDLE = "\":\"";
    private static final byte[] END = Ascii.bytes("\",\"changes\":[]}");
    private static final int MAX_ID = 64;

    private final String name;
    private final byte[] start;

    /**
     * Messages with one field.
     *
     * @param name the field's
     */
    IdMessage(String name) {
        this.name = name;
        this.start = Ascii.bytes("{\"" + name + MIDDLE);
    }

    /**
     * Refuses what cannot be an id.
     *
     * @throws IllegalArgumentException unless it is 1 to 64 letters and digits
     */
    void check(String id) {
        if (!isId(Ascii.bytes(id), 0, id.length())) {
            throw new IllegalArgumentException("not the id of a " + name + ": " + id);
        }
    }

    byte[] bytes(String id) {
        return Ascii.bytes(
                new String(start, StandardCharsets.US_ASCII) + id + new String(END, StandardCharsets.US_ASCII));
    }

    /** The id that a message has, or {@code null} if it is none of these; looks at no more than a few bytes. */
    @Nullable
    String id(byte[] message) {
        int length = message.length - start.length - END.length;
        if (length > MAX_ID
                || !Ascii.isAt(message, 0, start)
                || !Ascii.isAt(message, message.length - END.length, END)
                || !isId(message, start.length, length)) {
            return null;
        }
        return new String(message, start.length, length, StandardCharsets.US_ASCII);
    }

    private static boolean isId(byte[] bytes, int offset, int length) {
        if (length < 1 || length > MAX_ID) {
            return false;
        }
        for (int i = offset; i < offset + length; i++) {
            byte b = bytes[i];
            boolean digit = b >= '0' && b <= '9';
            boolean letter = (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z');
            if (!digit && !letter) {
                return false;
            }
        }
        return true;
    }
}
