package io.github.hasqlite.core.changeset;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.GroupedChanges;
import io.github.hasqlite.Operation;
import io.github.hasqlite.RawText;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonFactory;

/** Writes a change set as a message. */
final class ChangeSetEncoder {

    private static final JsonBytes.Field PUBLISHER = new JsonBytes.Field(FieldNames.PUBLISHER);
    private static final JsonBytes.Field COUNTER = new JsonBytes.Field(FieldNames.COUNTER);
    private static final JsonBytes.Field BASE_SEQUENCE = new JsonBytes.Field(FieldNames.BASE_SEQUENCE);
    private static final JsonBytes.Field NODE = new JsonBytes.Field(FieldNames.NODE);
    private static final JsonBytes.Field PROCESS_ID = new JsonBytes.Field(FieldNames.PROCESS_ID);
    private static final JsonBytes.Field FILENAME = new JsonBytes.Field(FieldNames.FILENAME);
    private static final JsonBytes.Field TIMESTAMP_NS = new JsonBytes.Field(FieldNames.TIMESTAMP_NS);
    private static final JsonBytes.Field CHANGES = new JsonBytes.Field(FieldNames.CHANGES);
    private static final JsonBytes.Field TRANSACTIONS = new JsonBytes.Field(FieldNames.TRANSACTIONS);
    private static final JsonBytes.Field SIZE = new JsonBytes.Field(FieldNames.SIZE);
    private static final JsonBytes.Field OPERATION = new JsonBytes.Field(FieldNames.OPERATION);
    private static final JsonBytes.Field DATABASE = new JsonBytes.Field(FieldNames.DATABASE);
    private static final JsonBytes.Field OLD_ROWID = new JsonBytes.Field(FieldNames.OLD_ROWID);
    private static final JsonBytes.Field NEW_ROWID = new JsonBytes.Field(FieldNames.NEW_ROWID);
    private static final JsonBytes.Field OLD_TYPES = new JsonBytes.Field(FieldNames.OLD_TYPES);
    private static final JsonBytes.Field OLD_VALUES = new JsonBytes.Field(FieldNames.OLD_VALUES);
    private static final JsonBytes.Field NEW_TYPES = new JsonBytes.Field(FieldNames.NEW_TYPES);
    private static final JsonBytes.Field NEW_VALUES = new JsonBytes.Field(FieldNames.NEW_VALUES);
    private static final JsonBytes.Field COMMAND = new JsonBytes.Field(FieldNames.COMMAND);
    private static final JsonBytes.Field ARG_TYPES = new JsonBytes.Field(FieldNames.ARG_TYPES);
    private static final JsonBytes.Field ARGS = new JsonBytes.Field(FieldNames.ARGS);
    private static final JsonBytes.Field PRAGMAS = new JsonBytes.Field(FieldNames.PRAGMAS);

    /** Longer numbers further on. */
    private static final int SPARE = 8;

    private final RowHeads heads;

    ChangeSetEncoder(JsonFactory factory) {
        this.heads = new RowHeads(factory);
    }

    /**
     * Encodes a change set.
     *
     * @throws IllegalArgumentException if it is none that a node could apply
     */
    byte[] encode(ChangeSet changeSet) {
        JsonBytes out = new JsonBytes(null);
        write(changeSet, out);
        return out.toArray();
    }

