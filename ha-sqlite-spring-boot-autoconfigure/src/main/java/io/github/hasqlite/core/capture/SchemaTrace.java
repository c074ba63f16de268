package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.sqlite.SchemaNote;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Follows the tables and columns of the main schema through the schema commands of one transaction, by
 * what the schema is before and behind each: a table keeps its root page when it is renamed, a column its
 * position. So no SQL has to be understood. Not thread-safe.
 */
public final class SchemaTrace {

    /**
     * A table at one moment.
     *
     * @param root its root page
     * @param columns all its columns, in order, generated ones included
     */
    private record Shape(long root, List<String> columns) {}

    /**
     * One command.
     *
     * @param mark how many changes were recorded before it
     */
    private record Step(int mark, Map<String, Shape> before, Map<String, Shape> after) {}

    private final Connection connection;
    private final List<Step> steps = new ArrayList<>();
    private @Nullable Map<String, Shape> before;

    public SchemaTrace(Connection connection) {
        this.connection = connection;
    }

    /** A schema command is about to run. */
    public void begun() throws SQLException {
        before = read();
    }

    /**
     * It has changed the schema.
     *
     * @param mark how many changes were recorded before it
     */
    public void changed(int mark) throws SQLException {
        Map<String, Shape> known = before;
        before = null;
        if (known != null) {
            Map<String, Shape> after = read();
            if (!after.equals(known)) {
                steps.add(new Step(mark, known, after));
            }
        }
    }

    /** What was recorded since the mark was rolled back. */
    public void cutTo(int mark) {
        steps.removeIf(step -> step.mark >= mark);
    }

    /** The transaction is over. */
    public void clear() {
        steps.clear();
        before = null;
    }

