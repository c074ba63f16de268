package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.capture.StatementDeterminism.Conflict;
import io.github.hasqlite.core.capture.StatementDeterminism.Effect;
import io.github.hasqlite.core.capture.StatementDeterminism.NewKey;
import io.github.hasqlite.core.capture.StatementDeterminism.Part;
import io.github.hasqlite.core.capture.StatementDeterminism.VirtualWrite;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the program of one statement, those of triggers and foreign-key actions included, and judges it. Not
 * thread-safe.
 */
final class ProgramReading {

    /** Triggers of replication's own, whose programs are not the application's. */
    private static final String OWN = "ha_";

    private static final int MAIN = 0;
    private static final int TEMP = 1;

    /** They look at the clock or the time zone, as their arguments say, which the program does not show. */
    private static final Set<String> CLOCKS = Set.of(
            "date",
            "time",
            "datetime",
            "julianday",
            "unixepoch",
            "strftime",
            "timediff",
            "current_timestamp",
            "current_date",
            "current_time");

    /** What they answer depends on the connection, on chance, or on the version of SQLite. */
    private static final Set<String> LOCAL = Set.of(
            "random",
            "randomblob",
            "changes",
            "total_changes",
            "last_insert_rowid",
            "load_extension",
            "sqlite_version",
            "sqlite_source_id",
            "sqlite_compileoption_get",
            "sqlite_compileoption_used",
            "sqlite_log",
            "sqlite_offset");

    /** Aggregates whose result does not depend on the order in which rows come. */
    private static final Set<String> UNORDERED = Set.of("count", "min", "max");

    private final ProgramSchema schema;

    private final List<Part> parts = new ArrayList<>();
    private Part part = Part.of(null);
    private final Set<String> writes = new TreeSet<>(SqlIdentifier.ORDER);
    private final List<VirtualWrite> virtualWrites = new ArrayList<>();
    private boolean ownTrigger;
    /** Cursors of the present program on tables whose rowid is not a column. */
    private final Set<Integer> hiddenRowids = new HashSet<>();

    private final Set<Integer> writtenCursors = new HashSet<>();
    /** Cursors on {@code sqlite_sequence}, whose own rowids nobody sees. */
    private final Set<Integer> sequences = new HashSet<>();

    private final ProgramRegisters registers = new ProgramRegisters();
    /** Cursors of the present program on ordinary tables that it reads. */
    private final Map<Integer, String> readCursors = new HashMap<>();

    ProgramReading(ProgramSchema schema) {
        this.schema = schema;
    }

    /** Takes the next row of EXPLAIN's answer. */
    void add(ResultSet row) throws SQLException {
        String opcode = row.getString(2);
        int p1 = row.getInt(3);
        int p2 = row.getInt(4);
        int p3 = row.getInt(5);
        String p4 = row.getString(6) == null ? "" : row.getString(6);
        if (row.getInt(1) == 0 && opcode.equals("Init")) {
            begin(p4);
        }
        if (ownTrigger) {
            return;
        }
        switch (opcode) {
            case "Function", "PureFunc" -> function(p4, false);
            case "AggStep", "AggStep1" -> function(p4, true);
            case "OpenRead" -> open(p1, p2, p3, false);
            case "OpenWrite" -> open(p1, p2, p3, true);
            case "Clear" -> open(p1, p1, p2, true);
            case "Rewind", "Last", "SeekGE", "SeekGT", "SeekLE", "SeekLT", "Found", "NotFound" -> {
                if (readCursors.containsKey(p1)) {
                    part.scans().add(readCursors.get(p1));
                }
            }
            case "VOpen" -> {
                String table = schema.virtualTable(p4);
                if (table != null) {
                    part.reads().add(table);
                    part.scans().add(table);
                } else {
                    part.reasons().add("reads a virtual table that is not in the main schema");
                }
            }
            case "Rowid" -> {
                if (hiddenRowids.contains(p1)) {
                    part.reasons().add("reads rowids of a table without an INTEGER PRIMARY KEY");
                }
            }
            case "DecrJumpZero", "OffsetLimit", "IfNotZero" ->
                part.orderReasons().add("has a LIMIT or takes the first row");
            case "NewRowid" -> {
                if (writtenCursors.contains(p1) && !sequences.contains(p1) && registers.at(p2) != NewKey.GIVEN) {
                    part.orderReasons().add("leaves rowids to SQLite");
                }
            }
            case "VUpdate" -> virtualWrite(p2, p3, p4, row.getInt(7));
            default -> {}
        }
        registers.follow(opcode, p1, p2, p3, writtenCursors.contains(p1));
    }

