package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.gateway.GatewaySettings;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.function.PostgresFunctions;
import io.github.hasqlite.postgres.infer.TableColumns;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;

/** A database in memory with the catalog in it. It answers one question at a time. Not thread-safe. */
final class CatalogDatabase implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(CatalogDatabase.class);

    /** Steps of SQLite's machine between two looks at whether a question has to end: about a millisecond. */
    private static final int STEPS = 10_000;

    /** The class of SQLStates of what the catalog should perhaps have. */
    private static final String NOT_UNDERSTOOD = "42";

    private final GatewaySettings limits;
    private final BooleanSupplier closing;
    private final CatalogObjects objects = new CatalogObjects();
    private final SessionFunctions session;
    private final SQLiteConnection connection;
    private @Nullable GatewaySession asked;
    private @Nullable List<List<@Nullable Object>> filledWith;
    private String filledFor = "";

    /** What is done with a question that is compiled. */
    interface Use<T> {
        T with(PreparedStatement statement) throws SQLException;
    }

    /**
     * An empty one.
     *
     * @param limits of questions, which are those of statements
     * @param closing whether what runs has to end for the server's sake
     */
    CatalogDatabase(GatewaySettings limits, AdvisoryLocks locks, BooleanSupplier closing) throws SQLException {
        this.limits = limits;
        this.closing = closing;
        this.session = new SessionFunctions(locks);
        this.connection = DriverManager.getConnection("jdbc:sqlite::memory:").unwrap(SQLiteConnection.class);
        try (Statement statement = connection.createStatement()) {
            new CatalogFunctions(objects, session, limits.maxValueBytes()).register(connection);
            new PostgresFunctions().register(connection);
            CatalogTables.attach(statement);
            ProgressHandler.setHandler(connection, STEPS, new Progress());
        } catch (SQLException | RuntimeException | Error e) {
            try (connection) {
                throw e;
            }
        }
    }

    /** Interrupts what has to end. */
    private final class Progress extends ProgressHandler {

        @Override
        protected int progress() {
            GatewaySession present = asked;
            return closing.getAsBoolean() || (present != null && present.isOver()) ? 1 : 0;
        }
    }

    /**
     * Of a table of the catalog.
     *
     * @return empty if there is none such
     */
    List<TableColumns.Column> columns(String table, GatewaySession gateway, CatalogSession asking) throws SQLException {
        bring(gateway, asking);
        List<TableColumns.Column> columns = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("SELECT name, type FROM pragma_table_info(?)")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.add(new TableColumns.Column(rows.getString(1), DeclaredTypes.of(rows.getString(2))));
                }
            }
        }
        return columns;
    }

    /** Has it as the schema and the session are now. */
    private void bring(GatewaySession gateway, CatalogSession asking) throws SQLException {
        SchemaReader reader = new SchemaReader(gateway);
        List<List<@Nullable Object>> present = reader.objects();
        session.setSession(asking);
        if (!present.equals(filledWith) || !filledFor.equals(asking.user())) {
            fill(reader, present, asking);
        }
    }

    /**
     * Answers a question.
     *
     * @param sql as it is spelled for the catalog
     * @param plain the same without what is known of types, for what cannot be compiled otherwise
     * @param gateway whose limits it has, and whose database it is about
     * @param asking the session, as the catalog sees it
     * @throws SQLException if it cannot be compiled, or does not keep to the limits
     */
    <T> T ask(String sql, String plain, GatewaySession gateway, CatalogSession asking, Use<T> use) throws SQLException {
        bring(gateway, asking);
        new SessionTables(new CatalogTables(connection), asking).fill(sql);
        asked = gateway;
        connection.setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, limits.maxValueBytes());
        try (PreparedStatement statement = compiled(sql, plain)) {
            return gateway.limited(statement, () -> use.with(statement));
        } catch (SQLException e) {
            SQLException why = session.takeFailure();
            if (why != null) {
                throw why;
            }
            if (SqlStates.of(e).startsWith(NOT_UNDERSTOOD)) {
                logger.info("A question about the catalog could not be answered: {} ({})", sql, e.getMessage());
            }
            throw e;
        } finally {
            asked = null;
            connection.setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, Integer.MAX_VALUE);
        }
    }

    private PreparedStatement compiled(String sql, String plain) throws SQLException {
        try {
            return connection.prepareStatement(sql);
        } catch (SQLException e) {
            if (sql.equals(plain)) {
                throw e;
            }
            return connection.prepareStatement(plain);
        }
    }

    private void fill(SchemaReader reader, List<List<@Nullable Object>> present, CatalogSession asking)
            throws SQLException {
        filledWith = null;
        CatalogTables tables = new CatalogTables(connection);
        new CatalogFiller(connection, objects, reader.all(present)).fill(asking);
        tables.run("information_schema.sql");
        filledWith = present;
        filledFor = asking.user();
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            logger.debug("The catalog could not be closed", e);
        }
    }
}
