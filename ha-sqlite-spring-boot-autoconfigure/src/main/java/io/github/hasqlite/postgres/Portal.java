package io.github.hasqlite.postgres;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A prepared statement with its values, that runs or is about to. Not thread-safe. */
final class Portal implements Portals.Open {

    private final Prepared prepared;
    private final List<@Nullable Object> values;
    private final int[] formats;
    private @Nullable TypedRows rows;
    private String tag = "";
    private boolean done;

    Portal(Prepared prepared, List<@Nullable Object> values, int[] formats) {
        this.prepared = prepared;
        this.values = values;
        this.formats = formats;
    }

    Prepared prepared() {
        return prepared;
    }

    List<@Nullable Object> values() {
        return values;
    }

    int[] formats() {
        return formats;
    }

    /** {@code null} before it has run. */
    @Nullable
    TypedRows rows() {
        return rows;
    }

    void started(TypedRows rows, String tag) {
        this.rows = rows;
        this.tag = tag;
    }

    String tag() {
        return tag;
    }

    boolean isDone() {
        return done;
    }

    void done() throws SQLException {
        done = true;
        close();
    }

    @Override
    public void close() throws SQLException {
        if (rows != null) {
            rows.close();
        }
    }
}
