package io.github.hasqlite.autoconfigure;

/** A URL that says no database, or says it in a way that is not understood. Its message shows no value of a secret. */
final class InvalidUrlException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidUrlException(String message) {
        super(message);
    }
}
