package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.sqlite.ModuleText;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.PreparedStatement;
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
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Tells whether a statement does the same on every database with the same content, and which tables it
 * writes, by the program that SQLite compiles it to ({@code EXPLAIN}). Nothing is read from the SQL text.
 *
 * <p>Errs on the side of caution: what it cannot tell counts as a reason why nodes may differ. It knows
 * the schema as it was when it was created; make another one when the schema has changed. EXPLAIN of a
 * statement that writes sets {@code changes()} to 0. Not thread-safe.
 */
public final class StatementDeterminism {

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

    private final SQLiteConnection connection;
    /** Tables of the main schema by their root page; those of replication and of SQLite have no definition. */
    private final Map<Long, MainTable> tables = new HashMap<>();

    private final Map<String, String> virtualTables = new HashMap<>();
    /** Virtual tables whose first column is the rowid. */
    private final Set<String> spatial = new HashSet<>();
    /** FTS3 and FTS4, whose hidden column docid is another name of the rowid. */
    private final Set<String> withDocid = new HashSet<>();

    private final Set<String> builtIn = new HashSet<>();
    private final Set<String> registered = new HashSet<>();

    private record MainTable(String name, boolean internal, boolean hiddenRowid) {}

    /**
     * What a statement does.
     *
     * @param reasons why it may do something else on another node, each a phrase like "calls random()";
     *     empty if it does not
     * @param orderReasons why it may depend on the order in which rows come, which SQLite does not
     *     promise; empty if it does not
     * @param writes the ordinary tables of the main schema that it writes, replication's own left out,
     *     foreign-key actions and triggers included
     * @param virtualWrites where it writes to virtual tables
     * @param parts the same reasons, program by program: first the statement itself, then its triggers
     */
    public record Effect(
            Set<String> reasons,
            Set<String> orderReasons,
            Set<String> writes,
            List<VirtualWrite> virtualWrites,
            List<Part> parts) {

        /** Whether it does the same on every database with the same content. */
        public boolean deterministic() {
            return reasons.isEmpty() && orderReasons.isEmpty();
        }
    }

    /**
     * One program of a statement.
     *
     * @param trigger the trigger, empty for a foreign-key action's program, or {@code null} for the statement
     *     itself
     * @param reasons why it may do something else on another node
     * @param orderReasons why it may depend on the order of rows
     * @param reads the ordinary tables of the main schema that it reads, and virtual tables of others
     * @param scans those of them that it reads otherwise than one row by its rowid
     */
    record Part(
            @Nullable String trigger,
            Set<String> reasons,
            Set<String> orderReasons,
            Set<String> reads,
            Set<String> scans) {

        private static Part of(@Nullable String trigger) {
            return new Part(trigger, new LinkedHashSet<>(), new LinkedHashSet<>(), new TreeSet<>(), new TreeSet<>());
        }
    }

    /**
     * A place in a program that writes to a virtual table.
     *
     * @param table its name in the main schema, or {@code null} if it is in another one
     * @param trigger the trigger that does it, empty for a foreign-key action's program, or {@code null}
     *     for the statement itself
     * @param conflict what happens when a key is taken already
     * @param key where the rowid of a new row comes from
     */
    record VirtualWrite(@Nullable String table, @Nullable String trigger, Conflict conflict, NewKey key) {}

    /** Where the rowid of a new row of a virtual table comes from. */
    enum NewKey {
        /** The statement adds no rows, or gives each a rowid. */
        GIVEN,
        /** The statement gives none, so that SQLite chooses. */
        CHOSEN,
        /** It depends on the values. */
        EITHER
    }

    /** What a statement does when a key is taken already. */
    enum Conflict {
        ROLLBACK,
        ABORT,
        FAIL,
        IGNORE,
        REPLACE
    }

    /**
     * Reads the schema as the connection sees it.
     *
     * @param connection of sqlite-jdbc itself; statements are only compiled on it
     * @throws SQLException if the schema cannot be read
     */
    public StatementDeterminism(SQLiteConnection connection) throws SQLException {
        this.connection = connection;
        Map<String, TableDefinition> definitions = new HashMap<>();
        for (TableDefinition definition : TableDefinition.readAll(connection)) {
            definitions.put(definition.name(), definition);
        }
        tables.put(1L, new MainTable("sqlite_schema", true, false));
        query("SELECT name, rootpage, tbl_name FROM main.sqlite_schema WHERE rootpage > 0", rows -> {
            TableDefinition definition = definitions.get(rows.getString(3));
            tables.put(
                    rows.getLong(2),
                    new MainTable(
                            rows.getString(3),
                            definition == null || definition.kind() == TableDefinition.Kind.SHADOW,
                            definition != null && !definition.withoutRowid() && definition.rowidAlias() == null));
        });
        query(
                "SELECT DISTINCT name, builtin FROM pragma_function_list",
                rows -> (rows.getInt(2) == 1 ? builtIn : registered).add(SqlIdentifier.fold(rows.getString(1))));
        for (TableDefinition definition : definitions.values()) {
            if (definition.kind() == TableDefinition.Kind.VIRTUAL) {
                nameVirtual("main." + SqlIdentifier.quote(definition.name()), definition.name());
            }
        }
        query(
                // not LIKE, whose meaning the application may change
                "SELECT name, sql FROM main.sqlite_schema WHERE lower(sql) GLOB 'create virtual table*using*'",
                rows -> {
                    switch (ModuleText.parse(rows.getString(2)).module()) {
                        case "fts3", "fts4" -> withDocid.add(rows.getString(1));
                        case "rtree", "rtree_i32" -> spatial.add(rows.getString(1));
                        default -> {}
                    }
                });
        nameVirtual("json_each('[]')", "");
        nameVirtual("json_tree('[]')", "");
    }

