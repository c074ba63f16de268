package io.github.hasqlite.core.capture;

import io.github.hasqlite.Change;
import io.github.hasqlite.TextEncoding;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

/**
 * Records what statements do to rows on a connection whose triggers are made by somebody else, who
 * puts what {@link #report} returns into them. Not thread-safe.
 */
public final class RowImages {

    private final SQLiteConnection connection;
    private final CaptureBuffer buffer;
    private final CaptureFunction function;
    private @Nullable CapturedSchema schema;

    /**
     * Registers the capture function.
     *
     * @throws SQLException if SQLite refuses it
     */
    public RowImages(SQLiteConnection connection) throws SQLException {
        this.connection = connection;
        this.buffer = new CaptureBuffer(TemporaryFolder.of(connection));
        this.function = new CaptureFunction(connection.getDatabase(), TextEncoding.of(connection), buffer, false);
        Function.create(connection, CapturedSchema.FUNCTION, function);
    }

    /** Says that all triggers are gone and the schema may be another one. */
    public void forgetSchema() {
        schema = null;
    }

    /**
     * The statements with which an AFTER trigger reports a row.
     *
     * @param table an ordinary table's name as stored in the schema
     * @param event {@code INSERT}, {@code UPDATE} or {@code DELETE}
     * @throws SQLException if the schema cannot be read
     */
    public String report(String table, String event) throws SQLException {
        CapturedSchema current = schema;
        if (current == null) {
            current = CapturedSchema.read(connection, 0);
            schema = current;
            function.use(current, null);
        }
        return current.report(table, RowOperation.valueOf(event));
    }

    /** Begins to record. */
    public void start() {
        buffer.cutTo(0);
        function.arm(true);
    }

    /**
     * Ends recording; rows are not looked at until it begins again.
     *
     * @return what was recorded, to be {@linkplain #release released} if it is a {@link
     *     io.github.hasqlite.LargeChanges}
     */
    public List<Change> stop() {
        function.arm(false);
        return buffer.drain();
    }

    /** How much was recorded. */
    public int mark() {
        return buffer.mark();
    }

    /** Forgets what was recorded since the mark, because SQLite has undone it. */
    public void cutTo(int mark) {
        buffer.cutTo(mark);
    }

    /** What was handed over will not be read any more. */
    public static void release(List<Change> recorded) {
        CaptureBuffer.release(recorded);
    }
}
