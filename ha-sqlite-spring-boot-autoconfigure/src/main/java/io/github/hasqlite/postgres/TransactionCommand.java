package io.github.hasqlite.postgres;

import io.github.hasqlite.postgres.sql.TokenBuffer;
import org.jspecify.annotations.Nullable;

/**
 * BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their kin.
 *
 * @param what it is
 * @param name of the savepoint; otherwise empty
 * @param readOnly whether READ ONLY or READ WRITE was said; {@code null} if neither
 * @param immediate whether it takes the write lock at once
 */
record TransactionCommand(What what, String name, @Nullable Boolean readOnly, boolean immediate) {

    /** What a command can be. */
    enum What {
        BEGIN,
        COMMIT,
        ROLLBACK,
        SAVEPOINT,
        RELEASE,
        ROLLBACK_TO
    }

    /** As the server says that it is done. */
    String tag() {
        return what == What.ROLLBACK_TO ? "ROLLBACK" : what.name();
    }

    /** {@code null} if the statement is something else. */
    static @Nullable TransactionCommand of(TokenBuffer tokens) {
        if (tokens.isWord(0, "BEGIN") || tokens.isWords(0, "START", "TRANSACTION")) {
            return begin(tokens);
        }
        if (tokens.isWord(0, "COMMIT") || tokens.isWord(0, "END")) {
            return plain(What.COMMIT);
        }
        if (tokens.isWord(0, "ROLLBACK") || tokens.isWord(0, "ABORT")) {
            int at = tokens.isWord(1, "TRANSACTION") || tokens.isWord(1, "WORK") ? 2 : 1;
            return tokens.isWord(at, "TO") ? named(What.ROLLBACK_TO, tokens, at + 1) : plain(What.ROLLBACK);
        }
        if (tokens.isWord(0, "SAVEPOINT")) {
            return named(What.SAVEPOINT, tokens, 1);
        }
        return tokens.isWord(0, "RELEASE") ? named(What.RELEASE, tokens, 1) : null;
    }

    private static TransactionCommand plain(What what) {
        return new TransactionCommand(what, "", null, false);
    }

    private static TransactionCommand named(What what, TokenBuffer tokens, int at) {
        boolean word = tokens.isWord(at, "SAVEPOINT") && tokens.get(at + 1).isName();
        return new TransactionCommand(what, tokens.get(word ? at + 1 : at).name(), null, false);
    }

    private static TransactionCommand begin(TokenBuffer tokens) {
        boolean immediate = tokens.isWord(1, "IMMEDIATE") || tokens.isWord(1, "EXCLUSIVE");
        return new TransactionCommand(What.BEGIN, "", readOnly(tokens), immediate);
    }

    /** Isolation levels have one meaning here, which is the strongest. */
    static @Nullable Boolean readOnly(TokenBuffer tokens) {
        Boolean readOnly = null;
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.isWords(i, "READ", "ONLY")) {
                readOnly = true;
            } else if (tokens.isWords(i, "READ", "WRITE")) {
                readOnly = false;
            }
        }
        return readOnly;
    }
}
