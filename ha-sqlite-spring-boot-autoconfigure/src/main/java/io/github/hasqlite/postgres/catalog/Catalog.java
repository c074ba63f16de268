package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers questions about the catalog, for all sessions of a server. Thread-safe; questions wait for each other, as each
 * takes milliseconds.
 */
public final class Catalog implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(Catalog.class);

    /** Rows of an answer at most, which are held in memory. */
    private static final int MOST_ROWS = 100_000;

    private static final int TIMEOUT_SECONDS = 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final CatalogObjects objects = new CatalogObjects();
    private final AdvisoryLocks advisoryLocks = new AdvisoryLocks();
    private final SessionFunctions session = new SessionFunctions(advisoryLocks);
    private final CatalogFunctions functions = new CatalogFunctions(objects, session);
    private @Nullable Connection connection;
    private @Nullable List<List<@Nullable Object>> filledWith;
    private String filledFor = "";

    /** What was asked: how it is answered. Used by one thread at a time. */
    public final class Question {

        private final String sql;
        private final int parameters;
        private final GatewaySession session;
        private final CatalogSession asking;

        private Question(String sql, int parameters, GatewaySession session, CatalogSession asking) {
            this.sql = sql;
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
         * @throws SQLException if it cannot be compiled, or takes too long
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

    private interface Use<T> {
        T with(PreparedStatement statement) throws SQLException;
    }

    /** The locks of its functions. */
    public AdvisoryLocks advisoryLocks() {
        return advisoryLocks;
    }

    /**
     * Takes a question.
     *
     * @param sql as the client wrote it
     * @param session whose database, and whose transaction, it is about
     * @param asking the session, as the catalog sees it
     * @throws SQLException if it cannot be read
     */
    public Question ask(String sql, GatewaySession session, CatalogSession asking) throws SQLException {
        String spelled = Spelling.ofCatalog(sql);
        return new Question(spelled, parameters(Spelling.tokens(sql)), session, asking);
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

    private <T> T inside(Question question, Use<T> use) throws SQLException {
        SchemaReader reader = new SchemaReader(question.session);
        List<List<@Nullable Object>> present = reader.objects();
        lock.lock();
        try {
            Connection open = open();
            session.setSession(question.asking);
            if (!present.equals(filledWith) || !filledFor.equals(question.asking.user())) {
                fill(open, reader, present, question.asking);
            }
            new SessionTables(new CatalogTables(open), question.asking).fill(question.sql);
            try (PreparedStatement statement = open.prepareStatement(question.sql)) {
                statement.setQueryTimeout(TIMEOUT_SECONDS);
                return use.with(statement);
            } catch (SQLException e) {
                SQLException why = session.takeFailure();
                if (why != null) {
                    throw why;
                }
                logger.info(
                        "A question about the catalog could not be answered: {} ({})", question.sql, e.getMessage());
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    private Connection open() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = DriverManager.getConnection("jdbc:sqlite::memory:");
            connection = open;
            functions.register(open);
            try (Statement statement = open.createStatement()) {
                CatalogTables.attach(statement);
            }
        }
        return open;
    }

    private void fill(Connection open, SchemaReader reader, List<List<@Nullable Object>> present, CatalogSession asking)
            throws SQLException {
        filledWith = null;
        CatalogTables tables = new CatalogTables(open);
        CatalogFiller filler = new CatalogFiller(open, objects, reader.all(present));
        filler.fill(asking);
        tables.run("information_schema.sql");
        filledWith = present;
        filledFor = asking.user();
    }

    private static Answer answer(PreparedStatement statement) throws SQLException {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        try (ResultSet result = statement.executeQuery()) {
            List<GatewayColumn> columns = columns(result.getMetaData());
            while (result.next()) {
                if (rows.size() == MOST_ROWS) {
                    throw new SQLException("the answer has more than " + MOST_ROWS + " rows", "54000");
                }
                List<@Nullable Object> row = new ArrayList<>(columns.size());
                for (int i = 1; i <= columns.size(); i++) {
                    Object value = result.getObject(i);
                    row.add(value instanceof Integer number ? (Object) number.longValue() : value);
                }
                rows.add(row);
            }
            return withArrays(columns, rows);
        }
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

    @Override
    public void close() {
        lock.lock();
        try (Connection open = connection) {
            connection = null;
            filledWith = null;
        } catch (SQLException e) {
            logger.debug("The catalog could not be closed", e);
        } finally {
            lock.unlock();
        }
    }
}
