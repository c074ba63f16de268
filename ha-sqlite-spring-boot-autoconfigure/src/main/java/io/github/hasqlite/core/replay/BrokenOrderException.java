package io.github.hasqlite.core.replay;

/**
 * The stream holds a message that its compare-and-set must have refused. What it is based on is not what comes
 * before it, so commits that somebody was told of may be missing: never left out by itself.
 */
final class BrokenOrderException extends HaltException {

    private static final long serialVersionUID = 1L;

    BrokenOrderException(String reason) {
        super(reason, null);
    }
}
