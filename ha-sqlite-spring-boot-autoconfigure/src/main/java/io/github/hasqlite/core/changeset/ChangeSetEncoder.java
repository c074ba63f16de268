package io.github.hasqlite.core.changeset;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.Operation;
import io.github.hasqlite.RawText;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.SerializableString;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.io.SerializedString;
import tools.jackson.core.json.JsonFactory;

/** Writes a change set as a message. */
final class ChangeSetEncoder {

    private static final SerializableString PUBLISHER = new SerializedString(FieldNames.PUBLISHER);
    private static final SerializableString COUNTER = new SerializedString(FieldNames.COUNTER);
    private static final SerializableString BASE_SEQUENCE = new SerializedString(FieldNames.BASE_SEQUENCE);
    private static final SerializableString NODE = new SerializedString(FieldNames.NODE);
    private static final SerializableString PROCESS_ID = new SerializedString(FieldNames.PROCESS_ID);
    private static final SerializableString FILENAME = new SerializedString(FieldNames.FILENAME);
    private static final SerializableString TIMESTAMP_NS = new SerializedString(FieldNames.TIMESTAMP_NS);
    private static final SerializableString CHANGES = new SerializedString(FieldNames.CHANGES);
    private static final SerializableString OPERATION = new SerializedString(FieldNames.OPERATION);
    private static final SerializableString DATABASE = new SerializedString(FieldNames.DATABASE);
    private static final SerializableString OLD_ROWID = new SerializedString(FieldNames.OLD_ROWID);
    private static final SerializableString NEW_ROWID = new SerializedString(FieldNames.NEW_ROWID);
    private static final SerializableString OLD_TYPES = new SerializedString(FieldNames.OLD_TYPES);
    private static final SerializableString OLD_VALUES = new SerializedString(FieldNames.OLD_VALUES);
    private static final SerializableString NEW_TYPES = new SerializedString(FieldNames.NEW_TYPES);
    private static final SerializableString NEW_VALUES = new SerializedString(FieldNames.NEW_VALUES);
    private static final SerializableString COMMAND = new SerializedString(FieldNames.COMMAND);
    private static final SerializableString ARG_TYPES = new SerializedString(FieldNames.ARG_TYPES);
    private static final SerializableString ARGS = new SerializedString(FieldNames.ARGS);
    private static final SerializableString PRAGMAS = new SerializedString(FieldNames.PRAGMAS);

    private final JsonFactory factory;
    private final RowHeads heads;

    ChangeSetEncoder(JsonFactory factory) {
        this.factory = factory;
        this.heads = new RowHeads(factory);
    }

    /**
     * Encodes a change set.
     *
     * @throws IllegalArgumentException if it is none that a node could apply
     */
    byte[] encode(ChangeSet changeSet) {
        MessageSink sink = new MessageSink();
        write(changeSet, sink);
        return sink.message();
    }

    /**
     * Encodes a change set without holding it in memory.
     *
     * @param target where it goes; not closed
     * @throws IllegalArgumentException if it is none that a node could apply
     * @throws IOException from {@code target}
     */
    void encode(ChangeSet changeSet, OutputStream target) throws IOException {
        try {
            write(changeSet, new Unclosed(target));
        } catch (JacksonIOException e) {
            throw e.getCause();
        }
    }

    /** The generator closes what it writes to. */
    private static final class Unclosed extends FilterOutputStream {

        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            out.write(bytes, offset, count);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private void write(ChangeSet changeSet, OutputStream sink) {
        try (JsonGenerator out = factory.createGenerator(ObjectWriteContext.empty(), sink)) {
            out.writeStartObject();
            writeOrigin(out, changeSet);
            writeName(out, NODE, changeSet.node());
            writeNumber(out, PROCESS_ID, changeSet.processId());
            writeName(out, FILENAME, changeSet.filename());
            writeNumber(out, TIMESTAMP_NS, changeSet.timestampNs());
            out.writeName(CHANGES);
            out.writeStartArray();
            writeChanges(out, changeSet.changes());
            out.writeEndArray();
            out.writeEndObject();
        }
    }

