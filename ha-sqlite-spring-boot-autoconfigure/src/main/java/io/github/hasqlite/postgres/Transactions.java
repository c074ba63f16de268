package io.github.hasqlite.postgres;

import io.github.hasqlite.ReplicationTimeoutException;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.gateway.TransactionState;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a session stands with its transaction, as PostgreSQL has it: an error leaves a transaction that takes nothing but
 * its end, and statements that come together without a BEGIN are a transaction of their own. Not thread-safe.
 */
final class Transactions {

    private enum State {
        NONE,
        IMPLICIT,
        OPEN,
        FAILED
    }

    private static final String NO_SAVEPOINT = "3B001";

    private final GatewaySession gateway;
    private final SessionSettings settings;
    private final SessionChannels channels;
    private final Portals<TypedRows> cursors;
    private final Portals<Portal> portals;
    private final Notices notices;
    private final SessionLocks locks;
    private final List<Savepoint> savepoints = new ArrayList<>();
    private State state = State.NONE;
    /** Whether the database was told that nothing is written, and nothing has run since. */
    private boolean fresh;
    /** Whether the transaction was begun with the write lock. */
    private boolean immediate;

    private Instant begun = Instant.EPOCH;

    /**
     * How things stood when it was made.
     *
     * @param said what was to be said to those who listen
     * @param settings of the session
     * @param cursors how many there had been
     * @param portals how many there had been
     */
    private record Savepoint(String name, int said, SessionSettings.State settings, long cursors, long portals) {}

    Transactions(
            GatewaySession gateway,
            SessionSettings settings,
            SessionChannels channels,
            Portals<TypedRows> cursors,
            Portals<Portal> portals,
            Notices notices,
            SessionLocks locks) {
        this.gateway = gateway;
        this.settings = settings;
        this.channels = channels;
        this.cursors = cursors;
        this.portals = portals;
        this.notices = notices;
        this.locks = locks;
    }

    /** The protocol's letter for it. */
    char status() {
        return switch (state) {
            case NONE, IMPLICIT -> 'I';
            case OPEN -> 'T';
            case FAILED -> 'E';
        };
    }

    boolean isNone() {
        return state == State.NONE;
    }

    /** When the transaction has begun that the client has to end; {@code null} if there is none such. */
    @Nullable
    Instant begun() {
        return state == State.OPEN || state == State.FAILED ? begun : null;
    }

    /** Whether nothing can be written. */
    boolean isReadOnly() {
        return settings.isReadOnly();
    }

    /**
     * SET TRANSACTION. Outside of a transaction it is for what comes together with it.
     *
     * @throws SQLException if it reads alone and has begun to (25001)
     */
    void setReadOnly(boolean readOnly) throws SQLException {
        if (!readOnly && settings.isReadOnly() && state != State.NONE) {
            if (!fresh || !savepoints.isEmpty()) {
                throw new SQLException("transaction read-write mode must be set before any query", SqlStates.NESTED);
            }
            run("ROLLBACK");
            gateway.begin(false);
        }
        settings.setReadOnly(readOnly);
    }

    /** DISCARD ALL. */
    void unlockAll() {
        locks.unlockAll();
    }

    /** A statement is about to run: what the transaction is cannot be changed any more. */
    void used() {
        fresh = false;
    }

    /**
     * Refuses everything but the end of a transaction that has failed.
     *
     * @throws SQLException 25P02
     */
    void requireSound() throws SQLException {
        if (state == State.FAILED) {
            throw new SQLException(
                    "current transaction is aborted, commands ignored until end of transaction block",
                    SqlStates.TRANSACTION_ABORTED);
        }
    }

    /** For statements that come together. */
    void beginImplicit() throws SQLException {
        if (state == State.NONE) {
            begin(settings.isReadOnly(), false);
            state = State.IMPLICIT;
        }
    }

    /** Commits what came together, if the client has not begun a transaction. */
    void endImplicit() throws SQLException {
        if (state == State.IMPLICIT) {
            state = State.NONE;
            commitNow();
        } else if (state == State.NONE) {
            closeRows();
            committed();
        }
    }

    private void committed() {
        settings.committed();
        locks.endTransaction();
    }

    private void rolledBack() {
        settings.rolledBack();
        locks.endTransaction();
    }

    private void closeRows() {
        cursors.closeAll();
        portals.closeAll();
    }

    /**
     * Runs a command.
     *
     * @return what the server says that it has done: a COMMIT of what has failed is a ROLLBACK
     */
    String run(TransactionCommand command) throws SQLException {
        switch (command.what()) {
            case BEGIN -> begin(command);
            case COMMIT, ROLLBACK -> {
                return end(command);
            }
            case SAVEPOINT -> {
                requireOpen("SAVEPOINT");
                run("SAVEPOINT " + SqlIdentifier.quote(command.name()));
                savepoints.add(new Savepoint(
                        command.name(), channels.mark(), settings.mark(), cursors.mark(), portals.mark()));
            }
            case RELEASE -> {
                requireOpen("RELEASE SAVEPOINT");
                int at = find(command.name());
                run("RELEASE " + SqlIdentifier.quote(command.name()));
                savepoints.subList(at, savepoints.size()).clear();
            }
            case ROLLBACK_TO -> rollbackTo(command.name());
        }
        return command.tag();
    }

