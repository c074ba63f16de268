package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.capture.BoundCapture;
import io.github.hasqlite.core.capture.BoundRows;
import io.github.hasqlite.core.sqlite.ParsedSql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One batch whose rows are inserted many at once and captured from what is bound to them, up to the first row of which
 * it is not certain what it will hold: that one and those behind it are left to the usual way. Not thread-safe.
 */
final class BoundBatch {

    /** So many rows are in memory besides the batch itself. */
    private static final int CHUNK = 1_000;

    private final BoundInserts inserts;
    private final BoundCapture capture;
    private final BoundRows rows;
    private final ParsedSql sql;
    private final PreparedBatch batch;
    private final @Nullable KeyColumn key;
    /** The program asks for a key itself where it is given none. */
    private final boolean asks;

    private final List<@Nullable Object[]> images = new ArrayList<>();
    private @Nullable Object[] bound = {};
    private boolean begun;
    private boolean paused;
    private boolean sqliteChooses;
    /** That SQLite will choose next, if it does. */
    private long rowid;

    /** {@link BoundInserts#uncheckedKeys} before those of the present rows were given. */
    private long unchecked;

    private int done;
    /** The next row is not certain. */
    private boolean over;

    BoundBatch(
            BoundInserts inserts,
            BoundCapture capture,
            BoundRows rows,
            ParsedSql sql,
            PreparedBatch batch,
            KeyedInserts.@Nullable Plan plan) {
        this.inserts = inserts;
        this.capture = capture;
        this.rows = rows;
        this.sql = sql;
        this.batch = batch;
        this.key = plan == null ? null : plan.key();
        this.asks = plan != null && plan.sql() != null && plan.key() == null;
    }

    /** How many rows have been inserted: the first ones. */
    int done() {
        return done;
    }

    /**
     * Inserts and captures as many rows as can be. The trigger is back afterwards, unless SQLite has ended the
     * transaction, which brings it back, too.
     */
    Boolean run() throws SQLException {
        try {
            while (!over && done < batch.rows()) {
                collect(Math.min(CHUNK, batch.rows() - done));
                if (!images.isEmpty()) {
                    insert();
                }
            }
        } catch (SQLException | RuntimeException | Error e) {
            try {
                resume(true);
            } catch (SQLException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
        resume(false);
        return Boolean.TRUE;
    }

    private void resume(boolean failed) throws SQLException {
        if (!paused) {
            return;
        }
        paused = false;
        if (failed && inserts.endedByItself()) {
            return;
        }
        inserts.transaction().counters().own(() -> capture.resume(rows));
    }

    /** The next rows, at most so many, as far as it is certain what they will hold. */
    private void collect(int count) throws SQLException {
        images.clear();
        unchecked = inserts.uncheckedKeys();
        @Nullable Object[] values = batch.values();
        int width = batch.parameters();
        int bindings = key == null ? width : width + 1;
        bound = new @Nullable Object[count * bindings];
        for (int i = 0; i < count; i++) {
            System.arraycopy(values, (done + i) * width, bound, i * bindings, width);
            @Nullable Object[] row = rows.row(bound, i * bindings);
            if (row == null || !giveKey(row, (i + 1) * bindings - 1) || !fits(row)) {
                over = true;
                bound = Arrays.copyOf(bound, i * bindings);
                return;
            }
            images.add(row);
        }
    }

    /** Binds the key of a row, if it is to have one; not before it is certain that it will be used. */
    private boolean giveKey(@Nullable Object[] row, int place) {
        KeyColumn column = key;
        if (column == null) {
            return true;
        }
        try {
            Long number = column.next();
            bound[place] = number;
            rows.key(row, number);
            return true;
        } catch (SQLException e) {
            // it will be told when it is asked for this row's key again
            inserts.cause(e);
            return false;
        }
    }

    /** Whether a row gets its rowid as the first one does. */
    private boolean fits(@Nullable Object[] row) throws SQLException {
        boolean chooses = rows.choosesRowid(row);
        if (!begun) {
            begun = true;
            sqliteChooses = chooses;
            if (chooses && !asks) {
                inserts.transaction().counters().own(() -> rowid = rows.nextRowid(batch.rows()));
            }
        }
        return chooses == sqliteChooses && (!chooses || rowid != BoundRows.UNKNOWN_ROWID);
    }

    private void insert() throws SQLException {
        int count = images.size();
        if (!paused) {
            inserts.transaction().counters().own(() -> capture.pause(rows));
            paused = true;
        }
        long before = inserts.counted();
        try {
            batch.run(bound, count);
        } catch (SQLException e) {
            captured((int) (inserts.counted() - before));
            if (!inserts.collided(sql, e, unchecked)) {
                throw inserts.cause(e);
            }
            over = true;
            return;
        }
        long counted = inserts.counted() - before;
        if (counted != count || (sqliteChooses && inserts.lastInsertRowid() != rowid + count - 1)) {
            throw new UncapturedChangeException(
                    "SQLite has inserted " + counted + " rows where " + count + " were bound, or others than expected",
                    sql.text());
        }
        captured(count);
    }

    private void captured(int count) {
        capture.add(rows, images, count, rowid);
        batch.inserted(done, count);
        done += count;
        rowid += count;
    }
}
