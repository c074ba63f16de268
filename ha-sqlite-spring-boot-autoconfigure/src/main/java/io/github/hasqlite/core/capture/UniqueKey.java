package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.sqlite.IndexText;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.TokenList;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A key that no two rows of a table can share: the rowid or a unique index. Immutable.
 *
 * @param condition finds, in a trigger on the table, the rows that have the key of the row NEW; it may
 *     find more
 * @param columns the columns that an UPDATE must set to change the key; empty if that is not known
 */
record UniqueKey(String condition, Set<String> columns) {

    /** The names that an UPDATE can call the rowid by. */
    private static final List<String> ROWID_NAMES = List.of("rowid", "_rowid_", "oid");

    private static final String NEW = "NEW.";
    private static final Set<String> CONSTANTS =
            Set.of("NULL", "TRUE", "FALSE", "CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP");

    /**
     * Reads the keys of an ordinary table.
     *
     * @throws SQLException if the schema cannot be read
     */
    static List<UniqueKey> readAll(Connection connection, TableDefinition table) throws SQLException {
        List<UniqueKey> keys = new ArrayList<>();
        String rowid = table.rowidAlias() == null ? table.rowidName() : SqlIdentifier.quote(table.rowidAlias());
        if (!table.withoutRowid() && rowid != null) {
            Set<String> names = new TreeSet<>(ROWID_NAMES);
            if (table.rowidAlias() != null) {
                names.add(table.rowidAlias());
            }
            keys.add(new UniqueKey(rowid + " = " + NEW + rowid, Set.copyOf(names)));
        }
        Map<String, Column> columns = columns(connection, table.name());
        for (Index index : indexes(connection, table.name())) {
            UniqueKey key = of(connection, table, index, columns);
            if (key != null) {
                keys.add(key);
            }
        }
        return List.copyOf(keys);
    }

    private record Index(String name, boolean partial) {}

    /** A column with what INSERT OR REPLACE puts into it instead of NULL. */
    private record Column(
            String name, boolean generated, @Nullable String insteadOfNull) {}

    private static Map<String, Column> columns(Connection connection, String table) throws SQLException {
        Map<String, Column> columns = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT name, \"notnull\", dflt_value, hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String insteadOfNull = rows.getBoolean(2) ? expression(rows.getString(3)) : null;
                    columns.put(rows.getString(1), new Column(rows.getString(1), rows.getInt(4) >= 2, insteadOfNull));
                }
            }
        }
        return columns;
    }

    /** A default value as an expression: SQLite takes a name there as a text. */
    private static @Nullable String expression(@Nullable String defaultValue) {
        if (defaultValue == null || defaultValue.isBlank()) {
            return null;
        }
        TokenList tokens = new TokenList(defaultValue);
        boolean name =
                tokens.size() == 1 && tokens.startsName(0) && !CONSTANTS.contains(SqlIdentifier.upper(defaultValue));
        return name ? "'" + tokens.name(0).replace("'", "''") + "'" : "(" + defaultValue + "\n)";
    }

    private static List<Index> indexes(Connection connection, String table) throws SQLException {
        List<Index> indexes = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT name, partial FROM pragma_index_list(?, 'main') WHERE \"unique\" ORDER BY seq")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    indexes.add(new Index(rows.getString(1), rows.getBoolean(2)));
                }
            }
        }
        return indexes;
    }

    private static @Nullable UniqueKey of(
            Connection connection, TableDefinition table, Index index, Map<String, Column> columns)
            throws SQLException {
        List<Term> terms = terms(connection, index.name);
        boolean expressions = terms.stream().anyMatch(term -> term.column == null);
        IndexText text = expressions || index.partial ? IndexText.parse(createStatement(connection, index.name)) : null;
        String condition = condition(table, terms, columns, text, NEW);
        if (text != null && !compiles(connection, table, condition(table, terms, columns, text, ""))) {
            return null;
        }
        boolean known = !expressions
                && terms.stream().noneMatch(term -> term.column != null && isGenerated(columns, term.column))
                && !index.partial;
        Set<String> names = known
                ? terms.stream().map(term -> String.valueOf(term.column)).collect(Collectors.toUnmodifiableSet())
                : Set.of();
        return new UniqueKey(condition, names);
    }

    private static boolean isGenerated(Map<String, Column> columns, String name) {
        Column column = columns.get(name);
        return column != null && column.generated;
    }

    /** One column of an index, {@code null} if it is an expression. */
    private record Term(@Nullable String column, String collation) {}

    private static List<Term> terms(Connection connection, String index) throws SQLException {
        List<Term> terms = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT name, coll FROM pragma_index_xinfo(?, 'main') WHERE key ORDER BY seqno")) {
            statement.setString(1, index);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    terms.add(new Term(rows.getString(1), rows.getString(2)));
                }
            }
        }
        return terms;
    }

    private static String createStatement(Connection connection, String index) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT sql FROM main.sqlite_schema WHERE type = 'index' AND name = ?")) {
            statement.setString(1, index);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : "";
            }
        }
    }

    private static String condition(
            TableDefinition table,
            List<Term> terms,
            Map<String, Column> columns,
            @Nullable IndexText text,
            String row) {
        List<String> conditions = new ArrayList<>();
        for (int i = 0; i < terms.size(); i++) {
            Term term = terms.get(i);
            String collation = " COLLATE " + SqlIdentifier.quote(term.collation);
            if (term.column != null) {
                conditions.add(SqlIdentifier.quote(term.column) + collation + " = "
                        + value(columns.get(term.column), term.column, row));
            } else if (text != null && i < text.terms().size()) {
                String expression = "(" + text.terms().get(i) + ")";
                conditions.add(expression + collation + " = (SELECT " + expression + " FROM " + row(table, columns, row)
                        + ")");
            }
        }
        if (text != null && text.predicate() != null) {
            conditions.add("(" + text.predicate() + ")");
        }
        return String.join(" AND ", conditions);
    }

    private static String value(@Nullable Column column, String name, String row) {
        String value = row + SqlIdentifier.quote(name);
        return column == null || column.insteadOfNull == null
                ? value
                : "coalesce(" + value + "," + column.insteadOfNull + ")";
    }

    /** The row NEW as a table of one row, whose columns have the type and collation of the table's. */
    private static String row(TableDefinition table, Map<String, Column> columns, String row) {
        String names = columns.values().stream()
                .map(column -> SqlIdentifier.quote(column.name))
                .collect(Collectors.joining(","));
        String values = columns.values().stream()
                .map(column -> value(column, column.name, row))
                .collect(Collectors.joining(","));
        String name = SqlIdentifier.quote(table.name());
        return "(SELECT " + names + " FROM main." + name + " WHERE 0 UNION ALL SELECT " + values
                + (row.isEmpty() ? " FROM main." + name : "") + ") AS " + name;
    }

    /** Whether what was taken from an index's text makes sense; otherwise every write would fail. */
    private static boolean compiles(Connection connection, TableDefinition table, String condition) {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT 1 FROM main." + SqlIdentifier.quote(table.name()) + " WHERE " + condition)) {
            return statement.getParameterMetaData().getParameterCount() == 0;
        } catch (SQLException e) {
            return false;
        }
    }
}
