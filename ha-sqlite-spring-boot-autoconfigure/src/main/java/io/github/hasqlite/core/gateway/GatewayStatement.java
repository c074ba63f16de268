package io.github.hasqlite.core.gateway;

import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.gateway.GatewayContext.Understood;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A statement that can be run again and again by its session, also in later transactions. As its session, of one thread. */
public final class GatewayStatement {

    private final GatewayContext context;
    private final GatewaySession session;
    private final Understood understood;

    GatewayStatement(GatewayContext context, GatewaySession session, Understood understood) {
        this.context = context;
        this.session = session;
        this.understood = understood;
    }

    /** What it is about. Of a statement that SQLite does not know, it is of the kind {@code OTHER}. */
    public ParsedSql sql() {
        return understood.sql();
    }

    /** The parameters by their place, each with its name as it is written ({@code :a}, {@code ?2}), or {@code null}. */
    public List<@Nullable String> parameters() {
        return understood.parameters().names();
    }

    /**
     * Of the rows that it answers; empty if it answers none. Compiles it, but for what changes the schema or ends a
     * transaction, which answers none.
     *
     * @throws SQLException if it cannot be compiled (42xxx), or the session's transaction has failed (25P02)
     */
    public List<GatewayColumn> columns() throws SQLException {
        if (understood.command() != null) {
            return understood.command().columns();
        }
        return switch (sql().kind()) {
            case READ, WRITE, OTHER, HEADER_PRAGMA -> session.inside(this::describe);
            default -> List.of();
        };
    }

    private List<GatewayColumn> describe() throws SQLException {
        ClientConnection present = session.transaction().connection();
        if (present != null) {
            return present.describe(sql().text());
        }
        try (ClientConnection own = context.connect(true)) {
            return own.describe(sql().text());
        }
    }

    /**
     * Runs it. In a transaction that fails, the transaction goes to {@link TransactionState#FAILED}.
     *
     * @param values of all parameters, by their places: Long, Double, String, byte[] or null
     * @return to be closed
     * @throws SQLException with an SQLState; wrong number of values 07001
     */
    public GatewayResult execute(List<? extends @Nullable Object> values) throws SQLException {
        understood.parameters().check(values);
        if (understood.command() != null) {
            return answer(understood.command());
        }
        List<@Nullable Object> bound = new ArrayList<>(values);
        return session.inside(() -> run(bound));
    }

    /**
     * Runs it with values by name, with or without the character in front; those of {@code ?} by their number.
     *
     * @throws SQLException as above; a name is missing or unknown (07001)
     */
    public GatewayResult execute(Map<String, ? extends @Nullable Object> values) throws SQLException {
        return execute(understood.parameters().order(values));
    }

    /**
     * Runs a query whatever has become of the session's transaction, so that one that has failed can still be explained.
     * An error of it changes nothing.
     *
     * @param values of all parameters, by their places
     * @return to be closed
     * @throws SQLException with an SQLState
     */
    public GatewayResult look(List<? extends @Nullable Object> values) throws SQLException {
        understood.parameters().check(values);
        List<@Nullable Object> bound = new ArrayList<>(values);
        return session.inside(() -> {
            ClientConnection present = session.transaction().present();
            return present == null ? alone(bound) : query(present, null, bound);
        });
    }

