package io.github.hasqlite.core.changeset;

/**
 * A message that changes nothing and asks for nothing: a node publishes it to learn whether the stream takes
 * messages. It is a JSON object whose first field is {@code probe}, an id, and that has no changes.
 *
 * @param id by which its author knows it again, 1 to 64 letters and digits
 */
public record ProbeMessage(String id) {

    private static final IdMessage FORM = new IdMessage("probe");

    public ProbeMessage {
        FORM.check(id);
    }

    /** The message. */
    public byte[] bytes() {
        return FORM.bytes(id);
    }

    /** Whether a message is one of these. Looks at no more than a few bytes. */
    public static boolean is(byte[] message) {
        return FORM.id(message) != null;
    }
}
