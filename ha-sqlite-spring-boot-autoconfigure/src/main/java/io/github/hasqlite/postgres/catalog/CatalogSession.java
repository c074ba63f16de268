package io.github.hasqlite.postgres.catalog;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The session that asks, as far as the catalog is about it. Used by the thread that asks. */
public interface CatalogSession {

    /** Who has come in. */
    String user();

    /** The name that clients see. */
    String database();

    /** The number by which requests to cancel name the connection. */
    int pid();

    /** All settings by their names. */
    Map<String, String> settings();

    /** {@code null} if there is no such setting. */
    @Nullable
    String setting(String name);

    /**
     * Sets something.
     *
     * @param local whether until the end of the transaction only
     * @throws SQLException if there is no such setting, it cannot be set, or not so
     */
    void set(String name, String value, boolean local) throws SQLException;

    /** Those that have a name. */
    List<PreparedStatementRow> preparedStatements();

    /**
     * Cancels what another client of this node runs, or ends its connection.
     *
     * @param pid by which requests to cancel name the connection
     * @return whether there is such a client
     */
    boolean signal(int pid, boolean ends);

    /** Of all clients of this node. */
    List<ActivityRow> sessions();

    /**
     * A prepared statement.
     *
     * @param types names of its parameters' types
     * @param fromSql whether PREPARE has made it, not the protocol
     */
    record PreparedStatementRow(String name, String statement, Instant at, List<String> types, boolean fromSql) {}

    /**
     * What a client does.
     *
     * @param address that it comes from
     * @param state in PostgreSQL's words
     * @param query that runs, or has run last
     * @param transaction when its transaction has begun; {@code null} if there is none
     * @param since when the query has begun; {@code null} if there was none
     * @param changed when the state has begun
     */
    record ActivityRow(
            int pid,
            String user,
            String application,
            String address,
            int port,
            Instant connected,
            String state,
            String query,
            @Nullable Instant transaction,
            @Nullable Instant since,
            Instant changed) {}
}
