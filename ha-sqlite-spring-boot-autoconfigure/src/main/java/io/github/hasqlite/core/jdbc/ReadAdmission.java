package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Lets a connection show what it reads only once nothing of it can be taken back any more, in and outside of
 * transactions. Belongs to one connection. Not thread-safe.
 */
final class ReadAdmission {

    private final Transaction transaction;
    private final ReadPin pin;
    private final SeenStates seen;

    /** Of a connection whose log says what may still be taken back; {@code null} if nothing is replicated. */
    ReadAdmission(
            Transaction transaction,
            PhysicalConnection connection,
            NativeTransaction sqlite,
            Savepoints savepoints,
            @Nullable CommitLog log) {
        ReadGate gate = ReadGate.of(log);
        this.transaction = transaction;
        this.pin = new ReadPin(connection, sqlite, savepoints, gate);
        this.seen = new SeenStates(gate, connection.shield());
    }

    /** Runs what reads. */
    <T> T run(RunningStatement statement, SqlCall<T> call) throws SQLException {
        if (!transaction.isActive() && !seen.isOpen()) {
            return seen.admitted(statement, call);
        }
        pin(statement);
        return call.run();
    }

    /**
     * What is about to run reads in the open transaction: from now on it sees one state of the database, of which
     * nothing can be taken back.
     */
    void pin(LimitedStatement statement) throws SQLException {
        if (transaction.isActive() && !transaction.isWriting()) {
            pin.set(statement.timeout());
        }
    }

    /** Something else than a statement of the application is about to read in the open transaction. */
    void looks() {
        pin.looks();
    }

    /** From now on nothing more is committed that may be taken back: waits for what is undecided. */
    void close() throws SQLException {
        seen.close();
    }

    /**
     * A transaction is about to end.
     *
     * @param wrote whether it had the write lock, which it has still
     */
    void ends(boolean wrote) {
        pin.clear();
        seen.ends(wrote);
    }

    /** Waits until it is known whether what it has seen stays, if it ended without being written to the log. */
    void requireKept() throws SQLException {
        seen.requireKept();
    }

    /** Whoever ended the transaction knows what became of it. */
    void told() {
        seen.told();
    }

    /** Runs a statement; if it ends a transaction with an error, that is not thrown before it is known that it stays. */
    <T> T telling(SqlCall<T> call) throws SQLException {
        try {
            return call.run();
        } catch (SQLException e) {
            throw transaction.isActive() ? e : seen.afterEnd(e);
        }
    }

    /** Whether the transaction, which writes, is on top of what does not stay. */
    boolean isDoomed() {
        return transaction.isWriting() && seen.isDoomed();
    }

    /** Runs what copies the whole database into a file, from where anybody reads it. */
    <T> T copying(WriteAccess access, SqlCall<T> call) throws SQLException {
        if (seen.isOpen()) {
            return call.run();
        }
        return access.readingPast(() -> {
            seen.close();
            return call.run();
        });
    }
}
