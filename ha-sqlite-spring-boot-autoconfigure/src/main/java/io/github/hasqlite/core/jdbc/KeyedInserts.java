package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.InsertText;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.StatementKind;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Gives the rows keys for which an INSERT leaves the INTEGER PRIMARY KEY to SQLite: the statement that is compiled
 * asks the function {@code ha_key} for each of them. Whether it needs one SQLite's own program of it tells. Belongs to
 * one connection.
 */
final class KeyedInserts {

    private static final String FUNCTION = "ha_key";

    /** Not from triggers and views: what is in the schema runs on all nodes. */
    private static final int DIRECT_ONLY = 0x000080000;

    private static final int MAX_PLANS = 256;
    private static final int MAX_LENGTH = 4_096;

    private final SQLiteConnection connection;
    private final ChangeCounters counters;
    private final KeyTables tables;
    private final List<Column> columns = new ArrayList<>();
    private final Map<String, Plan> plans = new LinkedHashMap<>(64, 0.75f, true);
    private long epoch = -1;

    /** How many numbers were given that were not looked up first. */
    private long unchecked;

    private @Nullable Column lastUnchecked;
    private @Nullable KeysUsedUpException failure;

    /**
     * What is compiled of a statement.
     *
     * @param sql instead of the statement's text; {@code null} for the text itself
     * @param leftAlone a table of which SQLite chooses a key, or {@code null}
     * @param certain whether the connection knew the statement
     */
    record Plan(@Nullable String sql, @Nullable String leftAlone, boolean certain) {

        static final Plan AS_IT_IS = new Plan(null, null, true);
        static final Plan UNKNOWN = new Plan(null, null, false);
    }

    /**
     * A key that statements of this connection ask for.
     *
     * @param checked whether each number is looked up before it is given
     */
    private record Column(KeyNumbers numbers, String table, KeyLookup keys, boolean checked) {}

    KeyedInserts(SQLiteConnection connection, ChangeCounters counters, KeyTables tables) throws SQLException {
        this.connection = connection;
        this.counters = counters;
        this.tables = tables;
        Function.create(connection, FUNCTION, new NextKey(), 1, DIRECT_ONLY);
    }

    /** Whether a statement may have to be compiled differently. */
    static boolean mayConcern(ParsedSql sql) {
        return sql.kind() == StatementKind.WRITE && InsertText.mayBe(sql.text());
    }

    /**
     * What to compile instead of a text.
     *
     * @param sql one that {@linkplain #mayConcern may be concerned}
     * @param schemaEpoch the present one
     */
    Plan plan(String sql, long schemaEpoch) throws SQLException {
        if (epoch != schemaEpoch) {
            forget();
            epoch = schemaEpoch;
        }
        Plan known = plans.get(sql);
        if (known == null) {
            Plan[] made = {Plan.UNKNOWN};
            counters.own(() -> made[0] = make(sql));
            known = made[0];
            if (known.certain() && sql.length() <= MAX_LENGTH) {
                plans.put(sql, known);
                if (plans.size() > MAX_PLANS) {
                    plans.remove(plans.keySet().iterator().next());
                }
            }
        }
        return known;
    }

    /** A statement that was planned so is about to run. */
    void runs(Plan plan, String sql) {
        String table = plan.leftAlone();
        if (table != null) {
            tables.leftAlone(table, sql);
        }
    }

    private void forget() throws SQLException {
        plans.clear();
        for (Column column : columns) {
            column.keys().close();
        }
        columns.clear();
    }

    private Plan make(String sql) throws SQLException {
        InsertProgram plain;
        try {
            plain = InsertProgram.of(connection, sql, FUNCTION);
        } catch (SQLException e) {
            // says it when it is run
            return Plan.UNKNOWN;
        }
        String byTriggers = keyed(plain.triggersChoose());
        if (plain.chooses().isEmpty()) {
            return new Plan(null, byTriggers, true);
        }
        InsertText text = InsertText.of(sql);
        String keyed = text == null ? null : withKey(sql, text, plain);
        if (keyed != null) {
            return new Plan(keyed.equals(sql) ? null : keyed, byTriggers, true);
        }
        String left = keyed(plain.chooses());
        return new Plan(null, left == null ? byTriggers : left, true);
    }