    private Map<String, Shape> read() throws SQLException {
        Map<String, Long> roots = new LinkedHashMap<>();
        Map<String, List<String>> columns = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(
                        "SELECT m.name, m.rootpage, x.name FROM main.sqlite_schema m, pragma_table_xinfo(m.name, 'main') x"
                                + " WHERE m.type = 'table' AND m.rootpage > 0 AND m.name NOT GLOB 'ha_*' AND m.name NOT"
                                + " GLOB 'sqlite_*' ORDER BY m.name, x.cid");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                roots.put(rows.getString(1), rows.getLong(2));
                columns.computeIfAbsent(rows.getString(1), name -> new ArrayList<>())
                        .add(rows.getString(3));
            }
        }
        Map<String, Shape> shapes = new LinkedHashMap<>();
        roots.forEach((name, root) ->
                shapes.put(name, new Shape(root, List.copyOf(columns.getOrDefault(name, List.of())))));
        return shapes;
    }

    /** The tables that were there before the transaction and are gone since the last command. */
    public List<String> goneInLastStep() {
        List<String> gone = new ArrayList<>();
        if (steps.isEmpty()) {
            return gone;
        }
        Map<String, Traced> now = originals();
        for (Step step : steps.subList(0, steps.size() - 1)) {
            follow(step, now);
        }
        Map<String, Traced> then = new LinkedHashMap<>(now);
        follow(steps.get(steps.size() - 1), now);
        then.forEach((name, table) -> {
            if (table.name != null && !now.containsValue(table)) {
                gone.add(name);
            }
        });
        return gone;
    }

    private Map<String, Traced> originals() {
        Map<String, Traced> now = new LinkedHashMap<>();
        steps.get(0).before.forEach((name, shape) -> now.put(name, Traced.original(name, shape.columns)));
        return now;
    }

    // ---- what it comes to

    /** What became of the tables that were there before the transaction. */
    public List<SchemaNote.Renamed> renamed() {
        if (steps.isEmpty()) {
            return List.of();
        }
        Map<String, Traced> now = originals();
        Map<String, Traced> originals = new LinkedHashMap<>(now);
        for (Step step : steps) {
            follow(step, now);
        }
        List<SchemaNote.Renamed> renamed = new ArrayList<>();
        originals.forEach((name, table) -> {
            SchemaNote.Renamed what = outcome(name, table, now);
            if (!name.equals(what.becomes()) || !what.columns().isEmpty()) {
                renamed.add(what);
            }
        });
        return renamed;
    }

    private static void follow(Step step, Map<String, Traced> now) {
        Map<String, Shape> added = new LinkedHashMap<>(step.after);
        added.keySet().removeAll(step.before.keySet());
        step.before.forEach((name, was) -> {
            Traced table = now.get(name);
            Shape is = step.after.get(name);
            String found = is != null ? name : withRoot(added, was.root);
            if (table == null || found == null) {
                now.remove(name);
                return;
            }
            table.follow(was.columns, Objects.requireNonNull(step.after.get(found)).columns);
            if (is == null) {
                now.remove(name);
                now.put(found, table);
                added.remove(found);
            }
        });
        added.forEach((name, shape) -> now.put(name, Traced.made(shape.columns)));
    }

    private static @Nullable String withRoot(Map<String, Shape> tables, long root) {
        for (Map.Entry<String, Shape> table : tables.entrySet()) {
            if (table.getValue().root == root) {
                return table.getKey();
            }
        }
        return null;
    }

    /**
     * Where rows belong that were meant for a table. Its name decides, if a table of that name is there, as
     * after a rebuild; but two tables that have changed their names with each other stay what they are.
     */
    private static SchemaNote.Renamed outcome(String name, Traced table, Map<String, Traced> now) {
        String alive = key(now, table);
        String holder = sameName(now, name);
        boolean swapped =
                holder != null && alive != null && !alive.equals(holder) && sameOrigin(alive, now.get(holder));
        String becomes = holder == null || swapped ? alive : holder;
        if (becomes == null) {
            return new SchemaNote.Renamed(name, null, Map.of());
        }
        Traced target = Objects.requireNonNull(now.get(becomes));
        return new SchemaNote.Renamed(name, becomes, table.columnsIn(target));
    }

    private static boolean sameOrigin(String name, @Nullable Traced table) {
        return table != null && name.equals(table.name);
    }

    private static @Nullable String key(Map<String, Traced> now, Traced table) {
        for (Map.Entry<String, Traced> entry : now.entrySet()) {
            if (entry.getValue() == table) {
                return entry.getKey();
            }
        }
        return null;
    }

    private static @Nullable String sameName(Map<String, Traced> now, String name) {
        if (now.containsKey(name)) {
            return name;
        }
        for (String other : now.keySet()) {
            if (SqlIdentifier.isSame(other, name)) {
                return other;
            }
        }
        return null;
    }

    /** A table on its way through the commands. */
    private static final class Traced {

        /** Its name before the transaction, or {@code null} if it was not there. */
        private final @Nullable String name;

        private final List<String> original;
        /** What it has now, with the name each had before the transaction, or {@code null} if it was not there. */
        private final Map<String, @Nullable String> columns = new LinkedHashMap<>();

        private Traced(@Nullable String name, List<String> original, List<String> columns) {
            this.name = name;
            this.original = original;
            for (String column : columns) {
                this.columns.put(column, name == null ? null : column);
            }
        }

        static Traced original(String name, List<String> columns) {
            return new Traced(name, columns, columns);
        }

        static Traced made(List<String> columns) {
            return new Traced(null, List.of(), columns);
        }

        void follow(List<String> was, List<String> is) {
            if (was.equals(is)) {
                return;
            }
            Map<String, @Nullable String> next = new LinkedHashMap<>();
            for (int i = 0; i < is.size(); i++) {
                String column = is.get(i);
                boolean renamed = was.size() == is.size();
                next.put(column, renamed ? columns.get(was.get(i)) : columns.get(column));
            }
            columns.clear();
            columns.putAll(next);
        }

        /** What became of its columns, as far as they have not simply stayed, in the table that rows go to now. */
        Map<String, @Nullable String> columnsIn(Traced target) {
            Map<String, @Nullable String> changed = new LinkedHashMap<>();
            for (String column : original) {
                String now = target == this ? mine(column) : sameColumn(target.columns, column);
                if (!column.equals(now)) {
                    changed.put(column, now);
                }
            }
            return changed;
        }

        private @Nullable String mine(String column) {
            String alive = null;
            for (Map.Entry<String, @Nullable String> entry : columns.entrySet()) {
                if (column.equals(entry.getValue())) {
                    alive = entry.getKey();
                }
            }
            String holder = sameColumn(columns, column);
            boolean swapped =
                    holder != null && alive != null && !alive.equals(holder) && alive.equals(columns.get(holder));
            return holder == null || swapped ? alive : holder;
        }

        private static @Nullable String sameColumn(Map<String, @Nullable String> columns, String column) {
            if (columns.containsKey(column)) {
                return column;
            }
            for (String other : columns.keySet()) {
                if (SqlIdentifier.isSame(other, column)) {
                    return other;
                }
            }
            return null;
        }
    }
}
