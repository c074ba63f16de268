package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.UndoConflict;
import io.github.hasqlite.UndoConflict.Kind;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.ValueStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Checks what rows that were written refer to, and what refers to them, where SQLite was told not to. Only these rows are
 * looked at, whatever the size of the tables. Not thread-safe; used with the write lock held.
 */
final class ForeignKeys implements AutoCloseable {

    private final SQLiteConnection connection;
    private final CurrentRows rows;
    private final Map<String, List<Reference>> ofChild = new HashMap<>();
    private final Map<String, List<Reference>> ofParent = new HashMap<>();
    private final Map<String, ValueStatement> statements = new HashMap<>();

    /** A foreign key: its columns and what they refer to. */
    private record Reference(String child, List<String> from, String parent, List<String> to) {}

    ForeignKeys(SQLiteConnection connection, CurrentRows rows) throws SQLException {
        this.connection = connection;
        this.rows = rows;
        readSchema();
    }

    /**
     * What does not hold after rows were written.
     *
     * @param done what was done to them
     */
    List<UndoConflict> broken(List<Change> done) throws SQLException {
        List<UndoConflict> broken = new ArrayList<>();
        if (ofChild.isEmpty()) {
            return broken;
        }
        for (Change change : done) {
            String table = SqlIdentifier.fold(change.table());
            if (!change.newValues().isEmpty()) {
                for (Reference reference : ofChild.getOrDefault(table, List.of())) {
                    checkParent(reference, change, broken);
                }
            }
            if (!change.oldValues().isEmpty()) {
                for (Reference reference : ofParent.getOrDefault(table, List.of())) {
                    checkChildren(reference, change, broken);
                }
            }
        }
        return broken.stream().distinct().toList();
    }

    private void checkParent(Reference reference, Change change, List<UndoConflict> broken) throws SQLException {
        List<Object> values = values(change, change.newValues(), reference.from());
        if (values == null || exists(reference.parent(), reference.to(), values)) {
            return;
        }
        ValueList key = RowKey.primaryKey(change, change.newValues());
        // a later change may have made it another row again
        if (key == null || isStill(change, key)) {
            broken.add(new UndoConflict(Kind.MISSING, reference.parent(), new ArrayList<>(values), 0));
        }
    }

    private boolean isStill(Change change, ValueList key) throws SQLException {
        List<@Nullable Object> now =
                rows.find(new RowKey(SqlIdentifier.fold(change.table()), key, false), withoutRowid(change));
        return now != null && ValueList.same(now, change.newValues());
    }

    private static Change withoutRowid(Change change) {
        return Change.insert(change.table(), change.columns(), change.pkColumns(), null, change.newValues());
    }

    private void checkChildren(Reference reference, Change change, List<UndoConflict> broken) throws SQLException {
        List<Object> values = values(change, change.oldValues(), reference.to());
        if (values == null || exists(reference.parent(), reference.to(), values)) {
            return;
        }
        List<String> key = primaryKey(reference.child());
        ValueStatement select = statement(
                "children " + reference.child() + reference.from(),
                "SELECT " + (key.isEmpty() ? "rowid" : SqlIdentifier.quoteAll(key)) + " FROM main."
                        + SqlIdentifier.quote(reference.child()) + " WHERE " + condition(reference.from())
                        + " LIMIT 100");
        bind(select, values);
        try (ResultSet found = select.query()) {
            while (found.next()) {
                List<@Nullable Object> child = new ArrayList<>();
                for (int i = 1; i <= Math.max(1, key.size()); i++) {
                    Object value = found.getObject(i);
                    child.add(value instanceof Integer small ? Long.valueOf(small) : value);
                }
                broken.add(new UndoConflict(Kind.REFERENCES, reference.child(), child, 0));
            }
        }
    }

    /** Values of some columns; {@code null} if one of them is NULL, which refers to nothing. */
    private static @Nullable List<Object> values(Change change, List<@Nullable Object> row, List<String> columns) {
        List<Object> values = new ArrayList<>();
        for (String column : columns) {
            int at = 0;
            while (at < change.columns().size()
                    && !SqlIdentifier.isSame(change.columns().get(at), column)) {
                at++;
            }
            Object value = at < row.size() ? row.get(at) : null;
            if (value == null) {
                return null;
            }
            values.add(value);
        }
        return values;
    }

    private boolean exists(String table, List<String> columns, List<Object> values) throws SQLException {
        ValueStatement select = statement(
                "exists " + table + columns,
                "SELECT 1 FROM main." + SqlIdentifier.quote(table) + " WHERE " + condition(columns) + " LIMIT 1");
        bind(select, values);
        try (ResultSet found = select.query()) {
            return found.next();
        }
    }

    private static String condition(List<String> columns) {
        StringJoiner terms = new StringJoiner(" AND ");
        columns.forEach(column -> terms.add(SqlIdentifier.quote(column) + "=?"));
        return terms.toString();
    }

    private static void bind(ValueStatement statement, List<Object> values) {
        for (int i = 0; i < values.size(); i++) {
            statement.set(i + 1, values.get(i));
        }
    }

    private ValueStatement statement(String name, String sql) {
        return statements.computeIfAbsent(name, fresh -> new ValueStatement(connection, () -> sql));
    }

    // ---- the schema

    private void readSchema() throws SQLException {
        Map<String, Map<Integer, Reference>> read = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT s.name, f.id, f.\"table\", f.\"from\", f.\"to\""
                        + " FROM main.sqlite_schema s, pragma_foreign_key_list(s.name, 'main') f"
                        + " WHERE s.type = 'table' ORDER BY s.name, f.id, f.seq")) {
            while (found.next()) {
                String child = found.getString(1);
                String parent = found.getString(3);
                Reference reference = read.computeIfAbsent(child, fresh -> new HashMap<>())
                        .computeIfAbsent(
                                found.getInt(2),
                                fresh -> new Reference(child, new ArrayList<>(), parent, new ArrayList<>()));
                reference.from().add(found.getString(4));
                String to = found.getString(5);
                if (to != null) {
                    reference.to().add(to);
                }
            }
        }
        for (Map<Integer, Reference> references : read.values()) {
            for (Reference reference : references.values()) {
                add(reference);
            }
        }
    }

    private void add(Reference read) throws SQLException {
        // without names it refers to the primary key
        List<String> to = read.to().isEmpty() ? primaryKey(read.parent()) : read.to();
        if (to.size() == read.from().size()) {
            Reference reference = new Reference(read.child(), read.from(), read.parent(), to);
            ofChild.computeIfAbsent(SqlIdentifier.fold(read.child()), fresh -> new ArrayList<>())
                    .add(reference);
            ofParent.computeIfAbsent(SqlIdentifier.fold(read.parent()), fresh -> new ArrayList<>())
                    .add(reference);
        }
    }

    private List<String> primaryKey(String table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (var statement =
                connection.prepareStatement("SELECT name FROM pragma_table_info(?, 'main') WHERE pk > 0 ORDER BY pk")) {
            statement.setString(1, table);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    columns.add(found.getString(1));
                }
            }
        }
        return columns;
    }

    @Override
    public void close() throws SQLException {
        for (ValueStatement statement : statements.values()) {
            statement.close();
        }
    }
}
