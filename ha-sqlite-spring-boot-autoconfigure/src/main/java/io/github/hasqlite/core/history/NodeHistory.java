package io.github.hasqlite.core.history;

import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.HistoryEntry;
import io.github.hasqlite.HistoryQuery;
import io.github.hasqlite.ReplicationHistory;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.UndoConflict;
import io.github.hasqlite.UndoConflictException;
import io.github.hasqlite.UndoPlan;
import io.github.hasqlite.UndoRequest;
import io.github.hasqlite.core.replay.AppliedPlace;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.SQLiteConnection;

/** The history of one node's database. Thread-safe. */
public final class NodeHistory implements ReplicationHistory {

    /** Others may go on writing to the same rows. */
    private static final int ATTEMPTS = 20;

    private final HistorySettings settings;
    private final ChangeSetSerializer serializer;
    private final ReplicationPosition positions;
    private final RowTransactions transactions;
    private final SqlCall<SQLiteConnection> connections;
    private final NodeRuntime runtime;
    private final StreamRange stream;
    private final HistoryReader reader;

    /**
     * The history of a node.
     *
     * @param subscriber from which others are made to read the stream again
     * @param positions the node's
     * @param transactions the node's
     * @param connections opens connections to its database that capture nothing
     */
    public NodeHistory(
            HistorySettings settings,
            ChangeSetSubscriber subscriber,
            ChangeSetSerializer serializer,
            ReplicationPosition positions,
            RowTransactions transactions,
            SqlCall<SQLiteConnection> connections,
            NodeRuntime runtime) {
        this.settings = settings;
        this.serializer = serializer;
        this.positions = positions;
        this.transactions = transactions;
        this.connections = connections;
        this.runtime = runtime;
        this.stream = new StreamRange(subscriber, runtime);
        this.reader = new HistoryReader(stream, serializer, settings.folder());
    }

    @Override
    public List<HistoryEntry> read(HistoryQuery query) throws IOException, SQLException {
        awaitOwn();
        try (Connection connection = connections.run()) {
            return reader.read(query, AppliedPlace.read(connection));
        }
    }

    @Override
    public UndoPlan plan(UndoRequest request) throws IOException, SQLException {
        awaitOwn();
        try (Connection connection = connections.run()) {
            return new UndoPlanning(settings, stream, reader, transactions, serializer, request, connection).plan();
        }
    }

    /** What was committed here is in the stream then, and has come back. */
    private void awaitOwn() throws IOException {
        positions.await(positions.current(settings.timeout()), settings.timeout());
    }

    @Override
    public long undo(UndoPlan plan) throws IOException, SQLException {
        if (!plan.isPossible()) {
            throw new UndoConflictException(plan);
        }
        if (plan.changes().isEmpty()) {
            return 0;
        }
        long deadline = runtime.nanoTime() + settings.timeout().toNanos();
        boolean done = false;
        while (!done) {
            // in commit mode strict any commit may have come first, and need not be of the same rows
            done = isDone(plan, deadline);
        }
        return positions.ofLastCommit(settings.timeout());
    }

    /** Does it; whether another transaction did not come first. */
    private boolean isDone(UndoPlan plan, long deadline) throws SQLException {
        UndoTransaction transaction =
                new UndoTransaction(plan.changes(), settings.identify(), settings.foreignKeys(), true);
        boolean done;
        try {
            done = transactions.run(transaction);
        } catch (SerializationFailureException e) {
            if (runtime.nanoTime() >= deadline) {
                throw e;
            }
            return false;
        }
        if (!done) {
            throw new SerializationFailureException(
                    "not taken back, because since it was planned others have changed what it is about: "
                            + first(transaction.conflicts()) + "; nothing was done, make another plan");
        }
        return true;
    }

    private static String first(List<UndoConflict> conflicts) {
        return conflicts.isEmpty() ? "" : conflicts.get(0).toString();
    }

    @Override
    public UndoPlan undo(UndoRequest request) throws IOException, SQLException {
        for (int attempt = 1; ; attempt++) {
            UndoPlan plan = plan(request);
            boolean last = attempt == ATTEMPTS;
            if (!last && isOutdated(plan)) {
                continue;
            }
            try {
                undo(plan);
                return plan;
            } catch (SerializationFailureException e) {
                if (last) {
                    throw e;
                }
            }
        }
    }

    /** Whether rows have changed while the plan was made. */
    private static boolean isOutdated(UndoPlan plan) {
        return !plan.isPossible()
                && plan.conflicts().stream().allMatch(conflict -> conflict.kind() == UndoConflict.Kind.NOT_AS_RECORDED);
    }
}
