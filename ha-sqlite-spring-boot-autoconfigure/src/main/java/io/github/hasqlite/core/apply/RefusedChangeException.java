package io.github.hasqlite.core.apply;

/** A change asks for something that is not a change. */
public final class RefusedChangeException extends Exception {

    private static final long serialVersionUID = 1L;

    RefusedChangeException(String reason) {
        super(reason, null, false, false);
    }

    /** What is wrong with the change. */
    String reason() {
        return String.valueOf(getMessage());
    }
}
