package io.github.hasqlite.postgres;

import io.github.hasqlite.ReplicationTimeoutException;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.gateway.TransactionState;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

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

    private final GatewaySession gateway;
    private final SessionSettings settings;
    private final SessionChannels channels;
    private final Cursors cursors;
    private final List<Savepoint> savepoints = new ArrayList<>();
    private State state = State.NONE;
    private boolean readOnly;

    /** @param mark what was to be said to those who listen when it was made */
    private record Savepoint(String name, int mark) {}

    Transactions(GatewaySession gateway, SessionSettings settings, SessionChannels channels, Cursors cursors) {
        this.gateway = gateway;
        this.settings = settings;
        this.channels = channels;
        this.cursors = cursors;
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

    /** Whether nothing can be written. */
    boolean isReadOnly() {
        return state == State.OPEN ? readOnly : settings.isReadOnly();
    }

    /** SET TRANSACTION. */
    void setReadOnly(boolean readOnly) {
        this.readOnly = readOnly;
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
            gateway.begin(settings.isReadOnly());
            state = State.IMPLICIT;
        }
    }

    /** Commits what came together, if the client has not begun a transaction. */
    void endImplicit() throws SQLException {
        if (state == State.IMPLICIT) {
            state = State.NONE;
            commitNow();
        }
    }

    /**
     * Runs a command.
     *
     * @return what the server says that it has done: a COMMIT of what has failed is a ROLLBACK
     */
    String run(TransactionCommand command) throws SQLException {
        switch (command.what()) {
            case BEGIN -> begin(command);
            case COMMIT -> {
                return commit();
            }
            case ROLLBACK -> rollback();
            case SAVEPOINT -> {
                requireOpen("SAVEPOINT");
                run("SAVEPOINT " + SqlIdentifier.quote(command.name()));
                savepoints.add(new Savepoint(command.name(), channels.mark()));
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
        readOnly = command.readOnly() != null ? command.readOnly() : settings.isReadOnly();
        if (state == State.NONE) {
            if (command.immediate()) {
                run("BEGIN IMMEDIATE");
            } else {
                gateway.begin(readOnly);
            }
        }
        state = State.OPEN;
    }

    private String commit() throws SQLException {
        if (state == State.FAILED) {
            rollback();
            return "ROLLBACK";
        }
        boolean open = state != State.NONE;
        state = State.NONE;
        savepoints.clear();
        if (open) {
            commitNow();
        }
        return "COMMIT";
    }

    private void commitNow() throws SQLException {
        cursors.closeAll();
        try {
            run("COMMIT");
        } catch (ReplicationTimeoutException e) {
            // it is committed here
            channels.committed();
            throw e;
        } catch (SQLException e) {
            channels.rolledBack();
            throw e;
        }
        channels.committed();
    }

    private void rollback() throws SQLException {
        state = State.NONE;
        savepoints.clear();
        channels.rolledBack();
        cursors.closeAll();
        if (gateway.state() != TransactionState.NONE) {
            run("ROLLBACK");
        }
    }

    private void rollbackTo(String name) throws SQLException {
        if (state != State.FAILED) {
            requireOpen("ROLLBACK TO SAVEPOINT");
        }
        int at = find(name);
        cursors.closeAll();
        run("ROLLBACK TO " + SqlIdentifier.quote(name));
        channels.backTo(savepoints.get(at).mark());
        savepoints.subList(at + 1, savepoints.size()).clear();
        state = State.OPEN;
    }

    private int find(String name) throws SQLException {
        for (int at = savepoints.size() - 1; at >= 0; at--) {
            if (savepoints.get(at).name().equals(name)) {
                return at;
            }
        }
        throw new SQLException("savepoint \"" + name + "\" does not exist", "3B001");
    }

    private void requireOpen(String what) throws SQLException {
        requireSound();
        if (state != State.OPEN) {
            throw new SQLException(what + " can only be used in transaction blocks", "25P01");
        }
    }

    /** A statement has failed. What nothing can be saved of is rolled back at once, so that the write lock is free. */
    void failed() throws SQLException {
        cursors.closeAll();
        boolean implicit = state == State.IMPLICIT;
        boolean hopeless = implicit || (state == State.OPEN && savepoints.isEmpty());
        if (state == State.OPEN || implicit) {
            state = implicit ? State.NONE : State.FAILED;
        } else if (state == State.NONE) {
            hopeless = true;
        }
        if (hopeless) {
            channels.rolledBack();
        }
        if (hopeless && gateway.state() != TransactionState.NONE) {
            run("ROLLBACK");
        }
    }

    private void run(String sql) throws SQLException {
        gateway.prepare(sql).execute(List.of()).close();
    }
}
