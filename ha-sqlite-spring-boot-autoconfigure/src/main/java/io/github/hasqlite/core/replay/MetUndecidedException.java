package io.github.hasqlite.core.replay;

/** What is to be applied meets what is undecided here, which is not put on top of it but taken back. Nothing was applied. */
final class MetUndecidedException extends HaltException {

    private static final long serialVersionUID = 1L;

    MetUndecidedException() {
        super("a change set meets what the stream has not accepted yet", null);
    }
}
