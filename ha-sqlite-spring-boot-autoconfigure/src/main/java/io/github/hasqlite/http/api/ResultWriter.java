package io.github.hasqlite.http.api;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.gateway.GatewayResult;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Writes what statements answer: {@code {"results":[{"columns":[…],"rows":[[…]]}]}}. */
final class ResultWriter {

    /** Up to here a double has all integers, and with it JavaScript. */
    private static final long MAX_SAFE = (1L << 53) - 1;

    private final JsonGenerator out;
    private final Format format;
    private final Check check;

    /** Of the last row that one of the statements has inserted: it stays when another one inserts none. */
    private long lastInsertId;

    /** Says before each row whether it may go on. */
    interface Check {
        void run() throws SQLException;
    }

    /**
     * What JSON has no type for.
     *
     * @param largeAsText whether integers of more than 53 bits are texts
     * @param taggedBlobs whether blobs are objects, as among parameters, and not texts that look like any other
     */
    record Format(boolean largeAsText, boolean taggedBlobs) {}

    ResultWriter(JsonGenerator out, Format format, Check check) {
        this.out = out;
        this.format = format;
        this.check = check;
    }

    void begin() {
        out.writeStartObject();
        out.writeArrayPropertyStart("results");
    }

    void end() {
        out.writeEndArray();
        out.writeEndObject();
    }

    /** Writes the rows, or how many there were for a statement that answers none. */
    void write(GatewayResult result) throws SQLException {
        out.writeStartObject();
        out.writeArrayPropertyStart("columns");
        if (result.columns().isEmpty()) {
            counts(result);
        } else {
            rows(result);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void counts(GatewayResult result) {
        if (result.lastInsertId() != 0) {
            lastInsertId = result.lastInsertId();
        }
        out.writeString("rows_affected");
        out.writeString("last_insert_id");
        out.writeEndArray();
        out.writeArrayPropertyStart("rows");
        out.writeStartArray();
        integer(result.rowsAffected());
        integer(lastInsertId);
        out.writeEndArray();
    }

    private void rows(GatewayResult result) throws SQLException {
        for (GatewayColumn column : result.columns()) {
            out.writeString(column.name());
        }
        out.writeEndArray();
        out.writeArrayPropertyStart("rows");
        int columns = result.columns().size();
        while (result.next()) {
            check.run();
            out.writeStartArray();
            for (int i = 0; i < columns; i++) {
                value(result.value(i));
            }
            out.writeEndArray();
        }
    }

    private void value(@Nullable Object value) {
        if (value == null) {
            out.writeNull();
        } else if (value instanceof Long integer) {
            integer(integer);
        } else if (value instanceof Double real) {
            real(real);
        } else if (value instanceof byte[] blob) {
            blob(blob);
        } else {
            out.writeString(value.toString());
        }
    }

    private void integer(long value) {
        if (format.largeAsText() && (value > MAX_SAFE || value < -MAX_SAFE)) {
            out.writeString(Long.toString(value));
        } else {
            out.writeNumber(value);
        }
    }

    /** JSON has no infinity: a number that is too large for a double means it, here as in SQL. */
    private void real(double value) {
        if (Double.isInfinite(value)) {
            out.writeNumber(value > 0 ? "9e999" : "-9e999");
        } else {
            out.writeNumber(value);
        }
    }

    private void blob(byte[] bytes) {
        if (format.taggedBlobs()) {
            out.writeStartObject();
            out.writeBinaryProperty(QueryReader.BLOB, bytes);
            out.writeEndObject();
        } else {
            out.writeBinary(bytes);
        }
    }
}
