package io.github.hasqlite.core.changeset;

import java.util.List;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.sym.PropertyNameMatcher;
import tools.jackson.core.util.Named;

/**
 * The names of the fields. {@code publisher}, {@code counter}, {@code base_sequence}, the three
 * {@code …_types}, {@code pragmas}, {@code transactions} and those of a part alone are ours; the others are those of the Go implementation, which ignores ours.
 */
final class FieldNames {

    static final String PUBLISHER = "publisher";
    static final String COUNTER = "counter";
    static final String BASE_SEQUENCE = "base_sequence";
    static final String NODE = "node";
    static final String PROCESS_ID = "process_id";
    static final String FILENAME = "filename";
    static final String TIMESTAMP_NS = "timestamp_ns";
    static final String CHANGES = "changes";

    /** How {@link #CHANGES} are divided among several transactions. */
    static final String TRANSACTIONS = "transactions";

    static final String PART = "part";
    static final String PARTS = "parts";
    static final String ENCODING = "encoding";
    static final String SIZE = "size";
    static final String DATA = "data";

    static final String OPERATION = "operation";
    static final String DATABASE = "database";
    static final String TABLE = "table";
    static final String COLUMNS = "columns";
    static final String PK_COLUMNS = "pk_columns";
    static final String OLD_ROWID = "old_rowid";
    static final String NEW_ROWID = "new_rowid";
    static final String OLD_TYPES = "old_types";
    static final String OLD_VALUES = "old_values";
    static final String NEW_TYPES = "new_types";
    static final String NEW_VALUES = "new_values";
    static final String COMMAND = "command";
    static final String ARG_TYPES = "arg_types";
    static final String ARGS = "args";
    static final String PRAGMAS = "pragmas";

    /** Fields of a change set, in the order of the cases that read them. */
    static final List<String> OF_CHANGE_SET =
            List.of(PUBLISHER, COUNTER, BASE_SEQUENCE, NODE, PROCESS_ID, FILENAME, TIMESTAMP_NS, CHANGES, TRANSACTIONS);

    /** Fields of a part of a change set, in the order of the cases that read them. */
    static final List<String> OF_FRAGMENT = List.of(
            PUBLISHER, COUNTER, PART, PARTS, ENCODING, SIZE, DATA, CHANGES, NODE, PROCESS_ID, FILENAME, TIMESTAMP_NS);

    /** Fields of a change, in the order of the cases that read them. */
    static final List<String> OF_CHANGE = List.of(
            OPERATION,
            DATABASE,
            TABLE,
            COLUMNS,
            PK_COLUMNS,
            OLD_ROWID,
            NEW_ROWID,
            OLD_TYPES,
            OLD_VALUES,
            NEW_TYPES,
            NEW_VALUES,
            COMMAND,
            ARG_TYPES,
            ARGS,
            PRAGMAS);

    private FieldNames() {}

    static PropertyNameMatcher matcher(JsonFactory factory, List<String> names) {
        return factory.constructNameMatcher(
                names.stream().map(Named::fromString).toList(), true);
    }
}
