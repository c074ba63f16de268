package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteException;
import org.sqlite.core.DB;

/**
 * Other databases of the application, which connections that only read see as attached schemas. Immutable; compared by
 * identity.
 */
final class JoinedSchemas {

    static final JoinedSchemas NONE = new JoinedSchemas(Map.of());

    /** The files by the names of the schemas. */
    private final Map<String, String> files;

    private JoinedSchemas(Map<String, String> files) {
        this.files = files;
    }

    /** With one more. */
    JoinedSchemas with(String schema, String file) {
        Map<String, String> more = new LinkedHashMap<>(files);
        more.put(schema, file);
        return new JoinedSchemas(more);
    }

    /**
     * Attaches what a connection, without a transaction, does not see yet.
     *
     * @param seen what it sees
     * @throws SQLException if one cannot be attached, or there are more than SQLite allows
     */
    void attach(SQLiteConnection connection, JoinedSchemas seen) throws SQLException {
        for (Map.Entry<String, String> schema : files.entrySet()) {
            if (!seen.files.containsKey(schema.getKey())) {
                String sql = "ATTACH '" + schema.getValue().replace("'", "''") + "' AS "
                        + SqlIdentifier.quote(schema.getKey());
                int code = connection.getDatabase()._exec(sql);
                if (code != 0) {
                    throw DB.newSQLException(
                            code,
                            "the database " + schema.getKey() + ", " + schema.getValue()
                                    + ", cannot be attached for reading");
                }
            }
        }
    }

    /**
     * Says what to do where a statement names one of these on a connection that may write, and so does not see them.
     *
     * @return what to throw: the same, if it is about something else
     */
    SQLException explain(SQLException failure) {
        String text = failure.getMessage();
        if (files.isEmpty() || text == null || !(failure instanceof SQLiteException lite)) {
            return failure;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        for (String schema : files.keySet()) {
            if (lower.contains("no such table: " + schema + ".") || lower.contains("unknown database " + schema)) {
                SQLException explained = new SQLiteException(
                        text + ". " + schema + " is another database of this application: read it together with this one"
                                + " on a connection that is read-only from its beginning, and write to it through its own"
                                + " data source",
                        lite.getResultCode());
                explained.setStackTrace(failure.getStackTrace());
                return explained;
            }
        }
        return failure;
    }
}
