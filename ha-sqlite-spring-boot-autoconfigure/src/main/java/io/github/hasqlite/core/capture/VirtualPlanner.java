package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.capture.StatementDeterminism.Conflict;
import io.github.hasqlite.core.capture.StatementDeterminism.Effect;
import io.github.hasqlite.core.capture.StatementDeterminism.NewKey;
import io.github.hasqlite.core.capture.StatementDeterminism.Part;
import io.github.hasqlite.core.capture.StatementDeterminism.VirtualWrite;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.TokenList;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Decides how statements travel that write to virtual tables: as their text if every node computes the same
 * at their place in the stream, otherwise as the rows that they have written, read back from the table. What
 * neither way can carry is refused. A trigger of an ordinary table runs on every node by itself, for the row
 * that fires it; triggers of views and TEMP triggers do not.
 *
 * <p>Knows the schema of one connection as it was when it was created. Not thread-safe; used with the write
 * lock held.
 */
final class VirtualPlanner {

    private static final int MAX_PLANS = 500;

    private final SQLiteConnection connection;
    private final StatementDeterminism determinism;
    private final List<VirtualTable> tables = new ArrayList<>();
    private final Map<String, TableDefinition> ordinary = new HashMap<>();
    private final Map<String, Boolean> feeds = new HashMap<>();
    /** The ordinary table of each trigger of the main schema that has one. */
    private final Map<String, String> triggerTables = new HashMap<>();

    /** Tables with triggers that do not write for every row. */
    private final Set<String> conditional = new HashSet<>();

