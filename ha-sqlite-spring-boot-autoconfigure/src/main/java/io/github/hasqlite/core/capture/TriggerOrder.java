package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TokenList;
import io.github.hasqlite.core.sqlite.TriggerText;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Puts the capture triggers in front of the TEMP triggers that the application has on replicated tables.
 * One that fires before could change the row again, which would then be captured in the wrong order, or
 * keep it from being captured with {@code RAISE(IGNORE)}.
 *
 * <p>The order in which SQLite fires TEMP triggers depends on their names and on when they were created, and
 * is not documented; so it is read from the compiled statement, and other names are tried until it is right.
 */
final class TriggerOrder {

    private static final int MAX_NAMES = 200;

    private final SQLiteConnection connection;
    private final CapturedSchema schema;

    private record OwnTrigger(String name, String table, String sql) {

        String creation() {
            // SQLite stores all triggers as CREATE TRIGGER
            return "CREATE TEMP TRIGGER " + sql.substring(new TokenList(sql).start(2));
        }
    }

    TriggerOrder(SQLiteConnection connection, CapturedSchema schema) {
        this.connection = connection;
        this.schema = schema;
    }

    /**
     * Does it, on all captured tables.
     *
     * @throws SQLException if a trigger of the application would fire before whatever was tried
     */
    void putCaptureFirst() throws SQLException {
        List<OwnTrigger> triggers = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name, tbl_name, sql FROM temp.sqlite_schema WHERE type"
                        + " = 'trigger' AND name NOT GLOB 'ha_*'")) {
            while (rows.next()) {
                triggers.add(new OwnTrigger(rows.getString(1), rows.getString(2), rows.getString(3)));
            }
        }
        for (int index = 0; index < schema.size(); index++) {
            CapturedTable table = schema.table(index);
            List<OwnTrigger> onTable = triggers.stream()
                    .filter(trigger ->
                            SqlIdentifier.isSame(trigger.table(), table.name()) && TriggerText.isAfter(trigger.sql()))
                    .toList();
            if (!onTable.isEmpty()) {
                putFirst(index, table, onTable);
            }
        }
    }

    private void putFirst(int index, CapturedTable table, List<OwnTrigger> others) throws SQLException {
        boolean hidden = isHidden(table);
        for (RowOperation operation : RowOperation.values()) {
            String own = CapturedSchema.triggerName(index, operation);
            for (int attempt = 1; !firesFirst(own, table, operation, others); attempt++) {
                if (attempt > MAX_NAMES) {
                    throw new SQLException("the TEMP trigger "
                            + others.stream().map(OwnTrigger::name).collect(Collectors.joining(", ")) + " on "
                            + table.name() + " would fire before replication has seen the row, so nothing can be"
                            + " written on this connection; drop it, or give it another name");
                }
                String next = CapturedSchema.triggerName(index, operation) + '_' + attempt;
                try (Statement statement = connection.createStatement()) {
                    statement.executeUpdate("DROP TRIGGER temp." + own);
                    statement.executeUpdate(schema.trigger(next, index, operation));
                    // created anew they would belong to the table that hides theirs
                    for (OwnTrigger other : hidden ? List.<OwnTrigger>of() : others) {
                        statement.executeUpdate("DROP TRIGGER temp." + SqlIdentifier.quote(other.name()));
                        statement.executeUpdate(other.creation());
                    }
                }
                own = next;
            }
        }
    }

    /** Whether there is a TEMP table or view of the same name. */
    private boolean isHidden(CapturedTable table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT EXISTS (SELECT 1 FROM temp.sqlite_schema"
                + " WHERE type IN ('table', 'view') AND lower(name) = lower(?))")) {
            statement.setString(1, table.name());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    /** EXPLAIN lists the triggers of a statement in the order in which they fire. */
    private boolean firesFirst(String own, CapturedTable table, RowOperation operation, List<OwnTrigger> others)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = explain(statement, table, operation)) {
            if (rows == null) {
                return true;
            }
            while (rows.next()) {
                String text = rows.getString(6);
                if (!"Init".equals(rows.getString(2)) || text == null || !text.startsWith("-- TRIGGER ")) {
                    continue;
                }
                String fired = text.substring("-- TRIGGER ".length());
                if (fired.equals(own)) {
                    return true;
                }
                if (others.stream().anyMatch(other -> other.name().equals(fired))) {
                    return false;
                }
            }
        }
        return false;
    }

    /** What cannot be compiled, because a trigger names a table that is gone, cannot be written to either. */
    private static @Nullable ResultSet explain(Statement statement, CapturedTable table, RowOperation operation) {
        try {
            return statement.executeQuery("EXPLAIN " + example(table, operation));
        } catch (SQLException e) {
            return null;
        }
    }

    private static String example(CapturedTable table, RowOperation operation) {
        String name = "main." + SqlIdentifier.quote(table.name());
        return switch (operation) {
            case INSERT -> "INSERT INTO " + name + " DEFAULT VALUES";
            case DELETE -> "DELETE FROM " + name + " WHERE 1";
            case UPDATE ->
                "UPDATE " + name + " SET "
                        + table.columns().stream()
                                .map(SqlIdentifier::quote)
                                .map(column -> column + " = " + column)
                                .collect(Collectors.joining(", "));
        };
    }
}
