package io.github.hasqlite.core.capture;

import io.github.hasqlite.Change;
import io.github.hasqlite.Operation;
import io.github.hasqlite.RawText;
import io.github.hasqlite.TextEncoding;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes as bytes, for this process alone to read again. What is the same for all rows of a table is
 * kept in memory, so that it is there once and changes read are like those written. Not thread-safe.
 */
final class ChangeBytes {

    private static final int NULL = 0;
    private static final int INTEGER = 1;
    private static final int REAL = 2;
    private static final int TEXT = 3;
    private static final int BLOB = 4;
    /** The first of as many as there are encodings. */
    private static final int RAW_TEXT = 5;

    private static final int OLD_ROWID = 1;
    private static final int NEW_ROWID = 2;

    private static final List<TextEncoding> ENCODINGS = List.of(TextEncoding.values());
    private static final List<Operation> OPERATIONS = List.of(Operation.values());

    /** A change's memory besides its values. */
    private static final int OBJECT = 96;

    private static final int REFERENCE = 24;

    private final List<Shape> shapes = new ArrayList<>();
    private final Map<Shape, Integer> known = new HashMap<>();
    private int recent = -1;

    private record Shape(String database, String table, List<String> columns, List<String> pkColumns) {

        boolean isOf(Change change) {
            return columns == change.columns()
                    && pkColumns == change.pkColumns()
                    && table.equals(change.table())
                    && database.equals(change.database());
        }
    }

    /** About how much memory a change takes, in bytes. */
    static long weight(Change change) {
        String command = change.command();
        return OBJECT
                + (command == null ? 0 : 2L * command.length())
                + weight(change.oldValues())
                + weight(change.newValues())
                + weight(change.args());
    }

    private static long weight(List<@Nullable Object> values) {
        long weight = 0;
        for (int i = 0; i < values.size(); i++) {
            Object value = values.get(i);
            weight += REFERENCE;
            if (value instanceof String text) {
                weight += REFERENCE + 2L * text.length();
            } else if (value instanceof byte[] blob) {
                weight += blob.length;
            } else if (value instanceof RawText text) {
                weight += REFERENCE + text.bytes().length;
            }
        }
        return weight;
    }

    void write(Change change, DataOutputStream out) throws IOException {
        out.writeByte(OPERATIONS.indexOf(change.operation()));
        out.writeInt(shapeOf(change));
        Long oldRowid = change.oldRowid();
        Long newRowid = change.newRowid();
        out.writeByte((oldRowid == null ? 0 : OLD_ROWID) | (newRowid == null ? 0 : NEW_ROWID));
        if (oldRowid != null) {
            out.writeLong(oldRowid);
        }
        if (newRowid != null) {
            out.writeLong(newRowid);
        }
        writeValues(change.oldValues(), out);
        writeValues(change.newValues(), out);
        if (change.operation() == Operation.SQL) {
            writeValue(change.command(), out);
            writeValues(change.args(), out);
            writeValues(List.copyOf(change.pragmas()), out);
        }
    }

    private int shapeOf(Change change) {
        if (recent < 0 || !shapes.get(recent).isOf(change)) {
            Shape shape = new Shape(change.database(), change.table(), change.columns(), change.pkColumns());
            recent = known.computeIfAbsent(shape, added -> {
                shapes.add(added);
                return shapes.size() - 1;
            });
        }
        return recent;
    }

    private static void writeValues(List<@Nullable Object> values, DataOutputStream out) throws IOException {
        int size = values.size();
        out.writeInt(size);
        for (int i = 0; i < size; i++) {
            writeValue(values.get(i), out);
        }
    }

    private static void writeValue(@Nullable Object value, DataOutputStream out) throws IOException {
        if (value == null) {
            out.writeByte(NULL);
        } else if (value instanceof Long integer) {
            out.writeByte(INTEGER);
            out.writeLong(integer);
        } else if (value instanceof Double real) {
            out.writeByte(REAL);
            out.writeLong(Double.doubleToRawLongBits(real));
        } else if (value instanceof String text) {
            writeBytes(TEXT, text.getBytes(StandardCharsets.UTF_8), out);
        } else if (value instanceof byte[] blob) {
            writeBytes(BLOB, blob, out);
        } else if (value instanceof RawText text) {
            writeBytes(RAW_TEXT + ENCODINGS.indexOf(text.encoding()), text.bytes(), out);
        } else {
            throw new IllegalArgumentException("a value that SQLite does not store: " + value.getClass());
        }
    }

    private static void writeBytes(int type, byte[] bytes, DataOutputStream out) throws IOException {
        out.writeByte(type);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    Change read(DataInputStream in) throws IOException {
        Operation operation = OPERATIONS.get(in.readUnsignedByte());
        Shape shape = shapes.get(in.readInt());
        int rowids = in.readUnsignedByte();
        Long oldRowid = (rowids & OLD_ROWID) == 0 ? null : (Long) in.readLong();
        Long newRowid = (rowids & NEW_ROWID) == 0 ? null : (Long) in.readLong();
        List<@Nullable Object> oldValues = readValues(in);
        List<@Nullable Object> newValues = readValues(in);
        String command = null;
        List<@Nullable Object> args = List.of();
        List<String> pragmas = new ArrayList<>();
        if (operation == Operation.SQL) {
            command = (String) readValue(in);
            args = readValues(in);
            readValues(in).forEach(pragma -> pragmas.add((String) pragma));
        }
        return new Change(
                operation,
                shape.database,
                shape.table,
                shape.columns,
                shape.pkColumns,
                oldRowid,
                newRowid,
                oldValues,
                newValues,
                command,
                args,
                List.copyOf(pragmas));
    }

    private static List<@Nullable Object> readValues(DataInputStream in) throws IOException {
        int size = in.readInt();
        if (size == 0) {
            return List.of();
        }
        @Nullable Object[] values = new @Nullable Object[size];
        for (int i = 0; i < size; i++) {
            values[i] = readValue(in);
        }
        return Collections.unmodifiableList(Arrays.asList(values));
    }

    private static @Nullable Object readValue(DataInputStream in) throws IOException {
        int type = in.readUnsignedByte();
        return switch (type) {
            case NULL -> null;
            case INTEGER -> in.readLong();
            case REAL -> Double.longBitsToDouble(in.readLong());
            case TEXT -> new String(readBytes(in), StandardCharsets.UTF_8);
            case BLOB -> readBytes(in);
            default -> {
                if (type >= RAW_TEXT + ENCODINGS.size()) {
                    throw new IOException("the file of changes was overwritten: type " + type);
                }
                yield ENCODINGS.get(type - RAW_TEXT).text(readBytes(in));
            }
        };
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return bytes;
    }
}
