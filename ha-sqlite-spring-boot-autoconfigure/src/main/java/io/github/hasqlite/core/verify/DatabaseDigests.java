package io.github.hasqlite.core.verify;

import io.github.hasqlite.NodeDigest;
import io.github.hasqlite.TableDigest;
import io.github.hasqlite.TextEncoding;
import io.github.hasqlite.core.file.Sha256;
import io.github.hasqlite.core.snapshot.VirtualContent;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.TableDefinition.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Computes what two databases with the same content have in common, however their files differ: tables by
 * their rows and declarations, all else by its declaration. SQLite's own tables, those of replication and
 * those in which virtual tables keep what they have do not count; of full-text tables and R-Trees what queries
 * of them see does. Needs the memory of one row.
 */
final class DatabaseDigests {

    private static final int ROWS_BETWEEN_LOOKS = 1_024;

    private DatabaseDigests() {}

    /**
     * Reads the whole database.
     *
     * @param connection in one transaction, if others may write meanwhile
     * @return by the tables' names, and {@link NodeDigest#SCHEMA} for indexes, views and triggers
     * @throws SQLException if it cannot be read, or the thread is interrupted
     */
    static Map<String, TableDigest> of(Connection connection) throws SQLException {
        Map<String, TableDigest> digests = new HashMap<>();
        for (TableDefinition table : TableDefinition.readAll(connection)) {
            if (table.kind() != Kind.SHADOW) {
                digests.put(table.name(), table(connection, table));
            }
        }
        digests.put(NodeDigest.SCHEMA, others(connection));
        return digests;
    }

    private static TableDigest table(Connection connection, TableDefinition table) throws SQLException {
        RowSum sum = new RowSum();
        if (table.kind() == Kind.ORDINARY) {
            List<String> columns = new ArrayList<>();
            table.columns().forEach(column -> columns.add(SqlIdentifier.quote(column)));
            // from the table itself: an index may say something else
            String query = "SELECT " + String.join(", ", columns) + " FROM main." + SqlIdentifier.quote(table.name())
                    + " NOT INDEXED";
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(query)) {
                add(rows, columns.size(), TextEncoding.of(connection), sum);
            }
        }
        String declaration = declaration(connection, table.name());
        if (table.kind() == Kind.VIRTUAL) {
            TextEncoding encoding = TextEncoding.of(connection);
            new VirtualContent(connection, table, declaration)
                    .read((rows, columns) -> add(rows, columns, encoding, sum));
        }
        MessageDigest digest = Sha256.digest();
        text(digest, declaration);
        sum.addTo(digest);
        return new TableDigest(sum.rows(), Sha256.hex(digest));
    }

    private static void add(ResultSet rows, int columns, TextEncoding encoding, RowSum sum) throws SQLException {
        while (rows.next()) {
            for (int i = 1; i <= columns; i++) {
                sum.value(encoding.read(rows, i));
            }
            sum.endRow();
            if (sum.rows() % ROWS_BETWEEN_LOOKS == 0 && Thread.currentThread().isInterrupted()) {
                throw new SQLException("interrupted", SqlStates.CANCELLED);
            }
        }
    }

    private static String declaration(Connection connection, String table) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : "";
            }
        }
    }

    private static TableDigest others(Connection connection) throws SQLException {
        MessageDigest digest = Sha256.digest();
        long count = 0;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT type, name, tbl_name, sql FROM main.sqlite_schema"
                        + " WHERE type <> 'table' AND sql IS NOT NULL ORDER BY type, name")) {
            while (rows.next()) {
                if (!TableDefinition.isInternal(rows.getString(2)) && !TableDefinition.isInternal(rows.getString(3))) {
                    count++;
                    for (int i = 1; i <= 4; i++) {
                        text(digest, rows.getString(i));
                    }
                }
            }
        }
        return new TableDigest(count, Sha256.hex(digest));
    }

    private static void text(MessageDigest digest, @Nullable String text) {
        byte[] bytes = String.valueOf(text).getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
    }
}
