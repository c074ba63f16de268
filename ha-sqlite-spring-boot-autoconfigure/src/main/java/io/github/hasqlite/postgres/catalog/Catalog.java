package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.gateway.GatewaySettings;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.infer.TableColumns;
import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions about the catalog, for all sessions of a server, within the limits that all statements of clients
 * have. Thread-safe.
 */
public final class Catalog implements AutoCloseable {

    /** Rows of an answer at most, which are held in memory. */
    private static final int MOST_ROWS = 100_000;

    /** Of a value in memory, about. */
    private static final int VALUE = 16;

    private final GatewaySettings limits;
    private final AdvisoryLocks advisoryLocks = new AdvisoryLocks();
    private final CatalogDatabases databases;
    /** Columns of the catalog's tables, which are the same for all. */
    private final Map<String, List<TableColumns.Column>> tables = new ConcurrentHashMap<>();

    /** @param limits of questions, which are those of other statements */
    public Catalog(GatewaySettings limits) {
        this.limits = limits;
        this.databases = new CatalogDatabases(limits, advisoryLocks);
    }

    /** What was asked: how it is answered. Used by one thread at a time. */
    public final class Question {

        private final String sql;
        private final String plain;
        private final int parameters;
        private final GatewaySession session;
        private final CatalogSession asking;

        private Question(String sql, String plain, int parameters, GatewaySession session, CatalogSession asking) {
            this.sql = sql;
            this.plain = plain;
            this.parameters = parameters;
            this.session = session;
            this.asking = asking;
        }

        /** How many parameters it has. */
        public int parameters() {
            return parameters;
        }

        /**
         * Of the rows that it answers.
         *
         * @throws SQLException if it cannot be compiled
         */
        public List<GatewayColumn> columns() throws SQLException {
            return inside(this, statement -> Catalog.columns(statement.getMetaData()));
        }

        /**
         * Answers it.
         *
         * @param values of the parameters
         * @throws SQLException if it cannot be compiled, takes too long (57014), answers too much (54000), or too many
         *     others are being answered (53300)
         */
        public Answer run(List<? extends @Nullable Object> values) throws SQLException {
            return inside(this, statement -> {
                for (int i = 0; i < values.size(); i++) {
                    statement.setObject(i + 1, values.get(i));
                }
                return answer(statement);
            });
        }
    }

    /**
     * What was answered.
     *
     * @param columns of the rows
     * @param rows in their order
     */
    public record Answer(List<GatewayColumn> columns, List<List<@Nullable Object>> rows) {}

    /** The locks of its functions. */
    public AdvisoryLocks advisoryLocks() {
        return advisoryLocks;
    }

    /**
     * Tells the columns of the catalog's tables.
     *
     * @param session whose database it is about
     * @param asking the session, as the catalog sees it
     */
    public TableColumns tables(GatewaySession session, CatalogSession asking) {
        return name -> {
            List<TableColumns.Column> columns = tables.get(name);
            if (columns == null) {
                columns = columns(name, session, asking);
                if (!columns.isEmpty()) {
                    tables.put(name, columns);
                }
            }
            return columns;
        };
    }

    private List<TableColumns.Column> columns(String table, GatewaySession session, CatalogSession asking) {
        try {
            CatalogDatabase database = databases.take();
            try {
                return database.columns(table, session, asking);
            } finally {
                databases.giveBack(database);
            }
        } catch (SQLException e) {
            // what is wrong is said when the question is answered
            return List.of();
        }
    }

    /**
     * Takes a question.
     *
     * @param sql as the client wrote it
     * @param typed the same with what is known of types in it
     * @param session whose database, and whose transaction, it is about
     * @param asking the session, as the catalog sees it
     * @throws SQLException if it cannot be read
     */
    public Question ask(String sql, String typed, GatewaySession session, CatalogSession asking) throws SQLException {
        String plain = Spelling.ofCatalog(sql);
        return new Question(Spelling.ofCatalog(typed), plain, parameters(Spelling.tokens(sql)), session, asking);
    }

    private static int parameters(TokenBuffer tokens) {
        int most = 0;
        for (int i = 0; i < tokens.size(); i++) {
            String text = tokens.get(i).text();
            if (tokens.get(i).kind() == Kind.PARAMETER && text.matches("\\?\\d{1,5}")) {
                most = Math.max(most, Integer.parseInt(text.substring(1)));
            }
        }
        return most;
    }

    private <T> T inside(Question question, CatalogDatabase.Use<T> use) throws SQLException {
        CatalogDatabase database = databases.take();
        try {
            return database.ask(question.sql, question.plain, question.session, question.asking, use);
        } finally {
            databases.giveBack(database);
        }
    }

    private Answer answer(PreparedStatement statement) throws SQLException {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        long left = limits.maxBufferedBytes();
        try (ResultSet result = statement.executeQuery()) {
            List<GatewayColumn> columns = columns(result.getMetaData());
            while (result.next()) {
                if (rows.size() == MOST_ROWS) {
                    throw tooMuch(MOST_ROWS + " rows");
                }
                List<@Nullable Object> row = new ArrayList<>(columns.size());
                for (int i = 1; i <= columns.size(); i++) {
                    Object value = result.getObject(i);
                    row.add(value instanceof Integer number ? (Object) number.longValue() : value);
                    left -= size(value);
                    if (left < 0) {
                        throw tooMuch(limits.maxBufferedBytes() + " bytes");
                    }
                }
                rows.add(row);
            }
            return withArrays(columns, rows);
        }
    }

    private static int size(@Nullable Object value) {
        if (value instanceof String text) {
            return VALUE + text.length();
        }
        return value instanceof byte[] bytes ? VALUE + bytes.length : VALUE;
    }

    private static SQLException tooMuch(String most) {
        return new SQLException(
                "the answer of the catalog has more than the " + most + " that it may have; ask for less of it",
                SqlStates.LIMIT_EXCEEDED);
    }

    /** Columns with arrays in them are of that type. */
    private static Answer withArrays(List<GatewayColumn> columns, List<List<@Nullable Object>> rows) {
        List<GatewayColumn> typed = new ArrayList<>(columns);
        for (List<@Nullable Object> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                if (row.get(i) instanceof String text && CatalogFunctions.isArray(text)) {
                    row.set(i, text.substring(1));
                    boolean integers = text.charAt(0) == CatalogFunctions.INTEGERS
                            && !typed.get(i).declaredType().equals("TEXT[]");
                    typed.set(i, new GatewayColumn(columns.get(i).name(), integers ? "INT8[]" : "TEXT[]", ""));
                }
            }
        }
        return new Answer(typed, rows);
    }

    private static List<GatewayColumn> columns(@Nullable ResultSetMetaData metadata) throws SQLException {
        if (metadata == null) {
            return List.of();
        }
        List<GatewayColumn> columns = new ArrayList<>();
        for (int i = 1; i <= metadata.getColumnCount(); i++) {
            String table = String.valueOf(metadata.getTableName(i));
            // an expression has no table; the driver guesses a type for it from its value
            String declared = table.isEmpty() || table.equals("null") ? "" : metadata.getColumnTypeName(i);
            columns.add(new GatewayColumn(metadata.getColumnLabel(i), declared, table));
        }
        return columns;
    }

    /** Questions that are being answered are interrupted. */
    @Override
    public void close() {
        databases.close();
    }
}
