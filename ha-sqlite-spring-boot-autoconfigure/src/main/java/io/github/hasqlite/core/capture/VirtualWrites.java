package io.github.hasqlite.core.capture;

import io.github.hasqlite.Change;
import io.github.hasqlite.TextEncoding;
import io.github.hasqlite.core.sqlite.KeyFunctions;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

/**
 * Captures on one connection what statements write to virtual tables. They have no triggers, but the tables
 * in which the modules keep their rows do: those tell which rows a statement has written, however it came to
 * that, and the rows are read back when it is done. Not thread-safe; used with the write lock held.
 */
final class VirtualWrites {

    /** What the names of its triggers begin with. */
    static final String PREFIX = CapturedSchema.TRIGGER_PREFIX + "touched_";

    /** Values of one statement that travels; more rows go into further statements. */
    private static final int MAX_VALUES = 500;

    private final SQLiteConnection connection;
    private final TextEncoding encoding;
    private final TouchedRows touched = new TouchedRows();
    private @Nullable VirtualPlanner planner;
    private boolean watched;
    private boolean registered;
    private VirtualPlan plan = VirtualPlan.NOTHING;

    VirtualWrites(SQLiteConnection connection, TextEncoding encoding) {
        this.connection = connection;
        this.encoding = encoding;
    }

    /** The schema may be another one now, and the triggers are gone. */
    void forget() {
        planner = null;
        watched = false;
    }

    /**
     * A statement is about to run.
     *
     * @return whether TEMP triggers were created for it
     * @throws SQLFeatureNotSupportedException if what it writes cannot be sent to the other nodes
     */
    boolean begin(String target, String sql) throws SQLException {
        VirtualPlanner present = planner();
        plan = present.plan(target, sql);
        if (plan.way() == VirtualPlan.Way.REFUSED) {
            String reason = String.valueOf(plan.reason());
            plan = VirtualPlan.NOTHING;
            throw new SQLFeatureNotSupportedException(
                    "this statement would write something else to a virtual table on other nodes, and was not run: "
                            + reason + ": " + sql.strip(),
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
        if (plan.way() != VirtualPlan.Way.ROWS) {
            return false;
        }
        boolean created = !watched && watch(present.tables());
        touched.watch(true);
        return created;
    }

    /** Whether a statement writes to virtual tables and travels as its text. */
    boolean travelsAsText(String target, String sql) throws SQLException {
        return planner().plan(target, sql).way() == VirtualPlan.Way.TEXT;
    }

    private VirtualPlanner planner() throws SQLException {
        VirtualPlanner present = planner;
        if (present == null) {
            present = new VirtualPlanner(connection);
            planner = present;
        }
        return present;
    }

    private boolean watch(List<VirtualTable> tables) throws SQLException {
        if (!registered) {
            // FTS3 and FTS4 run their statements as part of the schema, where other functions are refused
            Function.create(connection, TouchedRows.FUNCTION, touched, TouchedRows.ARGUMENTS, KeyFunctions.INNOCUOUS);
            registered = true;
        }
        try (Statement statement = connection.createStatement()) {
            for (int i = 0; i < tables.size(); i++) {
                for (String trigger : tables.get(i).triggers(PREFIX, i)) {
                    statement.executeUpdate(trigger);
                }
            }
        }
        watched = true;
        return true;
    }

    /**
     * A row is being replaced while the statement runs.
     *
     * @param sameRowid whether the new row has its rowid
     * @return whether it may not be, because SQLite does not run DELETE triggers then and other nodes do
     */
    boolean mustKeep(String table, boolean sameRowid) {
        Boolean makesUp = plan.keeping().get(table);
        return makesUp != null && !(makesUp && sameRowid);
    }

    /** The statement is over, one way or another. */
    void end() {
        if (plan.way() == VirtualPlan.Way.ROWS) {
            touched.watch(false);
        }
        plan = VirtualPlan.NOTHING;
    }

    /**
     * The statement succeeded: adds what it wrote.
     *
     * @param sql its text without a semicolon at the end
     * @param values what was bound to it
     */
    void succeeded(String sql, List<@Nullable Object> values, CaptureBuffer buffer) throws SQLException {
        switch (plan.way()) {
            case TEXT -> buffer.add(Change.sql(sql, values));
            case ROWS -> {
                if (touched.isEmpty() && plan.inserts() && plan.constant()) {
                    // a command to the module, or a row that was ignored
                    buffer.add(Change.sql(sql, values));
                } else {
                    addRows(buffer);
                }
            }
            default -> {}
        }
    }

    /** The statement failed, but what it did until then stays. */
    void keptDespiteFailure(CaptureBuffer buffer) throws SQLException {
        if (plan.way() == VirtualPlan.Way.ROWS) {
            addRows(buffer);
        }
    }

    private void addRows(CaptureBuffer buffer) throws SQLException {
        VirtualPlanner present = planner;
        for (int i = 0; present != null && i < present.tables().size(); i++) {
            Map<Long, Boolean> rows = touched.of(i);
            if (!rows.isEmpty()) {
                addRows(present.tables().get(i), rows, buffer);
            }
        }
    }

    private void addRows(VirtualTable table, Map<Long, Boolean> rows, CaptureBuffer buffer) throws SQLException {
        Batch gone = new Batch(buffer, 1, table::delete);
        Batch changed = new Batch(buffer, 1 + table.columns().size(), count -> table.insert(true, count));
        Batch added = new Batch(buffer, 1 + table.columns().size(), count -> table.insert(false, count));
        try (PreparedStatement select = connection.prepareStatement(table.select())) {
            for (Map.Entry<Long, Boolean> row : rows.entrySet()) {
                boolean before = row.getValue();
                List<@Nullable Object> values =
                        values(select, row.getKey(), table.columns().size(), encoding);
                if (values == null) {
                    if (before || plan.over()) {
                        gone.add(List.of(row.getKey()));
                    }
                } else {
                    (before || plan.over() ? changed : added).add(values);
                }
            }
        }
        gone.flush();
        changed.flush();
        added.flush();
    }

    private static @Nullable List<@Nullable Object> values(
            PreparedStatement select, Long number, int columns, TextEncoding encoding) throws SQLException {
        select.setLong(1, number);
        try (ResultSet row = select.executeQuery()) {
            if (!row.next()) {
                return null;
            }
            List<@Nullable Object> values = new ArrayList<>(columns + 1);
            values.add(number);
            for (int i = 1; i <= columns; i++) {
                values.add(encoding.read(row, i));
            }
            return values;
        }
    }

    /** Rows that go into one statement, until it has enough values. */
    private static final class Batch {

        private interface Text {
            String of(int rows);
        }

        private final CaptureBuffer buffer;
        private final Text text;
        private final int most;
        private List<@Nullable Object> values = new ArrayList<>();
        private int rows;

        Batch(CaptureBuffer buffer, int width, Text text) {
            this.buffer = buffer;
            this.text = text;
            this.most = Math.max(1, MAX_VALUES / width);
        }

        void add(List<? extends @Nullable Object> row) {
            values.addAll(row);
            if (++rows == most) {
                flush();
            }
        }

        void flush() {
            if (rows > 0) {
                buffer.add(Change.sql(text.of(rows), values));
                values = new ArrayList<>();
                rows = 0;
            }
        }
    }
}
