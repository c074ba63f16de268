package io.github.hasqlite.core.gateway;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement that SQLite does not know, and that is answered by somebody else. */
public interface GatewayCommand {

    /** Of its rows. */
    List<GatewayColumn> columns();

    /**
     * Runs it, outside of the session's transactions.
     *
     * @return its rows, each with a value (Long, Double, String, byte[] or null) for each column
     * @throws SQLException with an SQLState
     */
    List<List<@Nullable Object>> run() throws SQLException;

    /** Understands such statements. */
    @FunctionalInterface
    interface Parser {

        /** Knows none. */
        Parser NONE = sql -> null;

        /**
         * Understands a statement.
         *
         * @return {@code null} if it is for SQLite
         * @throws SQLException if it is such a statement, and wrong (42601)
         */
        @Nullable
        GatewayCommand parse(String sql) throws SQLException;
    }
}
