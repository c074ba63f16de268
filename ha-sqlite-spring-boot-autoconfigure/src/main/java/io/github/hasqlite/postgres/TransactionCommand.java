package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.SqlSyntaxException;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their kin.
 *
 * @param what it is
 * @param name of the savepoint; otherwise empty
 * @param readOnly whether READ ONLY or READ WRITE was said; {@code null} if neither
 * @param immediate whether it takes the write lock at once
 * @param chain whether another transaction follows at once, which is the same as the one that ends
 */
record TransactionCommand(What what, String name, @Nullable Boolean readOnly, boolean immediate, boolean chain) {

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

    /**
     * {@code null} if the statement is something else.
     *
     * @throws SQLException if it is written wrongly (42601), or about a transaction that was prepared (0A000)
     */
    static @Nullable TransactionCommand of(TokenBuffer tokens) throws SQLException {
        if (tokens.isWord(0, "BEGIN") || tokens.isWords(0, "START", "TRANSACTION")) {
            return begin(tokens);
        }
        boolean commits = tokens.isWord(0, "COMMIT") || tokens.isWord(0, "END");
        if (commits || tokens.isWord(0, "ROLLBACK") || tokens.isWord(0, "ABORT")) {
            int at = tokens.isWord(1, "TRANSACTION") || tokens.isWord(1, "WORK") ? 2 : 1;
            return !commits && tokens.isWord(at, "TO")
                    ? named(What.ROLLBACK_TO, tokens, at + 1)
                    : end(commits ? What.COMMIT : What.ROLLBACK, tokens, at);
        }
        if (tokens.isWord(0, "SAVEPOINT")) {
            return named(What.SAVEPOINT, tokens, 1);
        }
        if (tokens.isWords(0, "PREPARE", "TRANSACTION")) {
            throw prepared("PREPARE TRANSACTION");
        }
        return tokens.isWord(0, "RELEASE") ? named(What.RELEASE, tokens, 1) : null;
    }

    private static TransactionCommand end(What what, TokenBuffer tokens, int at) throws SQLException {
        if (tokens.isWord(1, "PREPARED")) {
            throw prepared(what + " PREPARED");
        }
        boolean chain = tokens.isWords(at, "AND", "CHAIN");
        int end = chain ? at + 2 : tokens.isWords(at, "AND", "NO", "CHAIN") ? at + 3 : at;
        if (!tokens.get(end).text().isEmpty()) {
            throw SqlSyntaxException.near(tokens, end);
        }
        return new TransactionCommand(what, "", null, false, chain);
    }

    private static SQLException prepared(String what) {
        return new SQLException(
                what
                        + " is not supported: a transaction is committed, or rolled back, by the session that has begun it",
                SqlStates.FEATURE_NOT_SUPPORTED);
    }

    private static TransactionCommand named(What what, TokenBuffer tokens, int at) {
        boolean word = tokens.isWord(at, "SAVEPOINT") && tokens.get(at + 1).isName();
        return new TransactionCommand(what, tokens.get(word ? at + 1 : at).name(), null, false, false);
    }

    private static TransactionCommand begin(TokenBuffer tokens) {
        boolean immediate = tokens.isWord(1, "IMMEDIATE") || tokens.isWord(1, "EXCLUSIVE");
        return new TransactionCommand(What.BEGIN, "", readOnly(tokens), immediate, false);
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
