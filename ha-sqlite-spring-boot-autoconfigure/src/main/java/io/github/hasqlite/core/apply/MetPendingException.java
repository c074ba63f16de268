package io.github.hasqlite.core.apply;

/**
 * A change set turned out to meet what is pending although none of their keys are the same: what is
 * pending must be taken out first.
 */
public final class MetPendingException extends Exception {

    private static final long serialVersionUID = 1L;

    MetPendingException() {
        super("meets what is pending", null, false, false);
    }
}
