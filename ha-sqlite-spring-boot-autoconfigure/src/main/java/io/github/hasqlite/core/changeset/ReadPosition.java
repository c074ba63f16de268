package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSetFormatException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Where in a message reading is: {@code changes[3].new_values[2]}. Kept up to date while reading. */
final class ReadPosition {

    private static final int NOWHERE = -1;
    private static final int MAX_REASON_LENGTH = 160;

    private int change = NOWHERE;
    private @Nullable String field;
    private int element = NOWHERE;

    void atChange(int index) {
        change = index;
        atField(null);
    }

    void outsideChanges() {
        change = NOWHERE;
        atField(null);
    }

    void atField(@Nullable String name) {
        field = name;
        element = NOWHERE;
    }

    void atElement(int index) {
        element = index;
    }

    void atAllElements() {
        element = NOWHERE;
    }

    /** Something here is wrong. */
    ChangeSetFormatException wrong(String problem) {
        String where = toString();
        return new ChangeSetFormatException(where.isEmpty() ? problem : where + ": " + problem);
    }

    /** Something in a field of this change is wrong, and the problem names the field. */
    ChangeSetFormatException within(String problem) {
        return new ChangeSetFormatException(this + "." + problem);
    }

    /** What is here cannot be read. The parser's exception is left behind: it holds the whole message. */
    ChangeSetFormatException unreadable(JacksonException e) {
        String reason = Excerpt.of(String.valueOf(e.getOriginalMessage()), MAX_REASON_LENGTH);
        long offset = e.getLocation() == null ? NOWHERE : e.getLocation().getByteOffset();
        return wrong("not readable as JSON" + (offset < 0 ? "" : " at byte " + offset) + ": " + reason);
    }

    @Override
    public String toString() {
        StringBuilder path = new StringBuilder();
        if (change != NOWHERE) {
            path.append("changes[").append(change).append(']');
        }
        if (field != null) {
            path.append(path.length() == 0 ? "" : ".").append(field);
        }
        if (element != NOWHERE) {
            path.append('[').append(element).append(']');
        }
        return path.toString();
    }
}