    /**
     * Encodes a change set without holding it in memory.
     *
     * @param target where it goes; not closed
     * @throws IllegalArgumentException if it is none that a node could apply
     * @throws IOException from {@code target}
     */
    void encode(ChangeSet changeSet, OutputStream target) throws IOException {
        JsonBytes out = new JsonBytes(target);
        try {
            write(changeSet, out);
            out.flush();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void write(ChangeSet changeSet, JsonBytes out) {
        out.open();
        writeOrigin(out, changeSet);
        writeName(out, NODE, changeSet.node());
        writeNumber(out, PROCESS_ID, changeSet.processId());
        writeName(out, FILENAME, changeSet.filename());
        writeNumber(out, TIMESTAMP_NS, changeSet.timestampNs());
        out.field(CHANGES);
        out.raw('[');
        writeChanges(out, changeSet.changes());
        out.raw(']');
        if (changeSet.changes() instanceof GroupedChanges grouped) {
            writeTransactions(out, grouped.transactions());
        }
        out.raw('}');
    }

    private static void writeTransactions(JsonBytes out, List<GroupedChanges.Transaction> transactions) {
        out.field(TRANSACTIONS);
        out.raw('[');
        for (int i = 0; i < transactions.size(); i++) {
            if (i > 0) {
                out.raw(',');
            }
            out.open();
            writeNumber(out, SIZE, transactions.get(i).size());
            writeNumber(out, TIMESTAMP_NS, transactions.get(i).timestampNs());
            out.raw('}');
        }
        out.raw(']');
    }

    // First in the message, so that a node knows its own echo by a short prefix.
    private static void writeOrigin(JsonBytes out, ChangeSet changeSet) {
        if (changeSet.publisher().isEmpty() ? changeSet.counter() != 0 : changeSet.counter() < 1) {
            throw new IllegalArgumentException(
                    "counter: " + changeSet.counter() + " of publisher '" + changeSet.publisher() + "'");
        }
        if (changeSet.baseSequence() < 0) {
            throw new IllegalArgumentException("base_sequence: " + changeSet.baseSequence() + " is negative");
        }
        if (changeSet.counter() > 0) {
            writeName(out, PUBLISHER, changeSet.publisher());
            writeNumber(out, COUNTER, changeSet.counter());
        }
        if (changeSet.counter() > 0 || changeSet.baseSequence() > 0) {
            writeNumber(out, BASE_SEQUENCE, changeSet.baseSequence());
        }
    }

    private void writeChanges(JsonBytes out, List<Change> changes) {
        if (changes.isEmpty()) {
            throw new IllegalArgumentException("changes: none are given");
        }
        int index = 0;
        for (Change change : changes) {
            if (index > 0) {
                out.raw(',');
            }
            out.open();
            try {
                if (change.operation() == Operation.SQL) {
                    writeCommand(out, change);
                } else {
                    writeRow(out, change);
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("changes[" + index + "]." + e.getMessage(), e);
            }
            out.raw('}');
            index++;
            if (index == 1 && changes.size() > 1) {
                // the others are mostly like the first one
                out.expect((out.length() + SPARE) * (changes.size() - 1L));
            }
        }
    }

    private void writeRow(JsonBytes out, Change change) {
        out.field(OPERATION);
        // The head is the value and the fields that follow it; it is copied as it is.
        out.raw(heads.of(change));
        int columns = change.columns().size();
        writeRowid(out, OLD_ROWID, change.oldRowid());
        writeRowid(out, NEW_ROWID, change.newRowid());
        writeImage(
                out, OLD_TYPES, OLD_VALUES, change.oldValues(), change.operation() == Operation.INSERT ? 0 : columns);
        writeImage(
                out, NEW_TYPES, NEW_VALUES, change.newValues(), change.operation() == Operation.DELETE ? 0 : columns);
    }

    private static void writeCommand(JsonBytes out, Change change) {
        String command = change.command();
        if (command == null || command.isEmpty()) {
            throw new IllegalArgumentException("command: is missing");
        }
        out.field(OPERATION);
        out.text(Operation.SQL.name());
        writeName(out, DATABASE, change.database());
        out.field(COMMAND);
        out.text(command);
        if (!change.args().isEmpty()) {
            writeValues(out, ARG_TYPES, ARGS, change.args());
        }
        if (!change.pragmas().isEmpty()) {
            out.field(PRAGMAS);
            out.raw('[');
            writeAll(out, change.pragmas());
            out.raw(']');
        }
    }

    private static void writeAll(JsonBytes out, List<String> texts) {
        for (int i = 0; i < texts.size(); i++) {
            if (i > 0) {
                out.raw(',');
            }
            out.text(texts.get(i));
        }
    }

    private static void writeImage(
            JsonBytes out,
            JsonBytes.Field typesName,
            JsonBytes.Field valuesName,
            List<@Nullable Object> values,
            int expected) {
        if (values.size() != expected) {
            throw new IllegalArgumentException(valuesName.name() + ": " + values.size() + " values, not " + expected);
        }
        if (expected > 0) {
            writeValues(out, typesName, valuesName, values);
        }
    }

    // The types come first, so that each value is read as what it is, in one pass.
    private static void writeValues(
            JsonBytes out, JsonBytes.Field typesName, JsonBytes.Field valuesName, List<@Nullable Object> values) {
        int count = values.size();
        if (count > Limits.ARGUMENTS) {
            throw new IllegalArgumentException(valuesName.name() + ": more than " + Limits.ARGUMENTS + " values");
        }
        out.field(typesName);
        out.raw('"');
        for (int i = 0; i < count; i++) {
            out.raw(StorageClass.of(values.get(i)));
        }
        out.raw('"');
        out.field(valuesName);
        out.raw('[');
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                out.raw(',');
            }
            writeValue(out, values.get(i));
        }
        out.raw(']');
    }

    private static void writeValue(JsonBytes out, @Nullable Object value) {
        if (value instanceof String text) {
            out.text(text);
        } else if (value instanceof Long integer) {
            out.number(integer);
        } else if (value == null) {
            out.nothing();
        } else if (value instanceof byte[] blob) {
            out.binary(blob);
        } else if (value instanceof RawText text) {
            out.binary(text.bytes());
        } else {
            writeReal(out, (Double) value);
        }
    }

    // JSON has no infinity, and the Go implementation refuses a whole message with 1e999 in it.
    private static void writeReal(JsonBytes out, double real) {
        if (Double.isInfinite(real)) {
            out.text(Double.toString(real));
        } else {
            out.number(real);
        }
    }

    private static void writeRowid(JsonBytes out, JsonBytes.Field field, @Nullable Long rowid) {
        if (rowid != null) {
            out.field(field);
            out.number(rowid);
        }
    }

    private static void writeName(JsonBytes out, JsonBytes.Field field, String name) {
        if (name.length() > Limits.NAME) {
            throw new IllegalArgumentException(field.name() + ": more than " + Limits.NAME + " characters");
        }
        out.field(field);
        out.text(name);
    }

    private static void writeNumber(JsonBytes out, JsonBytes.Field field, long number) {
        out.field(field);
        out.number(number);
    }
}
