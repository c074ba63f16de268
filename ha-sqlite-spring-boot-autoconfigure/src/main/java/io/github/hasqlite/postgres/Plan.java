package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.gateway.GatewayStatement;
import io.github.hasqlite.core.sqlite.StatementKind;
import io.github.hasqlite.core.sqlite.TokenList;
import io.github.hasqlite.postgres.catalog.Catalog;
import io.github.hasqlite.postgres.infer.Insight;
import io.github.hasqlite.postgres.type.ColumnType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a statement of a client is, before it runs. */
sealed interface Plan {

    /** What it says when it is done, but for a count of rows. */
    String tag();

    /**
     * Of the rows that it answers; empty if it answers none.
     *
     * @throws SQLException if it cannot be compiled
     */
    default List<GatewayColumn> columns() throws SQLException {
        return List.of();
    }

    /**
     * What the statement's text says about the columns, in their order; {@code null} where it says nothing.
     *
     * @param width how many there are
     */
    default List<@Nullable ColumnType> types(int width) {
        return Insight.NONE.types(width);
    }

    /** How many parameters it has. */
    default int parameters() {
        return 0;
    }

    /** What is run in the end: of EXECUTE what was prepared. */
    default Plan effective() {
        return this;
    }

    /** The values of a query of one row. */
    private static List<@Nullable Object> row(OfDatabase query, List<@Nullable Object> values) throws SQLException {
        List<@Nullable Object> row = new ArrayList<>();
        try (Rows rows = query.run(values)) {
            rows.next();
            for (int i = 0; i < rows.columns().size(); i++) {
                row.add(rows.value(i));
            }
        }
        return row;
    }

    /** Nothing but blanks and comments. */
    record Empty() implements Plan {

        @Override
        public String tag() {
            return "";
        }
    }

    /** A change that was to be made only if there is something to change. */
    record Skipped(String tag, String notice) implements Plan {}

    /** A statement of the database, and what is known of it. */
    record OfDatabase(GatewayStatement statement, String tag, boolean answers, Insight insight) implements Plan {

        @Override
        public List<GatewayColumn> columns() throws SQLException {
            return answers ? statement.columns() : List.of();
        }

        @Override
        public int parameters() {
            return statement.parameters().size();
        }

        @Override
        public List<@Nullable ColumnType> types(int width) {
            return insight.types(width);
        }

        StatementKind kind() {
            return statement.sql().kind();
        }

        /** @throws SQLException if it cannot be compiled, as far as that is known before it runs */
        void compile() throws SQLException {
            statement.columns();
        }

        boolean isRead() {
            return kind() == StatementKind.READ && !statement.sql().locks();
        }

        /** Whether it can be one of several in a transaction that the client has not begun. */
        boolean belongsInTransaction() {
            return kind() == StatementKind.READ || kind() == StatementKind.WRITE || kind().isSchema();
        }

        /** Whether it may answer rows: all that reads, and what writes with RETURNING. */
        static OfDatabase of(GatewayStatement statement, String tag) {
            return of(statement, tag, Insight.NONE);
        }

        static OfDatabase of(GatewayStatement statement, String tag, Insight insight) {
            boolean returning = new TokenList(statement.sql().text()).contains("RETURNING");
            return new OfDatabase(
                    statement, tag, returning || !Planner.writes(statement.sql().kind()), insight);
        }

        Rows run(List<@Nullable Object> values) throws SQLException {
            return new GatewayRows(statement.execute(values), insight);
        }
    }

    /** Several statements of the database that are one of the client's. */
    record OfSteps(List<OfDatabase> steps, String tag) implements Plan {}

    /**
     * When foreign keys are checked.
     *
     * @param pragma says so to SQLite
     * @param violations a query for those that there are, which is to answer none; {@code null} if there may be some
     */
    record OfConstraints(OfDatabase pragma, @Nullable OfDatabase violations) implements Plan {

        @Override
        public String tag() {
            return ConstraintsCommand.TAG;
        }
    }

    /** A question about the catalog. */
    record OfCatalog(Catalog.Question question, Insight insight) implements Plan {

        @Override
        public String tag() {
            return "SELECT";
        }

        @Override
        public List<GatewayColumn> columns() throws SQLException {
            return question.columns();
        }

        @Override
        public int parameters() {
            return question.parameters();
        }

