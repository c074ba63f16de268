package io.github.hasqlite.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * Gives jOOQ's {@code forUpdate()} the meaning that it can have in SQLite, which has no such clause: in a transaction the
 * write lock is taken before the rows are read, so that nobody changes them before the transaction ends.
 */
final class JooqForUpdate implements ExecuteListener {

    private static final long serialVersionUID = 1L;

    private static final Pattern CLAUSE = Pattern.compile(
            "\\s+for\\s+(no\\s+key\\s+)?update(\\s+of\\s+[^']*)?(\\s+(nowait|skip\\s+locked|wait\\s+\\d+))?\\s*$",
            Pattern.CASE_INSENSITIVE);

    /** The SQLState of a BEGIN inside a transaction. */
    private static final String IN_TRANSACTION = "25001";

    @Override
    public void renderEnd(ExecuteContext context) {
        String sql = context.sql();
        if (sql == null || context.dialect().family() != SQLDialect.SQLITE) {
            return;
        }
        var clause = CLAUSE.matcher(sql);
        if (clause.find()) {
            context.sql(sql.substring(0, clause.start()));
            lock(context.connection());
        }
    }

    /** SQLite refuses a BEGIN IMMEDIATE inside a transaction, but the transaction has the write lock then. */
    private static void lock(@Nullable Connection connection) {
        try {
            if (connection == null || connection.getAutoCommit() || connection.isReadOnly()) {
                return;
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
            } catch (SQLException e) {
                if (!IN_TRANSACTION.equals(e.getSQLState())) {
                    throw e;
                }
            }
        } catch (SQLException e) {
            throw new org.jooq.exception.DataAccessException("the write lock could not be taken: " + e.getMessage(), e);
        }
    }
}
