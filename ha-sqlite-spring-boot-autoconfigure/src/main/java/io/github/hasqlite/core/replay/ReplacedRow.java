package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetSerializer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A row that had to give way to another one with the same unique key, of which its change set says nothing (rule R8).
 *
 * @param change the index of the change in its change set that took the key
 * @param row the row as it was, as if it were deleted
 */
public record ReplacedRow(int change, Change row) {

    /**
     * Reads what this node knows of change sets from a place on.
     *
     * @param from the place in the stream
     * @return by the place of the change set
     * @throws SQLException if it cannot be read
     */
    public static Map<Long, List<ReplacedRow>> since(Connection connection, ChangeSetSerializer serializer, long from)
            throws SQLException {
        Map<Long, List<ReplacedRow>> replaced = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement("SELECT sequence, change, losing FROM"
                + " main.ha_conflicts WHERE kind = 'UNIQUE_KEY' AND losing IS NOT NULL AND sequence >= ?"
                + " ORDER BY sequence, number")) {
            query.setLong(1, from);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    Change losing = serializer
                            .deserialize(rows.getString(3).getBytes(StandardCharsets.UTF_8))
                            .changes()
                            .get(0);
                    replaced.computeIfAbsent(rows.getLong(1), sequence -> new ArrayList<>())
                            .add(new ReplacedRow(rows.getInt(2), losing));
                }
            }
        } catch (ChangeSetFormatException e) {
            throw new SQLException("ha_conflicts holds what is no row", e);
        }
        return replaced;
    }
}
