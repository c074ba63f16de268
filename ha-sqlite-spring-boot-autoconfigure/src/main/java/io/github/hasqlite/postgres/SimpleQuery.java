package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.sql.StatementText;
import io.github.hasqlite.postgres.wire.MessageWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/** The simple query protocol: text with any number of statements, which are one transaction. Not thread-safe. */
final class SimpleQuery {

    private static final int[] TEXT = {};

    private final Planner planner;
    private final Execution execution;
    private final Transactions transactions;
    private final CopyRunner copies;
    private final ClientOutput output;
    private String current = "";

    SimpleQuery(
            Planner planner, Execution execution, Transactions transactions, CopyRunner copies, ClientOutput output) {
        this.planner = planner;
        this.execution = execution;
        this.transactions = transactions;
        this.copies = copies;
        this.output = output;
    }

    /** The statement that was run last, for errors. */
    String current() {
        return current;
    }

    /**
     * Runs the statements and writes what they answer, all but that the client may go on.
     *
     * @return whether it is done; otherwise the client is to send rows now
     */
    boolean run(String sql) throws SQLException {
        List<String> statements = StatementText.split(sql);
        if (statements.isEmpty()) {
            output.writer().message('I');
            return true;
        }
        for (int i = 0; i < statements.size(); i++) {
            boolean last = i == statements.size() - 1;
            ScheduledFuture<?> timer = execution.startTimer();
            try {
                if (!run(statements.get(i), statements.size() > 1, last)) {
                    return false;
                }
            } finally {
                if (timer != null) {
                    timer.cancel(false);
                }
            }
        }
        transactions.endImplicit();
        return true;
    }

    private boolean run(String sql, boolean several, boolean last) throws SQLException {
        current = sql;
        if (!isEndOfTransaction(sql)) {
            transactions.requireSound();
        }
        Plan plan = planner.plan(sql);
        if (plan instanceof Plan.OfCopy copy) {
            if (several && copy.command().in() && !last) {
                throw new SQLException(
                        "COPY FROM STDIN has to be the last statement of a query", SqlStates.FEATURE_NOT_SUPPORTED);
            }
            if (several) {
                transactions.beginImplicit();
            }
            return copies.start(copy);
        }
        if ((several || plan instanceof Plan.OfSteps) && Execution.belongsInTransaction(plan)) {
            transactions.beginImplicit();
        }
        String[] tag = {""};
        try (TypedRows rows = TypedRows.peek(execution.run(plan, List.<@Nullable Object>of(), did -> tag[0] = did))) {
            MessageWriter out = output.writer();
            boolean answers = !rows.columns().isEmpty();
            if (answers) {
                RowWriter.describe(out, rows.columns(), rows.types(), TEXT);
            }
            long count = answers ? execution.write(rows, TEXT, 0) : 0;
            Execution.complete(
                    output.writer(), tag[0], "SELECT".equals(tag[0]) || !isCounted(tag[0]) ? count : rows.affected());
        }
        return true;
    }

    private static boolean isCounted(String tag) {
        return tag.equals("INSERT") || tag.equals("UPDATE") || tag.equals("DELETE") || tag.equals("MOVE");
    }

    /** What is not understood any more when a transaction has failed need not be compiled. */
    private boolean isEndOfTransaction(String sql) throws SQLException {
        return TransactionCommand.of(Spelling.tokens(sql)) != null;
    }
}
