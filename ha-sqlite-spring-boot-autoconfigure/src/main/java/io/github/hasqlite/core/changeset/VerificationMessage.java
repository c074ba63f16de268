package io.github.hasqlite.core.changeset;

import org.jspecify.annotations.Nullable;

/**
 * A message that asks all nodes for digests of what their databases are at its sequence. It changes
 * nothing. It is a JSON object whose first field is {@code verification}, an id, and that has no changes, so
 * that a Go node takes it for a change set that does nothing.
 *
 * @param id by which the answers are known, 1 to 64 letters and digits
 */
public record VerificationMessage(String id) {

    private static final IdMessage FORM = new IdMessage("verification");

    public VerificationMessage {
        FORM.check(id);
    }

    /** The message. */
    public byte[] bytes() {
        return FORM.bytes(id);
    }

    /** Reads a message; {@code null} if it is none of these. Looks at no more than a few bytes. */
    public static @Nullable VerificationMessage of(byte[] message) {
        String id = FORM.id(message);
        return id == null ? null : new VerificationMessage(id);
    }
}
