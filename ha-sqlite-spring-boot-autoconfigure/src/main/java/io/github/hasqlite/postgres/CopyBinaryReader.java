package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads rows of COPY in binary. What is wrong is said with its place. Not thread-safe. */
final class CopyBinaryReader implements CopyInput {

    private static final int FIRST_SIZE = 8 * 1024;

    /** Takes rows. */
    interface Sink {
        /**
         * Takes a value.
         *
         * @param column its place, from 0
         * @throws SQLException if it is none of the column
         */
        @Nullable
        Object value(int column, byte[] bytes) throws SQLException;

        /**
         * Takes a row.
         *
         * @throws SQLException if it cannot
         */
        void row(List<@Nullable Object> values) throws SQLException;
    }

    private final String table;
    private final List<String> columns;
    private final Sink sink;
    private ByteBuffer kept = ByteBuffer.allocate(FIRST_SIZE).flip();
    private long row;
    private boolean headed;
    private boolean ended;

    /** @param columns their names, in the order of the values */
    CopyBinaryReader(String table, List<String> columns, Sink sink) {
        this.table = table;
        this.columns = columns;
        this.sink = sink;
    }

    @Override
    public void push(byte[] bytes) throws SQLException {
        if ((long) kept.remaining() + bytes.length > CopyLines.LONGEST_ROW) {
            throw wrong("a row has more than " + CopyLines.LONGEST_ROW + " bytes", "");
        }
        append(bytes);
        while (!headed ? header(kept) : kept.hasRemaining() && tuple(kept)) {
            // whole parts
        }
    }

    /** Room doubles, so that a long value in many pieces is not copied with each of them. */
    private void append(byte[] bytes) {
        int needed = kept.remaining() + bytes.length;
        if (needed > kept.capacity()) {
            kept = ByteBuffer.allocate(Math.max(needed, 2 * kept.capacity())).put(kept);
        } else {
            kept.compact();
        }
        kept.put(bytes).flip();
    }

    @Override
    public void finish() throws SQLException {
        if (!headed) {
            throw wrong("COPY file signature not recognized", "");
        }
        if (kept.hasRemaining()) {
            throw wrong("unexpected EOF in COPY data", "");
        }
    }

    /** Whether it is there. */
    private boolean header(ByteBuffer from) throws SQLException {
        if (from.remaining() < CopyBinary.HEADER) {
            return false;
        }
        from.mark();
        byte[] signature = CopyBinary.signature();
        byte[] found = new byte[signature.length];
        from.get(found);
        int flags = from.getInt();
        int extension = from.getInt();
        if (!Arrays.equals(signature, found) || extension < 0) {
            throw wrong("COPY file signature not recognized", "");
        }
        if (flags >>> Short.SIZE != 0) {
            throw wrong("unrecognized critical flags in COPY file header", "");
        }
        if (from.remaining() < extension) {
            from.reset();
            return false;
        }
        from.position(from.position() + extension);
        headed = true;
        return true;
    }

    /** Whether a whole row was there, or the end. */
    private boolean tuple(ByteBuffer from) throws SQLException {
        if (ended) {
            throw wrong("received copy data after EOF marker", "");
        }
        if (from.remaining() < Short.BYTES) {
            return false;
        }
        int count = from.getShort(from.position());
        if (count != CopyBinary.END && count != columns.size()) {
            throw wrong("row field count is " + count + ", expected " + columns.size(), "");
        }
        ended = count == CopyBinary.END;
        if (!ended && !isWhole(from)) {
            return false;
        }
        from.getShort();
        if (!ended) {
            row++;
            row(from);
        }
        return true;
    }

    private boolean isWhole(ByteBuffer from) throws SQLException {
        long at = (long) from.position() + Short.BYTES;
        for (String column : columns) {
            if (at + Integer.BYTES > from.limit()) {
                return false;
            }
            int length = from.getInt((int) at);
            if (length < -1) {
                throw wrong("invalid field size", ", column " + column);
            }
            at += Integer.BYTES + Math.max(0, length);
        }
        return at <= from.limit();
    }

    private void row(ByteBuffer from) throws SQLException {
        List<@Nullable Object> values = new ArrayList<>(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            int length = from.getInt();
            byte[] bytes = new byte[Math.max(0, length)];
            from.get(bytes);
            try {
                values.add(length < 0 ? null : sink.value(i, bytes));
            } catch (SQLException e) {
                throw placed(e, ", column " + columns.get(i));
            }
        }
        try {
            sink.row(values);
        } catch (SQLException e) {
            throw placed(e, "");
        }
    }

    private CopyException wrong(String message, String where) {
        return placed(new SQLException(message, CopyLines.BAD_FORMAT), where);
    }

    private CopyException placed(SQLException why, String where) {
        String place = "COPY " + table + ", line " + Math.max(1, row) + where;
        CopyException placed = new CopyException(String.valueOf(why.getMessage()), SqlStates.of(why), place);
        placed.initCause(why);
        return placed;
    }
}
