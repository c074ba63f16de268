package io.github.hasqlite.core.changeset;

/**
 * A message that says: what comes behind me is based on a snapshot, and not on what comes before me. A
 * node that meets it goes on only with a snapshot of this sequence or a later one. It is a JSON object
 * whose first field is {@code baseline}, an id, and that has no changes, so that a Go node takes it for a
 * change set that does nothing.
 *
 * @param id what the node that publishes it knows it by, 1 to 64 letters and digits
 */
public record BaselineMessage(String id) {

    private static final IdMessage FORM = new IdMessage("baseline");

    public BaselineMessage {
        FORM.check(id);
    }

    /** The message. */
    public byte[] bytes() {
        return FORM.bytes(id);
    }

    /** Whether a message is one; looks at no more than a few bytes. */
    public static boolean is(byte[] message) {
        return FORM.id(message) != null;
    }

    /**
     * Reads a message.
     *
     * @throws IllegalArgumentException if it {@linkplain #is is none}
     */
    public static BaselineMessage of(byte[] message) {
        String id = FORM.id(message);
        if (id == null) {
            throw new IllegalArgumentException("no baseline");
        }
        return new BaselineMessage(id);
    }
}
