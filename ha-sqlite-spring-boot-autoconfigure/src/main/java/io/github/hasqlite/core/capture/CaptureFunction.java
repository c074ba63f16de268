package io.github.hasqlite.core.capture;

import io.github.hasqlite.Change;
import io.github.hasqlite.TextEncoding;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.core.DB;

/**
 * The SQL function that the triggers call: {@code ha_capture(code, value…)}. Wide rows arrive in
 * several calls, one right after the other. Belongs to one connection, which serializes its calls.
 */
final class CaptureFunction extends Function {

    private static final int SQLITE_INTEGER = 1;
    private static final int SQLITE_FLOAT = 2;
    private static final int SQLITE_TEXT = 3;
    private static final int SQLITE_BLOB = 4;
    private static final byte[] EMPTY = {};

    private final DB database;
    private final TextEncoding encoding;
    private final CaptureBuffer buffer;
    private final boolean strict;
    private @Nullable CapturedSchema schema;
    private @Nullable ReplacedRows replaced;
    private boolean armed;
    private @Nullable Object @Nullable [] row;
    private int filled;
    /** How many rows the triggers have reported as changed. */
    private long reported;

    /**
     * Creates the function.
     *
     * @param encoding how the database stores texts
     * @param strict whether to refuse rows while not armed, instead of ignoring them
     */
    CaptureFunction(DB database, TextEncoding encoding, CaptureBuffer buffer, boolean strict) {
        this.database = database;
        this.encoding = encoding;
        this.buffer = buffer;
        this.strict = strict;
    }

    /**
     * Says whose triggers call from now on.
     *
     * @param unseen looks for rows that REPLACE removes, or {@code null} if DELETE triggers see them
     */
    void use(CapturedSchema installed, @Nullable ReplacedRows unseen) {
        schema = installed;
        replaced = unseen;
    }

    long reported() {
        return reported;
    }

    /** That many rows have been captured without the triggers. */
    void addReported(int rows) {
        reported += rows;
    }

    /** Only a statement that the data source runs itself may change captured rows: others would get lost. */
    void arm(boolean on) {
        armed = on;
        row = null;
    }

    @Override
    protected void xFunc() throws SQLException {
        CapturedSchema installed = schema;
        if (!armed || installed == null) {
            if (!strict) {
                return;
            }
            error("this write would not be replicated: write through the HaSqliteDataSource's connection, "
                    + "not through what it was unwrapped to");
            return;
        }
        long code = database.value_long(this, 0);
        RowOperation operation = RowOperation.ofCode(code);
        WriteStage stage = WriteStage.ofCode(code);
        CapturedTable table = installed.table(WriteStage.tableOfCode(code));
        @Nullable Object[] values = row;
        if (values == null) {
            values = new @Nullable Object[stage.values(table, operation)];
            filled = 0;
        }
        int args = args();
        for (int i = 1; i < args; i++) {
            values[filled++] = value(i);
        }
        if (filled < values.length) {
            row = values;
            return;
        }
        row = null;
        ReplacedRows unseen = replaced;
        if (stage == WriteStage.DONE) {
            reported++;
            try {
                add(installed, table, operation, table.change(operation, values));
            } catch (SQLException e) {
                // its message without the name of its class, as which the driver would hand it to SQLite
                error(e.getMessage());
            }
        } else if (unseen != null && stage == WriteStage.BEGUN) {
            unseen.begun(table, operation, table.change(RowOperation.DELETE, values));
        } else if (unseen != null) {
            // the row that is in the way, then the row that is written
            int width = values.length / 2;
            unseen.conflict(
                    table,
                    operation,
                    table.change(RowOperation.DELETE, Arrays.copyOfRange(values, width, values.length)),
                    table.change(RowOperation.DELETE, Arrays.copyOf(values, width)));
        }
    }

    private void add(CapturedSchema installed, CapturedTable table, RowOperation operation, Change change)
            throws SQLException {
        ReplacedRows unseen = replaced;
        if (unseen != null && operation != RowOperation.DELETE) {
            unseen.written(table, operation, change);
        }
        if (unseen != null || installed.touchesRowsTwice()) {
            buffer.addChained(change);
        } else {
            buffer.add(change);
        }
    }

    /**
     * Reads one argument. Asks the database and not the inherited methods, which lock this object each
     * time, and takes a text as its bytes, which costs a fraction of the driver's way and keeps all of them.
     */
    private @Nullable Object value(int arg) throws SQLException {
        return switch (database.value_type(this, arg)) {
            case SQLITE_INTEGER -> database.value_long(this, arg);
            case SQLITE_FLOAT -> database.value_double(this, arg);
            case SQLITE_TEXT -> encoding.text(database.value_blob(this, arg));
            case SQLITE_BLOB -> {
                byte[] blob = database.value_blob(this, arg);
                yield blob == null ? EMPTY : blob;
            }
            default -> null;
        };
    }
}
