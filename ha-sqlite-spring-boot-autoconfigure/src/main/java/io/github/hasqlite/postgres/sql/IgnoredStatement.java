package io.github.hasqlite.postgres.sql;

import org.jspecify.annotations.Nullable;

/**
 * Statements of PostgreSQL that have nothing to do here, and whose absence changes no answer: what dumps and migrations
 * write of owners, privileges, comments and storage. Stateless.
 */
public final class IgnoredStatement {

    private IgnoredStatement() {}

    /** What its client is told; {@code null} if the statement is something else. */
    public static @Nullable String notice(TokenBuffer tokens) {
        if (tokens.isWords(0, "COMMENT", "ON")) {
            return "comments are not kept: write them into CREATE TABLE, whose text is";
        }
        if (tokens.isWord(0, "GRANT") || tokens.isWord(0, "REVOKE") || tokens.isWords(0, "ALTER", "DEFAULT")) {
            return "privileges are not kept: there is one role, which may do everything";
        }
        if (tokens.isWord(0, "CREATE")) {
            return created(tokens);
        }
        if (!tokens.isWord(0, "ALTER")) {
            return null;
        }
        for (int i = 2; i < tokens.size(); i++) {
            if (tokens.isWords(i, "OWNER", "TO") && tokens.get(i + 3).text().isEmpty()) {
                return "owners are not kept: there is one role";
            }
        }
        return tokens.isWord(1, "TABLE") && isAboutStorage(tokens) ? "how a table is stored is SQLite's affair" : null;
    }

    /** What is there already. */
    private static @Nullable String created(TokenBuffer tokens) {
        int name = tokens.isWords(2, "IF", "NOT", "EXISTS") ? 5 : 2;
        if (tokens.isWord(1, "SCHEMA") && tokens.get(name).name().equals("public")) {
            return "schema \"public\" already exists, skipping";
        }
        if (tokens.isWord(1, "EXTENSION") && tokens.get(name).name().equals("plpgsql")) {
            return "extension \"plpgsql\" is not there, and nothing is lost with it";
        }
        return null;
    }

    private static boolean isAboutStorage(TokenBuffer tokens) {
        int at = tokens.isWords(2, "IF", "EXISTS") ? 4 : 2;
        at += tokens.isWord(at, "ONLY") ? 1 : 0;
        int action = tokens.is(at + 1, ".") ? at + 3 : at + 1;
        int column = tokens.isWord(action + 1, "COLUMN") ? action + 2 : action + 1;
        boolean ofColumn = tokens.isWord(action, "ALTER")
                && tokens.isWord(column + 1, "SET")
                && (tokens.isWord(column + 2, "STATISTICS")
                        || tokens.isWord(column + 2, "STORAGE")
                        || tokens.isWord(column + 2, "COMPRESSION"));
        boolean ofTable = tokens.isWords(action, "CLUSTER", "ON")
                || tokens.isWords(action, "SET", "WITHOUT")
                || tokens.isWords(action, "SET", "TABLESPACE")
                || (tokens.isWord(action, "SET") && tokens.is(action + 1, "("))
                || tokens.isWords(action, "REPLICA", "IDENTITY");
        return ofColumn || ofTable;
    }
}