    private static GatewayResult answer(GatewayCommand command) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (List<@Nullable Object> row : command.run()) {
            rows.add(row.toArray());
        }
        return new GatewayResult(command.columns(), RowSource.of(rows), 0, 0);
    }

    private GatewayResult run(List<@Nullable Object> values) throws SQLException {
        ClientTransaction transaction = session.transaction();
        String text = sql().text();
        switch (sql().kind()) {
            case EMPTY -> {}
            case BEGIN, BEGIN_IMMEDIATE -> transaction.begin(text, false, session.lockMillis());
            case COMMIT -> {
                session.endRowsOfTransaction();
                session.committing(transaction::commit);
            }
            case ROLLBACK -> {
                session.endRowsOfTransaction();
                transaction.rollback();
            }
            case SAVEPOINT -> inTransaction(() -> transaction.savepoint(text, 1));
            case RELEASE -> inTransaction(() -> transaction.savepoint(text, -1));
            case ROLLBACK_TO -> transaction.rollbackTo(text);
            default -> {
                return statement(values);
            }
        }
        return GatewayResult.of(0, 0);
    }

    private void inTransaction(GatewaySession.Step step) throws SQLException {
        try {
            step.run();
        } catch (SQLException e) {
            session.failTransaction();
            throw e;
        }
    }

    private GatewayResult statement(List<@Nullable Object> values) throws SQLException {
        ClientConnection present = session.transaction().connection();
        if (present == null) {
            return alone(values);
        }
        present.waitForLocks(session.lockMillis());
        try {
            return reads() ? query(present, null, values) : write(present, values);
        } catch (SQLException | RuntimeException | Error e) {
            session.failTransaction();
            throw e;
        }
    }

    private boolean reads() {
        return sql().kind() == StatementKind.READ || sql().kind() == StatementKind.OTHER;
    }

    private GatewayResult alone(List<@Nullable Object> values) throws SQLException {
        ClientConnection own = context.connect(reads());
        if (reads()) {
            try {
                return query(own, own, values);
            } catch (SQLException | RuntimeException | Error e) {
                try (own) {
                    throw e;
                }
            }
        }
        try (own) {
            own.waitForLocks(session.lockMillis());
            return session.committing(() -> understood.returns() ? writeAll(own, values) : write(own, values));
        }
    }

    /** In a transaction of its own, so that it can still be taken back when its rows turn out to be too many. */
    private GatewayResult writeAll(ClientConnection own, List<@Nullable Object> values) throws SQLException {
        long deadline = session.patience();
        while (true) {
            own.control("BEGIN IMMEDIATE");
            try {
                GatewayResult result = write(own, values);
                own.control("COMMIT");
                return result;
            } catch (SQLException e) {
                own.rollback(e);
                boolean again = SerializationFailureException.SQL_STATE.equals(e.getSQLState())
                        && deadline - context.runtime().nanoTime() > 0;
                if (!again) {
                    throw e;
                }
            }
        }
    }

    private GatewayResult query(
            ClientConnection connection, @Nullable ClientConnection own, List<@Nullable Object> values)
            throws SQLException {
        PreparedStatement statement = connection.prepare(sql().text(), values);
        try {
            long deadline = session.patience();
            if (!session.running().run(statement, deadline, statement::execute)) {
                statement.close();
                if (own != null) {
                    own.close();
                }
                return GatewayResult.of(0, 0);
            }
            // only now it is compiled with the schema that its rows are of
            List<GatewayColumn> columns = GatewayColumns.of(statement);
            ResultSet found = statement.getResultSet();
            ClientRows rows = new ClientRows(session, statement, found, columns, own, deadline);
            session.remember(rows);
            return new GatewayResult(columns, rows, 0, 0);
        } catch (SQLException | RuntimeException | Error e) {
            try (statement) {
                throw e;
            }
        }
    }

    private GatewayResult write(ClientConnection connection, List<@Nullable Object> values) throws SQLException {
        if (sql().kind() != StatementKind.WRITE) {
            return other(connection);
        }
        try (PreparedStatement statement = connection.prepare(sql().text(), values)) {
            List<@Nullable Object[]> rows = List.of();
            List<GatewayColumn> columns = List.of();
            if (session.running().run(statement, session.patience(), statement::execute)) {
                columns = GatewayColumns.of(statement);
                try (ResultSet returned = statement.getResultSet()) {
                    rows = RowReader.all(
                            returned, columns.size(), context.settings().maxBufferedBytes());
                }
            }
            long changes = columns.isEmpty() ? statement.getLargeUpdateCount() : rows.size();
            long id = sql().insert() ? connection.lastInsertId() : 0;
            return new GatewayResult(columns, RowSource.of(rows), Math.max(0, changes), id);
        }
    }

    /** What changes the schema or the file, whose text alone counts. */
    private GatewayResult other(ClientConnection connection) throws SQLException {
        try (Statement statement = connection.statement()) {
            session.running().run(statement, session.patience(), () -> statement.execute(sql().text()));
            return GatewayResult.of(0, 0);
        }
    }
}