    private final Set<String> temporaryTriggers = new HashSet<>();
    private final boolean temporaryObjects;
    private final Map<String, VirtualPlan> plans = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, VirtualPlan> eldest) {
            return size() > MAX_PLANS;
        }
    };

    VirtualPlanner(SQLiteConnection connection) throws SQLException {
        this.connection = connection;
        this.determinism = new StatementDeterminism(connection);
        for (TableDefinition definition : TableDefinition.readAll(connection)) {
            if (definition.kind() == TableDefinition.Kind.VIRTUAL) {
                tables.add(VirtualTable.read(connection, definition.name()));
            } else if (definition.kind() == TableDefinition.Kind.ORDINARY) {
                ordinary.put(SqlIdentifier.fold(definition.name()), definition);
            }
        }
        List<String[]> triggers = names("SELECT name, tbl_name, sql FROM main.sqlite_schema WHERE type = 'trigger'");
        for (String[] trigger : triggers) {
            if (ordinary.containsKey(SqlIdentifier.fold(trigger[1]))) {
                triggerTables.put(trigger[0], trigger[1]);
                if (new TokenList(trigger[2]).contains("WHEN")) {
                    conditional.add(SqlIdentifier.fold(trigger[1]));
                }
            }
        }
        List<String[]> temporary =
                names("SELECT name, type, sql FROM temp.sqlite_schema WHERE name NOT GLOB 'ha_*' AND sql IS NOT NULL");
        temporaryObjects = !temporary.isEmpty();
        for (String[] object : temporary) {
            if (object[1].equals("trigger")) {
                temporaryTriggers.add(object[0]);
            }
        }
    }

    private List<String[]> names(String sql) throws SQLException {
        List<String[]> names = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                names.add(new String[] {rows.getString(1), rows.getString(2), rows.getString(3)});
            }
        }
        return names;
    }

    /** The virtual tables of the main schema. */
    List<VirtualTable> tables() {
        return tables;
    }

    /**
     * How a statement travels.
     *
     * @param target the name of what it writes, as the text has it; the fast way for tables without triggers
     *     that write to virtual tables
     * @param sql the statement
     */
    VirtualPlan plan(String target, String sql) throws SQLException {
        VirtualPlan known = plans.get(sql);
        if (known != null) {
            return known;
        }
        if (!temporaryObjects && !feeds(SqlIdentifier.fold(target))) {
            return VirtualPlan.NOTHING;
        }
        VirtualPlan plan = plan(sql);
        plans.put(sql, plan);
        return plan;
    }

    private VirtualPlan plan(String sql) throws SQLException {
        Effect effect;
        try {
            effect = determinism.explain(sql);
        } catch (SQLException e) {
            // SQLite says so again when the statement runs
            return VirtualPlan.NOTHING;
        }
        Map<String, Boolean> keeping = new HashMap<>();
        for (String table : effect.virtualWrites().isEmpty() ? Set.<String>of() : effect.writes()) {
            Boolean sameRowid = keeps(table);
            if (sameRowid != null) {
                keeping.put(table, sameRowid);
            }
        }
        return decide(effect).keeping(keeping);
    }

    /**
     * Whether other nodes would write to virtual tables for a row that is replaced.
     *
     * @return {@code null} if not, {@code true} if the row that replaces it makes up for that if it has the
     *     same rowid
     */
    private @Nullable Boolean keeps(String table) throws SQLException {
        TableDefinition definition = ordinary.get(SqlIdentifier.fold(table));
        if (definition == null) {
            return null;
        }
        String delete = "DELETE FROM main." + SqlIdentifier.quote(table) + " WHERE "
                + SqlIdentifier.quote(definition.columns().get(0)) + " = ?";
        boolean writes = false;
        boolean sameRowid = !conditional.contains(SqlIdentifier.fold(table));
        for (VirtualWrite write : determinism.explain(delete).virtualWrites()) {
            VirtualTable virtual = table(write.table());
            if (virtual != null && SqlIdentifier.isSame(table, triggerTables.get(String.valueOf(write.trigger())))) {
                writes = true;
                sameRowid &= virtual.keepsRows();
            }
        }
        return writes ? sameRowid : null;
    }

    /** Whether a write to a table may write to a virtual one, by triggers and foreign-key actions. */
    private boolean feeds(String target) throws SQLException {
        TableDefinition table = ordinary.get(target);
        if (table == null) {
            return true;
        }
        Boolean known = feeds.get(target);
        if (known == null) {
            String name = "main." + SqlIdentifier.quote(table.name());
            String column = SqlIdentifier.quote(table.columns().get(0));
            StringBuilder set = new StringBuilder();
            for (String each : table.columns()) {
                set.append(set.isEmpty() ? "" : ",")
                        .append(SqlIdentifier.quote(each))
                        .append("=?");
            }
            known = writesVirtual("INSERT OR REPLACE INTO " + name + "(" + column + ") VALUES(?)")
                    || writesVirtual("UPDATE OR REPLACE " + name + " SET " + set)
                    || writesVirtual("DELETE FROM " + name + " WHERE " + column + " = ?");
            feeds.put(target, known);
        }
        return known;
    }

    private boolean writesVirtual(String sql) {
        try {
            return !determinism.explain(sql).virtualWrites().isEmpty();
        } catch (SQLException e) {
            // a broken trigger: the statement itself will say so
            return true;
        }
    }

    private VirtualPlan decide(Effect effect) {
        boolean direct = false;
        boolean inserts = false;
        boolean lost = false;
        boolean over = false;
        boolean chosen = false;
        boolean failing = false;
        String unlike = null;
        Set<VirtualTable> written = new HashSet<>();
        for (VirtualWrite write : effect.virtualWrites()) {
            VirtualTable table = table(write.table());
            if (table == null) {
                // of the TEMP schema or an attached database
                continue;
            }
            String trigger = write.trigger();
            String source = trigger == null || temporaryTriggers.contains(trigger) ? null : triggerTables.get(trigger);
            failing |= write.conflict() == Conflict.FAIL;
            if (trigger == null) {
                direct = true;
                inserts |= write.key() != NewKey.GIVEN;
                chosen |= write.key() != NewKey.GIVEN;
                written.add(table);
            } else if (source == null) {
                lost = true;
                written.add(table);
            } else {
                over = true;
                Part part = part(effect, trigger);
                if (write.key() == NewKey.CHOSEN) {
                    return VirtualPlan.refused(
                            "trigger " + trigger + " leaves the rowids of new rows of " + table.name()
                                    + " to SQLite, which chooses others on other nodes; let it set rowid, to new.rowid for"
                                    + " example");
                }
                String difference = difference(part, source, effect);
                if (difference != null) {
                    unlike = "trigger " + trigger + " " + difference;
                    written.add(table);
                }
            }
        }
        if (written.isEmpty()) {
            return VirtualPlan.NOTHING;
        }
        Part statement = effect.parts().get(0);
        boolean ordered = chosen && !statement.scans().isEmpty();
        String reason = unlike != null
                ? unlike
                : lost
                        ? "it writes by a trigger of a view or a TEMP trigger"
                        : !effect.deterministic()
                                ? "it " + String.join(", ", join(effect))
                                : ordered ? "it leaves rowids to SQLite in the order in which rows come" : null;
        List<VirtualTable> withoutRows =
                written.stream().filter(table -> !table.keepsRows()).toList();
        if (reason == null && failing) {
            reason = "it keeps some rows when it fails (OR FAIL)";
        }
        if (withoutRows.isEmpty()) {
            boolean text = reason == null && direct && !lost && !chosen;
            return text ? VirtualPlan.text() : VirtualPlan.rows(inserts, effect.deterministic(), over);
        }
        if (reason == null && direct && !over) {
            return VirtualPlan.text();
        }
        return VirtualPlan.refused((reason == null ? "it writes both by itself and by triggers" : reason) + ", and "
                + withoutRows.get(0).name() + " does not keep the values that were written to it");
    }

    private static List<String> join(Effect effect) {
        List<String> all = new ArrayList<>(effect.reasons());
        all.addAll(effect.orderReasons());
        return all;
    }

    private @Nullable VirtualTable table(@Nullable String name) {
        for (VirtualTable table : tables) {
            if (table.name().equals(name)) {
                return table;
            }
        }
        return null;
    }

    private static Part part(Effect effect, String trigger) {
        return effect.parts().stream()
                .filter(part -> trigger.equals(part.trigger()))
                .findFirst()
                .orElseThrow();
    }

    /** What makes a trigger do something else on another node, or {@code null}. */
    private @Nullable String difference(Part part, String table, Effect effect) {
        if (!part.reasons().isEmpty()) {
            return String.join(", ", part.reasons());
        }
        for (String read : part.reads()) {
            boolean ownRow = SqlIdentifier.isSame(read, table)
                    && !part.scans().contains(read)
                    && effect.writes().size() == 1;
            if (!ownRow && table(read) == null && !read.isEmpty()) {
                return "reads " + read + ", which other nodes may change before the row gets to them";
            }
        }
        return part.orderReasons().isEmpty() || part.reads().isEmpty() ? null : String.join(", ", part.orderReasons());
    }
}