    private void begin(String comment) {
        hiddenRowids.clear();
        writtenCursors.clear();
        sequences.clear();
        registers.clear();
        readCursors.clear();
        String mark = "-- TRIGGER ";
        String name = comment.startsWith(mark) ? comment.substring(mark.length()) : "";
        part = Part.of(parts.isEmpty() ? null : name);
        parts.add(part);
        ownTrigger = name.startsWith(OWN);
    }

    private void function(String signature, boolean aggregate) {
        int arguments = signature.indexOf('(');
        String name = SqlIdentifier.fold(arguments < 0 ? signature : signature.substring(0, arguments));
        if (CLOCKS.contains(name)) {
            part.reasons().add("may look at the clock: " + name + "()");
        } else if (LOCAL.contains(name)) {
            part.reasons().add("calls " + name + "()");
        } else if (!schema.isBuiltIn(name)) {
            part.reasons().add("calls " + name + "(), which is not a function of SQLite's own");
        } else if (aggregate && !UNORDERED.contains(name)) {
            part.orderReasons().add("aggregates with " + name + "()");
        }
    }

    private void open(int cursor, int root, int database, boolean toWrite) {
        if (toWrite) {
            writtenCursors.add(cursor);
        }
        if (database != MAIN) {
            part.reasons()
                    .add((toWrite ? "writes to " : "reads ")
                            + (database == TEMP ? "TEMP tables" : "tables of an attached database"));
            return;
        }
        ProgramSchema.MainTable table = schema.table(root);
        if (table == null) {
            // made by the open transaction after the schema was read
            part.reasons().add("reads a table that is not known yet");
        } else if (toWrite) {
            if (table.name().equals("sqlite_sequence")) {
                sequences.add(cursor);
            }
            if (!TableDefinition.isInternal(table.name())) {
                writes.add(table.name());
            }
        } else if (table.internal()) {
            part.reasons().add("reads " + table.name() + ", which is not replicated");
        } else {
            part.reads().add(table.name());
            readCursors.put(cursor, table.name());
            if (table.hiddenRowid()) {
                hiddenRowids.add(cursor);
            }
        }
    }

    private void virtualWrite(int values, int first, String address, int action) {
        String table = schema.virtualTable(address);
        // SQLite's own numbers; without a clause it is the second
        Conflict conflict = switch (action) {
            case 1 -> Conflict.ROLLBACK;
            case 3 -> Conflict.FAIL;
            case 4 -> Conflict.IGNORE;
            case 5 -> Conflict.REPLACE;
            default -> Conflict.ABORT;
        };
        boolean inserts = values > 1 && registers.at(first) != NewKey.GIVEN;
        // in an R-Tree the first column is the rowid
        int key = table != null && schema.isSpatial(table) ? first + 2 : first + 1;
        NewKey from = inserts ? registers.at(key) : NewKey.GIVEN;
        if (table != null && schema.hasDocid(table) && registers.at(docid(values, first)) == NewKey.GIVEN) {
            from = NewKey.GIVEN;
        }
        virtualWrites.add(
                new VirtualWrite(table == null || table.isEmpty() ? null : table, part.trigger(), conflict, from));
    }

    /** The hidden columns of FTS3 and FTS4 come last: one named as the table, docid, and the language. */
    private static int docid(int values, int first) {
        return first + values - 2;
    }

    /** What the statement does whose rows have all been taken. */
    Effect effect() {
        Set<String> reasons = new LinkedHashSet<>();
        Set<String> order = new LinkedHashSet<>();
        for (Part each : parts) {
            reasons.addAll(each.reasons());
            order.addAll(each.orderReasons());
        }
        return new Effect(
                Collections.unmodifiableSet(reasons),
                Collections.unmodifiableSet(order),
                Collections.unmodifiableSet(writes),
                List.copyOf(virtualWrites),
                List.copyOf(parts));
    }
}