        @Override
        public List<@Nullable ColumnType> types(int width) {
            return insight.types(width);
        }

        Rows run(List<@Nullable Object> values) throws SQLException {
            Catalog.Answer answer = question.run(values);
            return new ListedRows(answer.columns(), answer.rows(), insight);
        }
    }

    /** The beginning, the end or a part of a transaction. */
    record OfTransaction(TransactionCommand command) implements Plan {

        @Override
        public String tag() {
            return command.tag();
        }
    }

    /** A setting of the session, or what is left of it. */
    record OfSession(SessionCommand command, PreparedStatements statements) implements Plan {

        @Override
        public String tag() {
            return command.tag();
        }

        @Override
        public List<GatewayColumn> columns() {
            return command.columns();
        }
    }

    /**
     * Something to listen to, or to say to those who listen.
     *
     * @param expressions a query of one row, whose values are said; {@code null} if they are written
     */
    record OfChannel(ChannelCommand command, @Nullable OfDatabase expressions) implements Plan {

        @Override
        public String tag() {
            return command.tag();
        }

        @Override
        public List<GatewayColumn> columns() {
            return SessionChannels.columns(command);
        }

        @Override
        public int parameters() {
            return expressions == null ? command.parameters() : expressions.parameters();
        }

        /** What is said, of which parameters are a part. */
        List<@Nullable Object> values(List<@Nullable Object> own) throws SQLException {
            return expressions == null ? own : row(expressions, own);
        }
    }

    /** A query whose rows are fetched by other statements. */
    record OfDeclaration(CursorCommand.Declare command, Plan query, Portals<TypedRows> cursors) implements Plan {

        @Override
        public String tag() {
            return command.tag();
        }

        @Override
        public int parameters() {
            return query.parameters();
        }
    }

    /** Rows of a cursor, or its end. */
    record OfCursor(CursorCommand command, Portals<TypedRows> cursors) implements Plan {

        @Override
        public String tag() {
            return command.tag();
        }

        @Override
        public List<GatewayColumn> columns() throws SQLException {
            return command instanceof CursorCommand.Fetch fetch && fetch.shown()
                    ? cursors.get(fetch.name()).columns()
                    : List.of();
        }

        Rows run() throws SQLException {
            if (command instanceof CursorCommand.Fetch fetch) {
                TypedRows cursor = cursors.get(fetch.name());
                return fetch.shown()
                        ? FetchedRows.fetch(cursor, fetch.count())
                        : FetchedRows.move(cursor, fetch.count());
            }
            if (command instanceof CursorCommand.Close close && close.name() != null) {
                cursors.get(close.name());
                cursors.close(close.name());
            } else {
                cursors.closeAll();
            }
            return ListedRows.none();
        }
    }

    /** A statement that is kept under a name. */
    record OfPreparation(String name, Prepared prepared, PreparedStatements statements) implements Plan {

        @Override
        public String tag() {
            return "PREPARE";
        }

        Rows run() throws SQLException {
            statements.requireFree(name);
            statements.put(name, prepared, true);
            return ListedRows.none();
        }
    }

    /**
     * One that was kept.
     *
     * @param arguments a query of one row, whose values are its parameters; {@code null} if it has none
     */
    record OfExecution(Prepared prepared, @Nullable OfDatabase arguments) implements Plan {

        @Override
        public String tag() {
            return prepared.plan().tag();
        }

        @Override
        public List<GatewayColumn> columns() throws SQLException {
            return prepared.plan().columns();
        }

        @Override
        public List<@Nullable ColumnType> types(int width) {
            return prepared.plan().types(width);
        }

        @Override
        public int parameters() {
            return arguments == null ? 0 : arguments.parameters();
        }

        @Override
        public Plan effective() {
            return prepared.plan();
        }

        /** What it is to be run with. */
        List<@Nullable Object> values(List<@Nullable Object> own) throws SQLException {
            List<@Nullable Object> values = new ArrayList<>();
            if (arguments != null) {
                for (Object value : row(arguments, own)) {
                    values.add(prepared.stored(values.size(), value));
                }
            }
            return values;
        }
    }

    /**
     * Many rows, in or out.
     *
     * @param query whose rows go out; {@code null} if those of a table do, or come in
     */
    record OfCopy(CopyCommand command, @Nullable Plan query) implements Plan {

        @Override
        public String tag() {
            return "COPY";
        }
    }
}
