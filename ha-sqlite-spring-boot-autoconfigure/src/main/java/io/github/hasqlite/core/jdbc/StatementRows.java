package io.github.hasqlite.core.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The rows that a statement shows: of SQLite, or kept in memory. Not thread-safe. */
final class StatementRows {

    private final Rows ofSqlite;
    private @Nullable KeptRows kept;

    /** Of a statement that has no kept ones. */
    StatementRows(Rows ofSqlite) {
        this.ofSqlite = ofSqlite;
    }

    /** What shows SQLite's. */
    Rows ofSqlite() {
        return ofSqlite;
    }

    /** Those in memory, if there are any. */
    @Nullable
    KeptRows kept() {
        return kept;
    }

    /** From now on shows these. */
    void keep(KeptRows rows) {
        kept = rows;
    }

    /** The statement is about to run again, or is closed. */
    void forget() throws SQLException {
        ofSqlite.forgetInterrupt();
        KeptRows present = kept;
        kept = null;
        if (present != null) {
            present.close();
        }
    }

    /**
     * See {@link Rows#interrupt}.
     *
     * @param open whether rows of SQLite are still to be fetched
     */
    void interrupt(boolean open) throws SQLException {
        KeptRows present = kept;
        if (present != null) {
            present.interrupt();
        } else if (open) {
            ofSqlite.interrupt();
        }
    }
}
