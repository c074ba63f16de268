package io.github.hasqlite.differential;

/** Names and strings as SQL text, written anew here: the test must not trust the code under test. */
final class Sql {

    private Sql() {}

    /** A name in double quotes. */
    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** A string literal. */
    static String string(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }
}
