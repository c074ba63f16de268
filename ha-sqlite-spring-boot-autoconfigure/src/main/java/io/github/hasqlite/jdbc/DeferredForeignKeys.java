package io.github.hasqlite.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;

/**
 * Finds out whether COMMIT would fail for a deferred foreign key, without committing. A transaction
 * with commands is published before it commits here, and then COMMIT must not fail any more. SQLite
 * counts violations but does not tell; so the database is searched for them.
 */
final class DeferredForeignKeys {

    private final SQLiteConnection connection;
    private final ReadValidator validator;

    DeferredForeignKeys(SQLiteConnection connection, ReadValidator validator) {
        this.connection = connection;
        this.validator = validator;
    }

    /**
     * Fails as COMMIT would.
     *
     * @throws SQLException SQLITE_CONSTRAINT_FOREIGNKEY if the open transaction has broken a foreign key
     */
    void check() throws SQLException {
        if (!enforced()) {
            return;
        }
        List<String> violations = violations(connection);
        if (violations.isEmpty()) {
            return;
        }
        // those that were there before do not keep SQLite from committing
        violations(validator.present()).forEach(violations::remove);
        if (!violations.isEmpty()) {
            throw DB.newSQLException(
                    SQLiteErrorCode.SQLITE_CONSTRAINT_FOREIGNKEY.code, "FOREIGN KEY constraint failed");
        }
    }

    private boolean enforced() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA foreign_keys")) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    private static List<String> violations(Connection of) throws SQLException {
        List<String> violations = new ArrayList<>();
        try (Statement statement = of.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA foreign_key_check")) {
            while (rows.next()) {
                violations.add(rows.getString(1) + " " + rows.getString(2) + " " + rows.getString(3) + " "
                        + rows.getString(4));
            }
        }
        return violations;
    }
}
