package io.github.hasqlite.core.replay;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/**
 * How far a node has come in the stream, as its database says it in one moment.
 *
 * @param sequence up to which everything is applied
 * @param counters what was accepted last of each publisher there; those that do not count are not in it
 */
public record AppliedPlace(long sequence, Map<String, Long> counters) {

    public AppliedPlace {
        counters = Map.copyOf(counters);
    }

    /** Reads it, all in one statement, so that it is of one moment. */
    public static AppliedPlace read(Connection connection) throws SQLException {
        long sequence = 0;
        Map<String, Long> counters = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT NULL, value FROM main.ha_state WHERE name = '"
                        + AppliedState.SEQUENCE + "' UNION ALL SELECT publisher, counter FROM main.ha_publishers")) {
            while (rows.next()) {
                String publisher = rows.getString(1);
                if (publisher == null) {
                    sequence = rows.getLong(2);
                } else if (!publisher.isEmpty()) {
                    counters.put(publisher, rows.getLong(2));
                }
            }
        }
        return new AppliedPlace(sequence, counters);
    }
}
