package io.github.hasqlite.actuate;

import io.github.hasqlite.HaSqliteDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads tables of replication for people, through a connection of the pool that only reads. */
final class ReplicationRecords {

    private static final int TIMEOUT_SECONDS = 10;

    private static final String CONFLICTS = "SELECT sequence, at_ns, kind, table_name, node, change";

    private final HaSqliteDataSource dataSource;

    ReplicationRecords(HaSqliteDataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Makes what people see of a row. */
    private interface Describing {
        Map<String, Object> describe(ResultSet row) throws SQLException;
    }

    /** The newest conflicts, those of what is not in the stream yet first; without the rows. */
    List<Map<String, Object>> conflicts(int limit) throws SQLException {
        return read(
                CONFLICTS + " FROM ha_conflicts ORDER BY sequence IS NULL DESC, sequence DESC, number LIMIT ?",
                limit,
                ReplicationRecords::conflict);
    }

    /** The conflicts of one change set, with the losing rows in the form of messages. */
    List<Map<String, Object>> conflictsOf(long sequence) throws SQLException {
        return read(CONFLICTS + ", losing FROM ha_conflicts WHERE sequence = ? ORDER BY number", sequence, row -> {
            Map<String, Object> conflict = conflict(row);
            put(conflict, "losing", row.getString("losing"));
            return conflict;
        });
    }

    private static Map<String, Object> conflict(ResultSet row) throws SQLException {
        Map<String, Object> conflict = new LinkedHashMap<>();
        put(conflict, "sequence", row.getObject("sequence"));
        put(conflict, "stored", time(row));
        put(conflict, "kind", row.getString("kind"));
        put(conflict, "table", row.getString("table_name"));
        put(conflict, "winner", row.getString("node"));
        put(conflict, "change", row.getInt("change"));
        return conflict;
    }

    /** The newest change sets that this node has left out, without their content. */
    List<Map<String, Object>> deadLetters(int limit) throws SQLException {
        return read(
                "SELECT sequence, at_ns, publisher, reason, length(message) AS bytes FROM ha_dead_letters"
                        + " ORDER BY sequence DESC LIMIT ?",
                limit,
                row -> {
                    Map<String, Object> letter = new LinkedHashMap<>();
                    put(letter, "sequence", row.getLong("sequence"));
                    put(letter, "stored", time(row));
                    put(letter, "publisher", row.getString("publisher"));
                    put(letter, "reason", row.getString("reason"));
                    put(letter, "bytes", row.getLong("bytes"));
                    return letter;
                });
    }

    private static void put(Map<String, Object> described, String name, @Nullable Object value) {
        if (value != null) {
            described.put(name, value);
        }
    }

    private static @Nullable Instant time(ResultSet row) throws SQLException {
        long atNs = row.getLong("at_ns");
        return row.wasNull() ? null : Instant.ofEpochSecond(0, atNs);
    }

    private List<Map<String, Object>> read(String sql, long parameter, Describing describing) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setQueryTimeout(TIMEOUT_SECONDS);
                statement.setLong(1, parameter);
                try (ResultSet rows = statement.executeQuery()) {
                    List<Map<String, Object>> described = new ArrayList<>();
                    while (rows.next()) {
                        described.add(describing.describe(rows));
                    }
                    return described;
                }
            }
        }
    }
}
