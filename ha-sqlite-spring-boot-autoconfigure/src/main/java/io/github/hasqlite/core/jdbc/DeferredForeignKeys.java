package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.NativeStatement;
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
 * counts violations but does not tell; so the database is searched for them, where a constraint can be
 * deferred at all.
 */
final class DeferredForeignKeys {

    private final SQLiteConnection connection;
    private final ReadValidator validator;
    private final NativeStatement enforced;
    private final NativeStatement deferringAll;
    private final NativeStatement deferredInSchema;
    private final NativeStatement schemaVersion;
    private long versionRead = -1;
    private boolean deferredThen;

    DeferredForeignKeys(SQLiteConnection connection, ReadValidator validator) throws SQLException {
        this.connection = connection;
        this.validator = validator;
        this.enforced = new NativeStatement(connection, "PRAGMA foreign_keys");
        this.deferringAll = new NativeStatement(connection, "PRAGMA defer_foreign_keys");
        this.deferredInSchema = new NativeStatement(
                connection, "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE lower(sql) GLOB '*deferred*')");
        this.schemaVersion = new NativeStatement(connection, "PRAGMA main.schema_version");
    }

    /**
     * Fails as COMMIT would.
     *
     * @throws SQLException SQLITE_CONSTRAINT_FOREIGNKEY if the open transaction has broken a foreign key
     */
    void check() throws SQLException {
        if (enforced.queryLong() == 0 || !mayBeDeferred()) {
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

    /** Otherwise each statement was checked at its end. */
    private boolean mayBeDeferred() throws SQLException {
        if (deferringAll.queryLong() != 0) {
            return true;
        }
        long version = schemaVersion.queryLong();
        if (version != versionRead) {
            deferredThen = deferredInSchema.queryLong() != 0;
            versionRead = version;
        }
        return deferredThen;
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
