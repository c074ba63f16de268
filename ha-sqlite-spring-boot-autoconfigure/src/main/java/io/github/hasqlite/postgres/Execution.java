package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.StatementKind;
import io.github.hasqlite.postgres.wire.MessageWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs what was planned, and writes what comes of it. Not thread-safe. */
final class Execution {

    private final GatewaySession gateway;
    private final SessionSettings settings;
    private final Transactions transactions;
    private final SettingsRunner runner;
    private final SessionChannels channels;
    private final ClientOutput output;
    private final Clock clock;
    private boolean unpositioned;

    /** Begins something after a while. */
    interface Clock {
        ScheduledFuture<?> schedule(Runnable what, long delay, TimeUnit unit);
    }

    Execution(
            GatewaySession gateway,
            SessionSettings settings,
            Transactions transactions,
            SettingsRunner runner,
            SessionChannels channels,
            ClientOutput output,
            Clock clock) {
        this.gateway = gateway;
        this.settings = settings;
        this.transactions = transactions;
        this.runner = runner;
        this.channels = channels;
        this.output = output;
        this.clock = clock;
    }

    /**
     * Runs a plan.
     *
     * @param tag takes what the server will say that it has done
     */
    Rows run(Plan plan, List<@Nullable Object> values, Consumer<String> tag) throws SQLException {
        tag.accept(plan.tag());
        if (plan instanceof Plan.OfTransaction transaction) {
            unpositioned = true;
            String did = transactions.run(transaction.command());
            tag.accept(did);
            return ListedRows.none();
        }
        transactions.requireSound();
        if (plan instanceof Plan.OfSession session) {
            return ofSession(session.command(), session.statements());
        }
        if (plan instanceof Plan.OfChannel channel) {
            return channels.run(channel.command(), channel.values(values), !transactions.isNone());
        }
        if (plan instanceof Plan.Skipped skipped) {
            runner.notices().tell(skipped.notice());
            return ListedRows.none();
        }
        if (plan instanceof Plan.OfConstraints constraints) {
            transactions.used();
            ConstraintsCommand.run(constraints);
            return ListedRows.none();
        }
        if (plan instanceof Plan.OfDeclaration declaration) {
            return declare(declaration, values);
        }
        if (plan instanceof Plan.OfCursor cursor) {
            return cursor.run();
        }
        if (plan instanceof Plan.OfPreparation preparation) {
            return preparation.run();
        }
        if (plan instanceof Plan.OfExecution execution) {
            return run(execution.effective(), execution.values(values), tag);
        }
        if (plan instanceof Plan.OfCatalog catalog) {
            return catalog.run(values);
        }
        if (plan instanceof Plan.OfSteps several) {
            for (Plan.OfDatabase step : several.steps()) {
                ofDatabase(step, List.of()).close();
            }
            return ListedRows.none();
        }
        return plan instanceof Plan.OfDatabase database ? ofDatabase(database, values) : ListedRows.none();
    }

    private Rows ofSession(SessionCommand command, PreparedStatements statements) throws SQLException {
        if (command.discardsAll()) {
            if (!transactions.isNone()) {
                throw new SQLException("DISCARD ALL cannot run inside a transaction block", SqlStates.NESTED);
            }
            channels.unlistenAll();
            transactions.unlockAll();
        }
        statements.forget(command);
        return runner.run(command);
    }

    private Rows declare(Plan.OfDeclaration declaration, List<@Nullable Object> values) throws SQLException {
        if (transactions.isNone()) {
            throw new SQLException("DECLARE CURSOR can only be used in transaction blocks", SqlStates.NO_TRANSACTION);
        }
        String name = declaration.command().name();
        declaration.cursors().requireFree(name);
        declaration.cursors().add(name, TypedRows.peek(run(declaration.query(), values, did -> {})));
        return ListedRows.none();
    }

    private Rows ofDatabase(Plan.OfDatabase plan, List<@Nullable Object> values) throws SQLException {
        StatementKind kind = plan.kind();
        transactions.used();
        if (!plan.isRead()) {
            unpositioned = true;
            if (Planner.writes(kind) && transactions.isReadOnly()) {
                throw new SQLException(
                        "cannot execute " + plan.tag() + " in a read-only transaction", SqlStates.READ_ONLY);
            }
        }
        return plan.run(values);
    }

    /** Whether it can be one of several in a transaction that the client has not begun. */
    static boolean belongsInTransaction(Plan plan) {
        return plan instanceof Plan.OfChannel
                || plan instanceof Plan.OfSteps
                || plan instanceof Plan.OfConstraints
                || (plan.effective() instanceof Plan.OfDatabase database && database.belongsInTransaction());
    }

    /** What the session has set holds from now on. */
    private void limit() {
        gateway.limitTransactions(settings.transactionLimit());
        gateway.limitLocks(settings.millis("lock_timeout"));
    }

    /** A timer that cancels what runs; {@code null} if the session has set none. */
    @Nullable
    ScheduledFuture<?> startTimer() {
        limit();
        long timeout = settings.millis("statement_timeout");
        return timeout == 0
                ? null
                : clock.schedule(
                        () -> gateway.cancel("canceling statement due to statement timeout"),
                        timeout,
                        TimeUnit.MILLISECONDS);
    }

    /**
     * Writes rows.
     *
     * @param limit how many at most; 0 for all
     * @return how many, or -1 if there are more
     */
    long write(TypedRows rows, int[] formats, int limit) throws SQLException {
        long count = 0;
        while (limit == 0 || count < limit) {
            if (!rows.next()) {
                return count;
            }
            RowWriter.row(output.writer(), rows, formats);
            output.flushIfLarge();
            count++;
        }
        return -1;
    }

    /** What was done, and to how many rows. */
    static void complete(MessageWriter out, String tag, long count) {
        String said = switch (tag) {
            case "INSERT" -> "INSERT 0 " + count;
            case "SELECT", "UPDATE", "DELETE", "COPY", "FETCH", "MOVE" -> tag + " " + count;
            default -> tag;
        };
        out.begin('C').text(said).end();
    }

    /** What follows from what was done is learned, and holds from now on. */
    void settle() {
        if (unpositioned && transactions.isNone()) {
            unpositioned = false;
            try {
                runner.positioned();
            } catch (SQLException e) {
                // it is committed here; the position is told after a later one
                unpositioned = true;
            }
        }
        limit();
    }

    /** Says where the session stands; the client may go on. */
    void ready() {
        MessageWriter out = output.writer();
        runner.report(out);
        out.begin('Z').int8(transactions.status()).end();
        output.flush();
    }
}