    private @Nullable String withKey(String sql, InsertText text, InsertProgram plain) throws SQLException {
        TableDefinition table = TableDefinition.find(connection, text.table());
        String alias = table == null ? null : table.rowidAlias();
        if (table == null || alias == null || !plain.chooses().contains(rootPage(table.name()))) {
            return null;
        }
        int column = column(table, alias, text.resolvesConflicts());
        String keyed = text.withKey(table, FUNCTION + "(" + column + ")");
        if (keyed == null) {
            return null;
        }
        if (keyed.equals(sql)) {
            // the keys are literals
            return sql;
        }
        try {
            InsertProgram program = InsertProgram.of(connection, keyed, FUNCTION);
            if (!program.asks() || program.parameters() != plain.parameters()) {
                return null;
            }
            if (program.refuses() || columns.get(column).checked()) {
                return keyed;
            }
            // the table's own ON CONFLICT clause
            return text.withKey(table, FUNCTION + "(" + column(table, alias, true) + ")");
        } catch (SQLException e) {
            return null;
        }
    }

    /** One of the tables with these root pages that has an INTEGER PRIMARY KEY, or {@code null}. */
    private @Nullable String keyed(Set<Long> rootPages) throws SQLException {
        for (long page : rootPages) {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT name FROM main.sqlite_schema WHERE rootpage = ?")) {
                statement.setLong(1, page);
                try (ResultSet rows = statement.executeQuery()) {
                    TableDefinition table =
                            page > 0 && rows.next() ? TableDefinition.find(connection, rows.getString(1)) : null;
                    if (table != null && table.rowidAlias() != null) {
                        return table.name();
                    }
                }
            }
        }
        return null;
    }

    private long rootPage(String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT rootpage FROM main.sqlite_schema WHERE type = 'table' AND name = ?")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getLong(1) : -1;
            }
        }
    }

    private int column(TableDefinition table, String alias, boolean checked) throws SQLException {
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            if (column.table().equals(table.name()) && column.checked() == checked) {
                return i;
            }
        }
        KeyLookup keys = new KeyLookup(connection, table.name(), alias);
        columns.add(new Column(tables.of(table.name()), table.name(), keys, checked));
        return columns.size() - 1;
    }

    // ---- while a statement runs

    /** How many numbers were given without looking whether there is a row with it. */
    long unchecked() {
        return unchecked;
    }

    /**
     * Whether a statement that failed can be run again with other numbers, because one that it was given may be the
     * key of a row.
     *
     * @param before {@link #unchecked} before it ran
     */
    boolean collided(SQLException e, long before) {
        Column column = lastUnchecked;
        if (unchecked == before
                || column == null
                || !(e instanceof SQLiteException sqlite)
                || sqlite.getResultCode() != SQLiteErrorCode.SQLITE_CONSTRAINT_PRIMARYKEY) {
            return false;
        }
        column.numbers().suspect();
        return true;
    }

    /** What to tell the application of a statement that failed. */
    SQLException cause(SQLException e) {
        KeysUsedUpException usedUp = failure;
        failure = null;
        if (usedUp == null) {
            return e;
        }
        usedUp.addSuppressed(e);
        return usedUp;
    }

    private long nextKey(int index) throws SQLException {
        if (index < 0 || index >= columns.size()) {
            throw new SQLException(FUNCTION + " is not for the application to call");
        }
        Column column = columns.get(index);
        try {
            long number = column.numbers().next(column.keys(), column.checked());
            if (!column.checked()) {
                unchecked++;
                lastUnchecked = column;
            }
            return number;
        } catch (KeysUsedUpException e) {
            failure = e;
            throw e;
        }
    }

    private final class NextKey extends Function {

        @Override
        protected void xFunc() throws SQLException {
            long number = nextKey(value_int(0));
            if (number > 0) {
                result(number);
            } else {
                result();
            }
        }
    }
}
