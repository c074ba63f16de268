package io.github.hasqlite.core.changeset;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.FeedEntry;
import io.github.hasqlite.Operation;
import io.github.hasqlite.RawText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Changes of the feed as Debezium's envelopes without schemas: {@code before}, {@code after}, {@code source}, {@code op},
 * {@code ts_ms}, {@code transaction}; a statement has {@code ddl} in the place of rows. A blob is base64, as everywhere in
 * JSON; a real that is no number of JSON's is a text. Thread-safe.
 */
public final class DebeziumJson {

    private static final long NANOS_A_MILLI = 1_000_000;
    private static final int ROOM = 512;

    private final JsonFactory factory = JsonFormat.factory();

    /** Makes a writer. */
    public DebeziumJson() {}

    /** Takes envelopes, in the order of the changes. */
    public interface Sink {

        /**
         * Takes one.
         *
         * @param table of whose row it tells; empty for a statement
         * @param json one object without a line break
         */
        void take(String table, String json) throws IOException;
    }

    /**
     * Writes one envelope for each change.
     *
     * @throws IOException from {@code sink}
     */
    public void write(FeedEntry entry, Sink sink) throws IOException {
        int index = 0;
        for (Change change : entry.changeSet().changes()) {
            index++;
            sink.take(change.table(), envelope(entry, change, index));
        }
    }

    private String envelope(FeedEntry entry, Change change, int index) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(ROOM);
        try (JsonGenerator out = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
            out.writeStartObject();
            if (change.operation() == Operation.SQL) {
                out.writeStringProperty("ddl", StorableText.of(String.valueOf(change.command())));
            } else {
                row(out, "before", change.columns(), change.oldValues());
                row(out, "after", change.columns(), change.newValues());
            }
            source(out, entry, change);
            String op = switch (change.operation()) {
                case INSERT -> "c";
                case UPDATE -> "u";
                case DELETE -> "d";
                case SQL -> "";
            };
            if (!op.isEmpty()) {
                out.writeStringProperty("op", op);
            }
            out.writeNumberProperty("ts_ms", entry.stored().toEpochMilli());
            out.writeName("transaction");
            out.writeStartObject();
            out.writeStringProperty("id", id(entry));
            out.writeNumberProperty("total_order", index);
            out.writeEndObject();
            out.writeEndObject();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String id(FeedEntry entry) {
        return entry.position() + number(entry.changeSet());
    }

    /** What tells a transaction from others that share its place. */
    private static String number(ChangeSet changeSet) {
        return changeSet.number() == 0 ? "" : "." + changeSet.number();
    }

    private static void source(JsonGenerator out, FeedEntry entry, Change change) {
        ChangeSet changeSet = entry.changeSet();
        out.writeName("source");
        out.writeStartObject();
        out.writeStringProperty("connector", "ha-sqlite");
        out.writeStringProperty("name", changeSet.node());
        out.writeNumberProperty("ts_ms", changeSet.timestampNs() / NANOS_A_MILLI);
        out.writeStringProperty("db", changeSet.filename());
        out.writeStringProperty("table", change.table());
        out.writeStringProperty("sequence", Long.toString(entry.position()));
        out.writeStringProperty("txId", changeSet.publisher() + ":" + changeSet.counter() + number(changeSet));
        out.writeEndObject();
    }

    private static void row(JsonGenerator out, String name, List<String> columns, List<@Nullable Object> values) {
        out.writeName(name);
        if (values.isEmpty()) {
            out.writeNull();
            return;
        }
        out.writeStartObject();
        for (int i = 0; i < columns.size() && i < values.size(); i++) {
            out.writeName(columns.get(i));
            value(out, values.get(i));
        }
        out.writeEndObject();
    }

    private static void value(JsonGenerator out, @Nullable Object value) {
        if (value == null) {
            out.writeNull();
        } else if (value instanceof Long integer) {
            out.writeNumber(integer);
        } else if (value instanceof Double real && !real.isNaN() && !real.isInfinite()) {
            out.writeNumber(real);
        } else if (value instanceof byte[] blob) {
            out.writeBinary(blob);
        } else if (value instanceof RawText text) {
            out.writeString(text.approximate());
        } else {
            out.writeString(StorableText.of(String.valueOf(value)));
        }
    }
}
