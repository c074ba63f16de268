package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.RawText;
import io.github.hasqlite.TextEncoding;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;

/** Real database files, and what is in them. */
public final class Databases {

    private Databases() {}

    public static SQLiteConnection open(Path file, boolean foreignKeys) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.enforceForeignKeys(foreignKeys);
        Properties properties = config.toProperties();
        SQLiteConnection connection =
                (SQLiteConnection) new org.sqlite.JDBC().connect("jdbc:sqlite:" + file, properties);
        // the driver lowers it to 100, and capture needs what SQLite allows
        connection.setLimit(SQLiteLimits.SQLITE_LIMIT_FUNCTION_ARG, 127);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA trusted_schema = OFF");
        }
        return connection;
    }

    /** A database with nothing in it that stores texts so. */
    static Path create(Path file, TextEncoding encoding) throws SQLException {
        try (SQLiteConnection connection = open(file, false);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA encoding = '"
                    + encoding.name()
                            .replace("UTF_", "UTF-")
                            .replace("LE", "le")
                            .replace("BE", "be") + "'");
            statement.executeUpdate("CREATE TABLE sets_the_encoding(x); DROP TABLE sets_the_encoding");
        }
        return file;
    }

    public static ChangeSet changeSet(List<Change> changes) {
        return new ChangeSet("test", 1, "test.db", 0, "p", 1, 0, 1, changes);
    }

    public static ChangeSet changeSet(Change... changes) {
        return changeSet(List.of(changes));
    }

    /** All rows of all tables with their rowids, storage classes and bits, in rowid or key order. */
    public static List<String> content(Connection connection) throws SQLException {
        List<String> content = new ArrayList<>();
        for (TableDefinition table : TableDefinition.readAll(connection)) {
            content.add("table " + table.name());
            // virtual tables by what they answer; shadows may be laid out differently
            if (table.kind() == TableDefinition.Kind.SHADOW) {
                continue;
            }
            String rowid = table.rowidName() == null || table.kind() == TableDefinition.Kind.VIRTUAL
                    ? ""
                    : table.rowidName() + ",";
            content.addAll(rows(
                    connection,
                    "SELECT " + rowid + "* FROM main." + SqlIdentifier.quote(table.name()) + " ORDER BY "
                            + (rowid.isEmpty() ? "1" : table.rowidName())));
        }
        if (!rows(connection, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'")
                .isEmpty()) {
            content.addAll(rows(connection, "SELECT 'sequence', name, seq FROM sqlite_sequence ORDER BY name"));
        }
        content.addAll(rows(connection, "PRAGMA user_version"));
        return content;
    }

    /** The schema, triggers in the order they fire in. */
    public static List<String> schema(Connection connection) throws SQLException {
        List<String> schema = rows(
                connection,
                "SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE type <> 'trigger' ORDER BY type, name");
        schema.addAll(rows(
                connection,
                "SELECT tbl_name, name, sql FROM main.sqlite_schema WHERE type = 'trigger' ORDER BY tbl_name, rowid"));
        return schema;
    }

    public static List<String> rows(Connection connection, String query, Object... args) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            for (int i = 0; i < args.length; i++) {
                statement.setObject(i + 1, args[i]);
            }
            TextEncoding encoding = TextEncoding.of(connection);
            try (ResultSet result = statement.executeQuery()) {
                int width = result.getMetaData().getColumnCount();
                while (result.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= width; i++) {
                        row.add(exact(encoding.read(result, i)));
                    }
                    rows.add(String.join("|", row));
                }
            }
        }
        return rows;
    }

    private static String exact(Object value) {
        if (value instanceof byte[] bytes) {
            return bytes.length > 100
                    ? "b:" + bytes.length + ":" + java.util.Arrays.hashCode(bytes)
                    : "b:" + HexFormat.of().formatHex(bytes);
        }
        if (value instanceof Double real) {
            return "r:" + real + ":" + Long.toHexString(Double.doubleToRawLongBits(real));
        }
        if (value instanceof RawText) {
            return "t:" + value;
        }
        return value == null ? "null" : (value instanceof String ? "t:" : "i:") + value;
    }

    public static TreeMap<String, Integer> counts(List<String> rows) {
        TreeMap<String, Integer> counts = new TreeMap<>();
        rows.forEach(row -> counts.merge(row, 1, Integer::sum));
        return counts;
    }
}
