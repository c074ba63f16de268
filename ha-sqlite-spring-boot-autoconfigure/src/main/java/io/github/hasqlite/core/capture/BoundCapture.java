package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.sqlite.InsertText;
import io.github.hasqlite.core.sqlite.NativeStatement;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Captures the rows of large INSERTs from the values bound to them, with the trigger out of the way that would report
 * each of them: a call from SQLite into Java for each row costs more than the row itself. Only where it is certain what
 * a row holds; what SQLite counts is compared with it as always (rule R12). Belongs to one connection.
 */
public final class BoundCapture {

    private static final int MAX_PLANS = 64;

    /** As long as it takes to drop a trigger and to create it, so many rows are captured by one. */
    private static final int MIN_ROWS = 100;

    /** SQLite looks for a trigger among all of them. */
    private static final int TABLES_A_ROW = 2;

    private final SQLiteConnection connection;
    private final Capture capture;
    private final CaptureFunction function;
    private final NativeStatement schemaVersion;
    private final Map<Insert, Plan> plans = new LinkedHashMap<>();
    private long plannedFor;

    /** A text, and whether a key is bound behind its own parameters. */
    private record Insert(String sql, boolean keyed) {}

    /** {@code null} for a statement that goes the usual way. */
    private record Plan(@Nullable BoundRows rows) {}

    BoundCapture(SQLiteConnection connection, Capture capture, CaptureFunction function) throws SQLException {
        this.connection = connection;
        this.capture = capture;
        this.function = function;
        this.schemaVersion = new NativeStatement(connection, "PRAGMA main.schema_version");
    }

    /**
     * What is known of the rows of a statement that is about to run; the triggers fit the schema.
     *
     * @param sql the application's text
     * @param keyed whether a key is bound to one more parameter, behind those of the text
     * @param parameters how many values are bound for a row, that key not among them
     * @return {@code null} if its rows must be captured by their trigger
     * @throws SQLException if the schema cannot be read
     */
    public @Nullable BoundRows rows(String sql, boolean keyed, int parameters) throws SQLException {
        CapturedSchema schema = capture.installed();
        // another process may have changed it since the triggers were installed
        if (schema == null || !capture.isSimple() || schemaVersion.queryLong() != schema.version()) {
            return null;
        }
        if (capture.installations() != plannedFor || plans.size() >= MAX_PLANS) {
            plans.clear();
            plannedFor = capture.installations();
        }
        Insert insert = new Insert(sql, keyed);
        Plan plan = plans.get(insert);
        if (plan == null) {
            plan = new Plan(read(schema, sql, keyed, parameters));
            plans.put(insert, plan);
        }
        return plan.rows();
    }

    private @Nullable BoundRows read(CapturedSchema schema, String sql, boolean keyed, int count) throws SQLException {
        InsertText text = InsertText.of(sql);
        if (text == null || !(text.schema().isEmpty() || SqlIdentifier.isSame("main", text.schema()))) {
            return null;
        }
        BoundTable table = BoundTable.read(connection, text.table());
        int number = table == null ? -1 : schema.indexOf(table.definition().name());
        if (table == null || number < 0) {
            return null;
        }
        CapturedTable captured = schema.table(number);
        int[] parameters = text.parameters(table.definition());
        if (parameters == null || !captured.equals(CapturedTable.of(table.definition()))) {
            // otherwise the triggers are of another schema
            return null;
        }
        int bound = 0;
        for (int parameter : parameters) {
            bound += parameter >= 0 ? 1 : 0;
        }
        if (bound != count || !table.isCertain(parameters)) {
            return null;
        }
        if (keyed) {
            parameters[table.alias()] = count;
        }
        return new BoundRows(connection, table, captured, number, parameters);
    }

    /**
     * Takes the trigger away that reports the rows.
     *
     * @throws SQLException if it is not there; then all are to be made anew
     */
    public void pause(BoundRows rows) throws SQLException {
        try {
            connection
                    .getDatabase()
                    ._exec("DROP TRIGGER temp." + CapturedSchema.triggerName(rows.number(), RowOperation.INSERT));
        } catch (SQLException e) {
            capture.outdated();
            throw e;
        }
    }

    /**
     * Brings it back.
     *
     * @throws SQLException if SQLite refuses; then all are to be made anew
     */
    public void resume(BoundRows rows) throws SQLException {
        CapturedSchema schema = capture.installed();
        try {
            if (schema != null) {
                String name = CapturedSchema.triggerName(rows.number(), RowOperation.INSERT);
                connection.getDatabase()._exec(schema.trigger(name, rows.number(), RowOperation.INSERT));
            }
        } catch (SQLException e) {
            capture.outdated();
            throw e;
        }
    }

    /**
     * Adds rows that have been inserted while the trigger was away.
     *
     * @param inserted from {@link BoundRows#row}, in their order
     * @param count how many of them
     * @param rowid of the first one, if SQLite has chosen it
     */
    public void add(BoundRows rows, List<@Nullable Object[]> inserted, int count, long rowid) {
        for (int i = 0; i < count; i++) {
            capture.buffer().add(rows.change(inserted.get(i), rowid + i));
        }
        function.addReported(count);
    }

    /** How many rows {@link #rows} is worth asking for. */
    public int worthwhile() {
        CapturedSchema schema = capture.installed();
        return MIN_ROWS + (schema == null ? 0 : schema.size() / TABLES_A_ROW);
    }
}
