package io.github.hasqlite.postgres;

/**
 * What an error is about, in fields of its own, as frameworks read them. Empty where it is not known.
 *
 * @param message in PostgreSQL's words; empty if those of the error itself are to stand
 * @param detail more about it
 */
record ErrorDetails(String message, String detail, String table, String column, String constraint) {

    static final ErrorDetails NONE = new ErrorDetails("", "", "", "", "");
}