    // First in the message, so that a node knows its own echo by a short prefix.
    private static void writeOrigin(JsonGenerator out, ChangeSet changeSet) {
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

    private void writeChanges(JsonGenerator out, List<Change> changes) {
        if (changes.isEmpty()) {
            throw new IllegalArgumentException("changes: none are given");
        }
        int index = 0;
        for (Change change : changes) {
            out.writeStartObject();
            try {
                if (change.operation() == Operation.SQL) {
                    writeCommand(out, change);
                } else {
                    writeRow(out, change);
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("changes[" + index + "]." + e.getMessage(), e);
            }
            out.writeEndObject();
            index++;
        }
    }

    private void writeRow(JsonGenerator out, Change change) {
        out.writeName(OPERATION);
        // The head is the value and the fields that follow it; the generator copies it as it is.
        out.writeRawValue(heads.of(change));
        int columns = change.columns().size();
        writeRowid(out, OLD_ROWID, change.oldRowid());
        writeRowid(out, NEW_ROWID, change.newRowid());
        writeImage(
                out, OLD_TYPES, OLD_VALUES, change.oldValues(), change.operation() == Operation.INSERT ? 0 : columns);
        writeImage(
                out, NEW_TYPES, NEW_VALUES, change.newValues(), change.operation() == Operation.DELETE ? 0 : columns);
    }

    private static void writeCommand(JsonGenerator out, Change change) {
        String command = change.command();
        if (command == null || command.isEmpty()) {
            throw new IllegalArgumentException("command: is missing");
        }
        out.writeName(OPERATION);
        out.writeString(Operation.SQL.name());
        writeName(out, DATABASE, change.database());
        out.writeName(COMMAND);
        out.writeString(StorableText.of(command));
        if (!change.args().isEmpty()) {
            writeValues(out, ARG_TYPES, ARGS, change.args());
        }
        if (!change.pragmas().isEmpty()) {
            out.writeName(PRAGMAS);
            out.writeStartArray();
            change.pragmas().forEach(out::writeString);
            out.writeEndArray();
        }
    }

    private static void writeImage(
            JsonGenerator out,
            SerializableString typesName,
            SerializableString valuesName,
            List<@Nullable Object> values,
            int expected) {
        if (values.size() != expected) {
            throw new IllegalArgumentException(
                    valuesName.getValue() + ": " + values.size() + " values, not " + expected);
        }
        if (expected > 0) {
            writeValues(out, typesName, valuesName, values);
        }
    }

    // The types come first, so that each value is read as what it is, in one pass.
    private static void writeValues(
            JsonGenerator out,
            SerializableString typesName,
            SerializableString valuesName,
            List<@Nullable Object> values) {
        int count = values.size();
        if (count > Limits.ARGUMENTS) {
            throw new IllegalArgumentException(valuesName.getValue() + ": more than " + Limits.ARGUMENTS + " values");
        }
        byte[] types = new byte[count];
        for (int i = 0; i < count; i++) {
            types[i] = (byte) StorageClass.of(values.get(i));
        }
        out.writeName(typesName);
        out.writeRawUTF8String(types, 0, count);
        out.writeName(valuesName);
        out.writeStartArray();
        for (int i = 0; i < count; i++) {
            writeValue(out, values.get(i));
        }
        out.writeEndArray();
    }

    private static void writeValue(JsonGenerator out, @Nullable Object value) {
        if (value instanceof String text) {
            out.writeString(StorableText.of(text));
        } else if (value instanceof Long integer) {
            out.writeNumber(integer);
        } else if (value == null) {
            out.writeNull();
        } else if (value instanceof byte[] blob) {
            out.writeBinary(blob);
        } else if (value instanceof RawText text) {
            out.writeBinary(text.bytes());
        } else {
            writeReal(out, (Double) value);
        }
    }

    // JSON has no infinity, and the Go implementation refuses a whole message with 1e999 in it.
    private static void writeReal(JsonGenerator out, double real) {
        if (Double.isInfinite(real)) {
            out.writeString(Double.toString(real));
        } else {
            out.writeNumber(real);
        }
    }

    private static void writeRowid(JsonGenerator out, SerializableString field, @Nullable Long rowid) {
        if (rowid != null) {
            out.writeName(field);
            out.writeNumber(rowid);
        }
    }

    private static void writeName(JsonGenerator out, SerializableString field, String name) {
        if (name.length() > Limits.NAME) {
            throw new IllegalArgumentException(field.getValue() + ": more than " + Limits.NAME + " characters");
        }
        out.writeName(field);
        out.writeString(StorableText.of(name));
    }

    private static void writeNumber(JsonGenerator out, SerializableString field, long number) {
        out.writeName(field);
        out.writeNumber(number);
    }
}
