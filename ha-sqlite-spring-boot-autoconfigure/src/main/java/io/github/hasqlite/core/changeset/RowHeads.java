package io.github.hasqlite.core.changeset;

import io.github.hasqlite.Change;
import io.github.hasqlite.Operation;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The part of a row change that is the same for every row of its table, encoded once: operation,
 * database, table and column names.
 *
 * <p>Threads share the slots without locking. The worst of that race is that a head is made again,
 * because a {@link Head} is immutable.
 */
final class RowHeads {

    private static final int SLOTS = 64;
    private static final int MAX_KEPT_LENGTH = 16_384;
    private static final String PREFIX = "{\"" + FieldNames.OPERATION + "\":";

    private final JsonFactory factory;
    private final Head[] slots = new Head[SLOTS];

    RowHeads(JsonFactory factory) {
        this.factory = factory;
    }

    /**
     * The head of a change, as the value of the field {@code operation} and the fields after it.
     *
     * @throws IllegalArgumentException if no table can look like this
     */
    byte[] of(Change change) {
        int slot = (change.table().hashCode() * 31 + change.operation().name().hashCode()) & (SLOTS - 1);
        Head head = slots[slot];
        if (head == null || !head.fits(change)) {
            head = encode(change);
            if (head.json().length <= MAX_KEPT_LENGTH) {
                slots[slot] = head;
            }
        }
        return head.json();
    }

    private Head encode(Change change) {
        TableShape shape = new TableShape(
                change.database(), change.table(), List.copyOf(change.columns()), List.copyOf(change.pkColumns()));
        String problem = shape.problem();
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        StringWriter writer = new StringWriter();
        try (JsonGenerator out = factory.createGenerator(ObjectWriteContext.empty(), writer)) {
            out.writeStartObject();
            out.writeStringProperty(FieldNames.OPERATION, change.operation().name());
            out.writeStringProperty(FieldNames.DATABASE, StorableText.of(shape.database()));
            out.writeStringProperty(FieldNames.TABLE, StorableText.of(shape.table()));
            writeNames(out, FieldNames.COLUMNS, shape.columns());
            if (!shape.pkColumns().isEmpty()) {
                // Go nodes look for them in table order
                writeNames(
                        out,
                        FieldNames.PK_COLUMNS,
                        shape.columns().stream()
                                .filter(shape.pkColumns()::contains)
                                .toList());
            }
            out.writeEndObject();
        }
        String json = writer.toString();
        return new Head(
                change.operation(),
                shape,
                json.substring(PREFIX.length(), json.length() - 1).getBytes(StandardCharsets.UTF_8));
    }

    private static void writeNames(JsonGenerator out, String field, List<String> names) {
        out.writeArrayPropertyStart(field);
        for (String name : names) {
            out.writeString(StorableText.of(name));
        }
        out.writeEndArray();
    }

    private record Head(Operation operation, TableShape shape, byte[] json) {

        // The lists of one table's changes are mostly the same instances, which equals sees first.
        boolean fits(Change change) {
            return operation == change.operation()
                    && shape.table().equals(change.table())
                    && shape.database().equals(change.database())
                    && shape.columns().equals(change.columns())
                    && shape.pkColumns().equals(change.pkColumns());
        }
    }
}
