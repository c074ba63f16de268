package io.github.hasqlite.core.changeset;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.Operation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;
import tools.jackson.core.sym.PropertyNameMatcher;

/** Reads one change after the other from the array of changes. */
final class ChangeReader {

    private final MessageParser in;
    private final PropertyNameMatcher fields;
    private final KnownTables tables;
    private final ImageReader oldImage;
    private final ImageReader newImage;
    private final ImageReader arguments;

    private @Nullable TableShape previous;

    private @Nullable TableShape known;
    private @Nullable Operation operation;
    private @Nullable String database;
    private @Nullable String table;
    private @Nullable List<String> columns;
    private @Nullable List<String> pkColumns;
    private @Nullable Long oldRowid;
    private @Nullable Long newRowid;
    private @Nullable String command;
    private List<String> pragmas = List.of();

    ChangeReader(MessageParser in, PropertyNameMatcher fields, KnownTables tables) {
        this.in = in;
        this.fields = fields;
        this.tables = tables;
        this.oldImage = new ImageReader(in, FieldNames.OLD_TYPES, FieldNames.OLD_VALUES, Limits.COLUMNS);
        this.newImage = new ImageReader(in, FieldNames.NEW_TYPES, FieldNames.NEW_VALUES, Limits.COLUMNS);
        this.arguments = new ImageReader(in, FieldNames.ARG_TYPES, FieldNames.ARGS, Limits.ARGUMENTS);
    }

    /**
     * Reads the next change.
     *
     * @param index which it is
     * @return {@code null} if there is none any more
     */
    @Nullable
    Change next(int index) throws ChangeSetFormatException {
        JsonToken token = in.nextToken();
        if (token == JsonToken.END_ARRAY) {
            return null;
        }
        in.place().atChange(index);
        if (token != JsonToken.START_OBJECT) {
            throw in.place().wrong("not an object");
        }
        return read();
    }

    /** Gives up the message. */
    void close() {
        in.close();
    }

    private Change read() throws ChangeSetFormatException {
        forget();
        int seen = 0;
        int field;
        while ((field = in.nextField(fields, FieldNames.OF_CHANGE, seen)) >= 0) {
            seen |= 1 << field;
            if (in.token() != JsonToken.VALUE_NULL) {
                readField(field);
            }
        }
        in.place().atField(null);
        if (operation == null) {
            throw in.place().wrong("operation is missing");
        }
        return operation == Operation.SQL ? statement() : row(operation);
    }

    private void forget() {
        known = null;
        operation = null;
        database = null;
        table = null;
        columns = null;
        pkColumns = null;
        oldRowid = null;
        newRowid = null;
        command = null;
        pragmas = List.of();
        oldImage.forget();
        newImage.forget();
        arguments.forget();
    }

    // The numbers are the places in FieldNames.OF_CHANGE.
    private void readField(int field) throws ChangeSetFormatException {
        switch (field) {
            case 0 -> operation = operation();
            case 1 -> database = in.name(Change.MAIN);
            case 2 -> readTable();
            case 3 -> columns = in.names(known == null ? null : known.columns());
            case 4 -> pkColumns = in.names(known == null ? null : known.pkColumns());
            case 5 -> oldRowid = in.integer();
            case 6 -> newRowid = in.integer();
            case 7 -> oldImage.readTypes();
            case 8 -> oldImage.readValues();
            case 9 -> newImage.readTypes();
            case 10 -> newImage.readValues();
            case 11 -> command = in.text();
            case 12 -> arguments.readTypes();
            case 13 -> arguments.readValues();
            case 14 -> pragmas = in.names(null);
            default -> throw new AssertionError(field);
        }
    }

    private Operation operation() throws ChangeSetFormatException {
        String name = in.name(null);
        return switch (name) {
            case "INSERT" -> Operation.INSERT;
            case "UPDATE" -> Operation.UPDATE;
            case "DELETE" -> Operation.DELETE;
            case "SQL" -> Operation.SQL;
            default -> throw in.place().wrong("unknown operation " + Excerpt.of(name));
        };
    }

    private void readTable() throws ChangeSetFormatException {
        if (previous != null && in.isText(previous.table())) {
            known = previous;
        } else {
            known = in.known(tables);
        }
        table = known == null ? in.name(null) : known.table();
    }

    private Change statement() throws ChangeSetFormatException {
        if (command == null || command.isEmpty()) {
            throw in.place().wrong("command is missing");
        }
        String schema = database == null ? Change.MAIN : database;
        String problem = TableShape.nameProblem(FieldNames.DATABASE, schema);
        if (problem != null) {
            throw in.place().within(problem);
        }
        return new Change(
                Operation.SQL,
                schema,
                "",
                List.of(),
                List.of(),
                null,
                null,
                List.of(),
                List.of(),
                command,
                arguments.values(),
                pragmas);
    }

    private Change row(Operation rowOperation) throws ChangeSetFormatException {
        TableShape shape = shape();
        int count = shape.columns().size();
        List<@Nullable Object> oldValues = oldImage.row(rowOperation != Operation.INSERT, count);
        List<@Nullable Object> newValues = newImage.row(rowOperation != Operation.DELETE, count);
        return new Change(
                rowOperation,
                shape.database(),
                shape.table(),
                shape.columns(),
                shape.pkColumns(),
                oldRowid,
                newRowid,
                oldValues,
                newValues,
                null,
                List.of());
    }

    private TableShape shape() throws ChangeSetFormatException {
        if (table == null) {
            throw in.place().wrong("table is missing");
        }
        if (columns == null) {
            throw in.place().wrong("columns is missing");
        }
        List<String> key = pkColumns == null ? List.of() : pkColumns;
        String schema = database == null ? Change.MAIN : database;
        TableShape shape = known;
        if (shape == null || !shape.isSame(schema, columns, key)) {
            shape = new TableShape(schema, table, columns, key);
            String problem = shape.problem();
            if (problem != null) {
                throw in.place().within(problem);
            }
            tables.remember(shape);
        }
        previous = shape;
        return shape;
    }
}