    /** A program names a virtual table by an address, which it has in common with all programs. */
    private void nameVirtual(String source, String name) {
        try {
            query("EXPLAIN SELECT 1 FROM " + source, rows -> {
                if (rows.getString(2).equals("VOpen")) {
                    virtualTables.put(rows.getString(6), name);
                }
            });
        } catch (SQLException e) {
            // a module that is not there or a broken declaration: nothing can be written to it either
            virtualTables.remove(name);
        }
    }

    @FunctionalInterface
    private interface RowReader {
        void read(ResultSet rows) throws SQLException;
    }

    private void query(String sql, RowReader reader) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                reader.read(rows);
            }
        }
    }

    /**
     * Compiles a statement and judges its program, those of triggers and foreign-key actions included.
     *
     * @param sql one statement, without a leading semicolon; parameters need no values
     * @throws SQLException if SQLite cannot compile it
     */
    public Effect explain(String sql) throws SQLException {
        Program program = new Program();
        query("EXPLAIN " + sql, program::add);
        return program.effect();
    }

    /** What is known of the programs read so far. */
    private final class Program {

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
                        part.scans.add(readCursors.get(p1));
                    }
                }
                case "VOpen" -> {
                    String table = virtualTables.get(p4);
                    if (table != null) {
                        part.reads.add(table);
                        part.scans.add(table);
                    } else {
                        part.reasons.add("reads a virtual table that is not in the main schema");
                    }
                }
                case "Rowid" -> {
                    if (hiddenRowids.contains(p1)) {
                        part.reasons.add("reads rowids of a table without an INTEGER PRIMARY KEY");
                    }
                }
                case "DecrJumpZero", "OffsetLimit", "IfNotZero" ->
                    part.orderReasons.add("has a LIMIT or takes the first row");
                case "NewRowid" -> {
                    if (writtenCursors.contains(p1) && !sequences.contains(p1) && registers.at(p2) != NewKey.GIVEN) {
                        part.orderReasons.add("leaves rowids to SQLite");
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
                part.reasons.add("may look at the clock: " + name + "()");
            } else if (LOCAL.contains(name)) {
                part.reasons.add("calls " + name + "()");
            } else if (registered.contains(name) || !builtIn.contains(name)) {
                part.reasons.add("calls " + name + "(), which is not a function of SQLite's own");
            } else if (aggregate && !UNORDERED.contains(name)) {
                part.orderReasons.add("aggregates with " + name + "()");
            }
        }

        private void open(int cursor, int root, int database, boolean toWrite) {
            if (toWrite) {
                writtenCursors.add(cursor);
            }
            if (database != MAIN) {
                part.reasons.add((toWrite ? "writes to " : "reads ")
                        + (database == TEMP ? "TEMP tables" : "tables of an attached database"));
                return;
            }
            MainTable table = tables.get((long) root);
            if (table == null) {
                // made by the open transaction after the schema was read
                part.reasons.add("reads a table that is not known yet");
            } else if (toWrite) {
                if (table.name.equals("sqlite_sequence")) {
                    sequences.add(cursor);
                }
                if (!TableDefinition.isInternal(table.name)) {
                    writes.add(table.name);
                }
            } else if (table.internal) {
                part.reasons.add("reads " + table.name + ", which is not replicated");
            } else {
                part.reads.add(table.name);
                readCursors.put(cursor, table.name);
                if (table.hiddenRowid) {
                    hiddenRowids.add(cursor);
                }
            }
        }

        private void virtualWrite(int values, int first, String address, int action) {
            String table = virtualTables.get(address);
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
            int key = table != null && spatial.contains(table) ? first + 2 : first + 1;
            NewKey from = inserts ? registers.at(key) : NewKey.GIVEN;
            if (table != null && withDocid.contains(table) && registers.at(docid(values, first)) == NewKey.GIVEN) {
                from = NewKey.GIVEN;
            }
            virtualWrites.add(
                    new VirtualWrite(table == null || table.isEmpty() ? null : table, part.trigger, conflict, from));
        }

        /** The hidden columns of FTS3 and FTS4 come last: one named as the table, docid, and the language. */
        private static int docid(int values, int first) {
            return first + values - 2;
        }

        Effect effect() {
            Set<String> reasons = new LinkedHashSet<>();
            Set<String> order = new LinkedHashSet<>();
            for (Part each : parts) {
                reasons.addAll(each.reasons);
                order.addAll(each.orderReasons);
            }
            return new Effect(
                    Collections.unmodifiableSet(reasons),
                    Collections.unmodifiableSet(order),
                    Collections.unmodifiableSet(writes),
                    List.copyOf(virtualWrites),
                    List.copyOf(parts));
        }
    }
}
