package io.github.hasqlite.core.changeset;

import org.jspecify.annotations.Nullable;

/**
 * A message that asks the writers of all nodes to wait for a moment, so that a schema change which has given
 * way to them finds its place (rule R13). It changes nothing. It is a JSON object whose first field is
 * {@code pause}, an id, and that has no changes, so that a Go node takes it for a change set that does
 * nothing.
 *
 * @param id by which the node that asks knows it again, 1 to 64 letters and digits
 */
public record PauseMessage(String id) {

    private static final IdMessage FORM = new IdMessage("pause");

    public PauseMessage {
        FORM.check(id);
    }

    /** The message. */
    public byte[] bytes() {
        return FORM.bytes(id);
    }

    /** Reads a message; {@code null} if it is none of these. Looks at no more than a few bytes. */
    public static @Nullable PauseMessage of(byte[] message) {
        String id = FORM.id(message);
        return id == null ? null : new PauseMessage(id);
    }
}
