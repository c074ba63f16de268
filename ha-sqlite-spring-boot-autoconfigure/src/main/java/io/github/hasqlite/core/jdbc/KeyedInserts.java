package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.InsertText;
import io.github.hasqlite.core.sqlite.KeyTemplate;
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
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Gives the rows keys for which an INSERT leaves the INTEGER PRIMARY KEY to SQLite. Where a prepared statement inserts
 * one row, the key is one more parameter of what is compiled; elsewhere what is compiled asks the function {@code
 * ha_key} for each row, which costs a call from SQLite into Java. Whether a statement needs keys SQLite's own program of
 * it tells. Belongs to one connection.
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
    private final List<KeyColumn> columns = new ArrayList<>();
    private final Map<String, Plan> plans = new LinkedHashMap<>(64, 0.75f, true);
    private final Map<String, Form> forms = new LinkedHashMap<>(64, 0.75f, true);
    private final KeyTemplates templates = new KeyTemplates();
    private long epoch = -1;

    /** How many numbers were given that were not looked up first. */
    private long unchecked;

    private @Nullable KeyColumn lastUnchecked;
    private @Nullable KeysUsedUpException failure;

    /**
     * What is compiled of a prepared statement.
     *
     * @param sql instead of its text; {@code null} for the text itself
     * @param key of the row, to be bound to the parameter behind all others; {@code null} if there is none such
     * @param leftAlone a table of which SQLite chooses a key, or {@code null}
     * @param certain whether the connection knew the statement
     */
    record Plan(
            @Nullable String sql,
            @Nullable KeyColumn key,
            @Nullable String leftAlone,
            boolean certain) {

        static final Plan AS_IT_IS = new Plan(null, null, null, true);
        private static final Plan UNKNOWN = new Plan(null, null, null, false);
    }

    /**
     * What is known of texts that differ in literals only.
     *
     * @param table into which they insert; {@code null} if they are compiled as they are
     * @param column its key; {@code null} if they are compiled as they are
     * @param index of the key among those that the function knows
     * @param parameter the number of the one that the key is bound to; 0 if a function is asked for it
     * @param leftAlone a table of which SQLite chooses a key, or {@code null}
     */
    private record Form(
            @Nullable TableDefinition table,
            @Nullable KeyColumn column,
            int index,
            int parameter,
            @Nullable String leftAlone) {

        static Form asItIs(@Nullable String leftAlone) {
            return new Form(null, null, 0, 0, leftAlone);
        }
    }

    KeyedInserts(SQLiteConnection connection, ChangeCounters counters, KeyTables tables) throws SQLException {
        this.connection = connection;
        this.counters = counters;
        this.tables = tables;
        Function.create(connection, FUNCTION, new NextKey(), 1, DIRECT_ONLY);
    }

    /** Whether a statement may have to be compiled differently. */
    static boolean mayConcern(ParsedSql sql) {
        return sql.kind() == StatementKind.WRITE && (sql.insert() || InsertText.mayBe(sql.text()));
    }

    /**
     * What to compile of a prepared statement.
     *
     * @param sql one that {@linkplain #mayConcern may be concerned}
     * @param schemaEpoch the present one
     */
    Plan plan(String sql, long schemaEpoch) throws SQLException {
        follow(schemaEpoch);
        Plan known = plans.get(sql);
        if (known == null) {
            InsertText text = InsertText.of(sql);
            Form form = form(sql, text);
            if (form == null) {
                return Plan.UNKNOWN;
            }
            known = plan(sql, text, form);
            keep(plans, sql, known);
        }
        return known;
    }

    private static Plan plan(String sql, @Nullable InsertText text, Form form) {
        TableDefinition table = form.table();
        if (text == null || table == null) {
            return new Plan(null, null, form.leftAlone(), true);
        }
        boolean binds = form.parameter() > 0;
        String keyed = text.withKey(table, binds ? "?" + form.parameter() : call(form.index()));
        return new Plan(sql.equals(keyed) ? null : keyed, binds ? form.column() : null, form.leftAlone(), true);
    }

    /**
     * What to compile of a text that is about to run.
     *
     * @param sql one that {@linkplain #mayConcern may be concerned}
     * @param schemaEpoch the present one
     */
    String textToRun(String sql, long schemaEpoch) throws SQLException {
        follow(schemaEpoch);
        KeyTemplates.Match match = templates.match(sql);
        if (match != null) {
            runs(match.template().leftAlone(), sql);
            return withKey(match.text(), match.template().column());
        }
        InsertText text = InsertText.of(sql);
        Form form = form(sql, text);
        if (form == null) {
            return sql;
        }
        runs(form.leftAlone(), sql);
        TableDefinition table = form.table();
        KeyColumn column = form.column();
        if (text == null || table == null || column == null) {
            return sql;
        }
        KeyTemplate template = text.keyTemplate(table);
        KeyTemplate.Keyless keyless = template == null ? null : template.apply(sql);
        if (template == null || keyless == null) {
            return Objects.requireNonNullElse(text.withKey(table, call(form.index())), sql);
        }
        templates.add(new KeyTemplates.Template(template, column, form.leftAlone()));
        return withKey(keyless, column);
    }

    private String withKey(KeyTemplate.Keyless text, KeyColumn column) throws SQLException {
        long number = next(column);
        return text.with(number > 0 ? Long.toString(number) : "NULL");
    }

    /** What is known of texts of this one's form; {@code null} if it says itself what is wrong with it when it is run. */
    private @Nullable Form form(String sql, @Nullable InsertText text) throws SQLException {
        String shape = text == null ? null : text.form();
        String name = shape == null ? sql : shape;
        Form known = forms.get(name);
        if (known == null) {
            @Nullable Form[] made = new @Nullable Form[1];
            counters.own(() -> made[0] = make(sql, text));
            known = made[0];
            if (known != null) {
                keep(forms, name, known);
            }
        }
        return known;
    }

    private static <T> void keep(Map<String, T> among, String name, T what) {
        if (name.length() <= MAX_LENGTH) {
            among.put(name, what);
            if (among.size() > MAX_PLANS) {
                among.remove(among.keySet().iterator().next());
            }
        }
    }

    /** A statement is about to run that leaves a key of a table to SQLite. */
    void runs(@Nullable String leftAlone, String sql) {
        if (leftAlone != null) {
            tables.leftAlone(leftAlone, sql);
        }
    }

    private void follow(long schemaEpoch) throws SQLException {
        if (epoch != schemaEpoch) {
            forget();
            epoch = schemaEpoch;
        }
    }

    private void forget() throws SQLException {
        plans.clear();
        forms.clear();
        templates.clear();
        for (KeyColumn column : columns) {
            column.keys().close();
        }
        columns.clear();
    }

    private @Nullable Form make(String sql, @Nullable InsertText text) throws SQLException {
        InsertProgram plain = compiled(sql);
        if (plain == null) {
            return null;
        }
        String byTriggers = keyed(plain.triggersChoose());
        if (plain.chooses().isEmpty()) {
            return Form.asItIs(byTriggers);
        }
        Form keyed = text == null ? null : withKey(sql, text, plain, byTriggers);
        if (keyed != null) {
            return keyed;
        }
        String left = keyed(plain.chooses());
        return Form.asItIs(left == null ? byTriggers : left);
    }

    private @Nullable Form withKey(String sql, InsertText text, InsertProgram plain, @Nullable String byTriggers)
            throws SQLException {
        TableDefinition table = TableDefinition.find(connection, text.table());
        String alias = table == null ? null : table.rowidAlias();
        if (table == null || alias == null || !plain.chooses().contains(rootPage(table.name()))) {
            return null;
        }
        boolean checked = text.resolvesConflicts();
        String keyed = text.withKey(table, call(column(table, alias, checked)));
        if (keyed == null) {
            return null;
        }
        if (keyed.equals(sql)) {
            // the keys are literals
            return Form.asItIs(byTriggers);
        }
        InsertProgram program = compiled(keyed);
        if (program == null || !program.asks() || program.parameters() != plain.parameters()) {
            return null;
        }
        // otherwise the table has an ON CONFLICT clause of its own
        int column = column(table, alias, checked || !program.refuses());
        int parameter = plain.parameters() + 1;
        String bound = text.leavesOneKey(table) ? text.withKey(table, "?" + parameter) : null;
        InsertProgram binding = bound == null ? null : compiled(bound);
        // a parameter without a number behind the key would get the next one
        boolean binds = binding != null && binding.parameters() == parameter;
        return new Form(table, columns.get(column), column, binds ? parameter : 0, byTriggers);
    }

    private static String call(int column) {
        return FUNCTION + "(" + column + ")";
    }

    private @Nullable InsertProgram compiled(String sql) {
        try {
            return InsertProgram.of(connection, sql, FUNCTION);
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
            KeyColumn column = columns.get(i);
            if (column.table().equals(table.name()) && column.checked() == checked) {
                return i;
            }
        }
        KeyLookup keys = new KeyLookup(connection, table.name(), alias);
        columns.add(new KeyColumn(this, tables.of(table.name()), table.name(), keys, checked));
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
        KeyColumn column = lastUnchecked;
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
        if (usedUp != e) {
            usedUp.addSuppressed(e);
        }
        return usedUp;
    }

    /** The next key of a row; 0 if SQLite has to choose. */
    long next(KeyColumn column) throws SQLException {
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
            int index = value_int(0);
            if (index < 0 || index >= columns.size()) {
                throw new SQLException(FUNCTION + " is not for the application to call");
            }
            long number = next(columns.get(index));
            if (number > 0) {
                result(number);
            } else {
                result();
            }
        }
    }
}
