package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.io.ByteArrayOutputStream;
import java.sql.SQLException;

/**
 * Cuts what comes in pieces that end anywhere into lines, by PostgreSQL's rules: the first line tells how all lines end,
 * and a line goes on behind a backslash, or within quotes in CSV. Not thread-safe.
 */
final class CopyLines {

    static final String BAD_FORMAT = "22P04";

    /** Bytes of a row at most; what has no end of line is not to fill the memory. */
    static final int LONGEST_ROW = 64 * 1024 * 1024;

    /** Takes lines, without their ends. */
    interface Sink {
        /** Returns whether it takes more; otherwise what follows does not matter. */
        boolean line(byte[] line) throws SQLException;
    }

    private enum Ending {
        UNKNOWN,
        NEWLINE,
        RETURN,
        BOTH
    }

    private final CopyFormat format;
    private final Sink sink;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private Ending ending = Ending.UNKNOWN;
    private boolean inQuotes;
    private boolean escaping;
    private boolean afterReturn;
    private boolean over;
    private long number;

    CopyLines(CopyFormat format, Sink sink) {
        this.format = format;
        this.sink = sink;
    }

    /** Of the last line that was begun, from 1; within quotes lines count, too. */
    long number() {
        return number;
    }

    void push(byte[] bytes) throws SQLException {
        int from = 0;
        for (int i = 0; i < bytes.length && !over; i++) {
            byte b = bytes[i];
            if (afterReturn) {
                afterReturn = false;
                if (ending == Ending.BOTH && b != '\n') {
                    throw stray("carriage return");
                }
                ending = b == '\n' ? Ending.BOTH : Ending.RETURN;
                endLine();
                from = b == '\n' ? i + 1 : i;
                if (b == '\n') {
                    continue;
                }
            }
            if (isData(b) || (b != '\n' && b != '\r')) {
                continue;
            }
            pending.write(bytes, from, i - from);
            from = i + 1;
            end(b);
        }
        if (over) {
            return;
        }
        pending.write(bytes, from, bytes.length - from);
        if (pending.size() > LONGEST_ROW) {
            throw new SQLException("COPY: a row has more than " + LONGEST_ROW + " bytes", SqlStates.LIMIT_EXCEEDED);
        }
    }

    /** Whether an end of line would not be one here. */
    private boolean isData(byte b) {
        if (!format.csv()) {
            boolean data = escaping;
            escaping = !escaping && b == '\\';
            return data;
        }
        if (inQuotes && b == format.escape()) {
            escaping = !escaping;
        }
        if (b == format.quote() && !(escaping && format.quote() != format.escape())) {
            inQuotes = !inQuotes;
        }
        if (b != format.escape()) {
            escaping = false;
        }
        if (inQuotes && b == (ending == Ending.RETURN ? '\r' : '\n')) {
            number++;
        }
        return inQuotes;
    }

    private void end(byte b) throws SQLException {
        if (b == '\n') {
            if (ending == Ending.RETURN || ending == Ending.BOTH) {
                throw stray("newline");
            }
            ending = Ending.NEWLINE;
            endLine();
        } else if (ending == Ending.NEWLINE) {
            throw stray("carriage return");
        } else if (ending == Ending.RETURN) {
            endLine();
        } else {
            // what follows tells what it is
            afterReturn = true;
        }
    }

    private SQLException stray(String what) {
        number++;
        return new SQLException(
                (format.csv() ? "unquoted " : "literal ") + what + " found in data: lines do not all end alike; "
                        + (format.csv() ? "quote the value" : "write \\n or \\r for it"),
                BAD_FORMAT);
    }

    private void endLine() throws SQLException {
        byte[] line = pending.toByteArray();
        pending.reset();
        escaping = false;
        number++;
        over = !sink.line(line);
    }

    /** Nothing more comes. */
    void finish() throws SQLException {
        if (over) {
            return;
        }
        if (inQuotes) {
            throw new SQLException("unterminated CSV quoted field", BAD_FORMAT);
        }
        if (afterReturn || pending.size() > 0) {
            afterReturn = false;
            endLine();
        }
    }
}