    private void begin(TransactionCommand command) throws SQLException {
        requireSound();
        if (state == State.OPEN) {
            notices.warn(SqlStates.NESTED, "there is already a transaction in progress");
            if (command.readOnly() != null) {
                setReadOnly(command.readOnly());
            }
            return;
        }
        boolean readOnly = command.readOnly() != null ? command.readOnly() : settings.isReadOnly();
        if (state == State.NONE) {
            begin(readOnly, command.immediate());
        }
        settings.setReadOnly(readOnly);
        state = State.OPEN;
    }

    private void begin(boolean readOnly, boolean immediately) throws SQLException {
        if (immediately) {
            run("BEGIN IMMEDIATE");
        } else {
            gateway.begin(readOnly);
        }
        immediate = immediately;
        begun = Instant.now();
        fresh = true;
    }

    private String end(TransactionCommand command) throws SQLException {
        boolean block = state == State.OPEN || state == State.FAILED;
        if (command.chain() && !block) {
            throw new SQLException(
                    command.tag() + " AND CHAIN can only be used in transaction blocks", SqlStates.NO_TRANSACTION);
        }
        boolean readOnly = settings.isReadOnly();
        boolean again = immediate;
        String did = command.tag();
        if (command.what() == TransactionCommand.What.COMMIT) {
            did = commit();
        } else {
            rollback();
        }
        if (command.chain()) {
            begin(readOnly, again);
            settings.setReadOnly(readOnly);
            state = State.OPEN;
        }
        return did;
    }

    private String commit() throws SQLException {
        if (state == State.FAILED) {
            rollback();
            return "ROLLBACK";
        }
        boolean open = state != State.NONE;
        warnIfNone();
        state = State.NONE;
        savepoints.clear();
        if (open) {
            commitNow();
        }
        return "COMMIT";
    }

    private void warnIfNone() {
        if (state == State.NONE) {
            notices.warn(SqlStates.NO_TRANSACTION, "there is no transaction in progress");
        }
    }

    private void commitNow() throws SQLException {
        closeRows();
        try {
            run("COMMIT");
        } catch (ReplicationTimeoutException e) {
            // it is committed here
            channels.committed();
            committed();
            throw e;
        } catch (SQLException e) {
            channels.rolledBack();
            rolledBack();
            throw e;
        }
        channels.committed();
        committed();
    }

    private void rollback() throws SQLException {
        warnIfNone();
        state = State.NONE;
        savepoints.clear();
        channels.rolledBack();
        rolledBack();
        closeRows();
        if (gateway.state() != TransactionState.NONE) {
            run("ROLLBACK");
        }
    }

    private void rollbackTo(String name) throws SQLException {
        if (state != State.FAILED) {
            requireOpen("ROLLBACK TO SAVEPOINT");
        }
        int at = find(name);
        Savepoint to = savepoints.get(at);
        try {
            run("ROLLBACK TO " + SqlIdentifier.quote(name));
        } catch (SQLException e) {
            throw NO_SAVEPOINT.equals(SqlStates.of(e)) ? overAlready(name, e) : e;
        }
        goBack(to);
        savepoints.subList(at + 1, savepoints.size()).clear();
        state = State.OPEN;
    }

    /** SQLite has rolled back all of it, as after an interrupted write. */
    private static SQLException overAlready(String savepoint, SQLException why) {
        return new SQLException(
                "cannot roll back to savepoint \"" + savepoint + "\": the error before has rolled back the whole"
                        + " transaction; end it with ROLLBACK, and do all of it again",
                SqlStates.TRANSACTION_ABORTED,
                why);
    }

    /** What happened behind a savepoint is undone, but for what the database has to undo. */
    private void goBack(Savepoint to) {
        cursors.closeAfter(to.cursors());
        portals.closeAfter(to.portals());
        channels.backTo(to.said());
        settings.backTo(to.settings());
    }

    private int find(String name) throws SQLException {
        for (int at = savepoints.size() - 1; at >= 0; at--) {
            if (savepoints.get(at).name().equals(name)) {
                return at;
            }
        }
        throw new SQLException("savepoint \"" + name + "\" does not exist", NO_SAVEPOINT);
    }

    private void requireOpen(String what) throws SQLException {
        requireSound();
        if (state != State.OPEN) {
            throw new SQLException(what + " can only be used in transaction blocks", "25P01");
        }
    }

    /** A statement has failed. What nothing can be saved of is rolled back at once, so that the write lock is free. */
    void failed() throws SQLException {
        if (state == State.FAILED) {
            return;
        }
        if (state == State.OPEN && !savepoints.isEmpty()) {
            state = State.FAILED;
            goBack(savepoints.get(savepoints.size() - 1));
            return;
        }
        closeRows();
        channels.rolledBack();
        if (state == State.OPEN) {
            state = State.FAILED;
            settings.beforeTransaction();
        } else {
            state = State.NONE;
            rolledBack();
        }
        if (gateway.state() != TransactionState.NONE) {
            run("ROLLBACK");
        }
    }

    private void run(String sql) throws SQLException {
        gateway.prepare(sql).execute(List.of()).close();
    }
}
