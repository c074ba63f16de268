package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.ColumnType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads INSERT, UPDATE and DELETE: what is stored in a column is of its type. */
final class ChangeReader {

    private final Cursor cursor;
    private final Findings findings;
    private final ExpressionReader expressions;
    private final FromReader tables;
    private final StatementReader statements;
    private final Assignments assignments;

    ChangeReader(
            Cursor cursor,
            Findings findings,
            ExpressionReader expressions,
            FromReader tables,
            StatementReader statements) {
        this.cursor = cursor;
        this.findings = findings;
        this.expressions = expressions;
        this.tables = tables;
        this.statements = statements;
        this.assignments = new Assignments(cursor, findings);
    }

    Query insert(Scope outer) throws SQLException {
        while (!cursor.atEnd() && !cursor.skipWord("INTO")) {
            cursor.at++;
        }
        Scope scope = outer.inner();
        String table = tables.name();
        scope.table(table, tables.alias(table));
        List<String> names =
                cursor.is("(") && !cursor.tokens.isWord(cursor.at + 1, "SELECT") ? statements.names() : null;
        if (cursor.skipWord("OVERRIDING")) {
            cursor.at += 2;
        }
        if (cursor.skipWord("DEFAULT")) {
            cursor.skipWord("VALUES");
        } else if (cursor.skipWord("VALUES")) {
            do {
                values(scope, table, names);
            } while (cursor.skip(","));
        } else {
            int start = cursor.at;
            Query query = statements.query(outer.inner());
            assignments.store(query, start, cursor.at, columns(scope, table, names));
        }
        Scope updated = scope.inner();
        updated.table(table, "excluded");
        while (cursor.isWord("ON") && cursor.tokens.isWord(cursor.at + 1, "CONFLICT")) {
            conflict(updated, table);
        }
        return returning(scope);
    }

    private void values(Scope scope, String table, @Nullable List<String> names) throws SQLException {
        if (!cursor.skip("(")) {
            return;
        }
        int position = 0;
        do {
            if (!cursor.skipWord("DEFAULT")) {
                int start = cursor.at;
                Term value = expressions.read(scope);
                store(value, start, cursor.at, columns(scope, table, names), position);
            }
            position++;
        } while (cursor.skip(","));
        statements.close();
    }

    private void conflict(Scope scope, String table) throws SQLException {
        cursor.at += 2;
        if (cursor.skip("(")) {
            expressions.list(scope);
            statements.close();
        }
        statements.clauses(scope, List.of());
        if (cursor.skipWord("DO") && cursor.skipWord("UPDATE")) {
            assignments(scope, table);
            statements.clauses(scope, List.of());
        } else {
            cursor.skipWord("NOTHING");
        }
    }

    Query update(Scope outer) throws SQLException {
        cursor.at++;
        if (cursor.skipWord("OR")) {
            cursor.at++;
        }
        cursor.skipWord("ONLY");
        Scope scope = outer.inner();
        String table = tables.name();
        scope.table(table, tables.alias(table));
        int set = cursor.at;
        int from = statements.from(set + 1);
        int behind = from;
        if (from >= 0) {
            cursor.at = from + 1;
            tables.read(scope);
            behind = cursor.at;
            cursor.at = set;
        }
        assignments(scope, table);
        if (from >= 0) {
            cursor.at = behind;
        }
        statements.clauses(scope, List.of());
        return returning(scope);
    }

    Query delete(Scope outer) throws SQLException {
        cursor.at++;
        cursor.skipWord("FROM");
        cursor.skipWord("ONLY");
        Scope scope = outer.inner();
        String table = tables.name();
        scope.table(table, tables.alias(table));
        if (cursor.skipWord("USING")) {
            tables.read(scope);
        }
        statements.clauses(scope, List.of());
        return returning(scope);
    }

    private Query returning(Scope scope) throws SQLException {
        scope.returning();
        return new Query(cursor.skipWord("RETURNING") ? statements.list(scope) : List.of());
    }

    /** {@code SET a = x, (b, c) = (y, z)}. */
    private void assignments(Scope scope, String table) throws SQLException {
        if (!cursor.skipWord("SET")) {
            return;
        }
        do {
            List<String> names = new ArrayList<>();
            if (cursor.is("(")) {
                names = statements.names();
            } else {
                names.add(tables.name());
            }
            if (!cursor.skip("=") || cursor.skipWord("DEFAULT")) {
                continue;
            }
            List<TableColumns.Column> columns = columns(scope, table, names);
            if (names.size() > 1 && cursor.is("(") && statements.isQuery(cursor.at + 1)) {
                int start = ++cursor.at;
                assignments.store(statements.query(scope.inner()), start, cursor.at, columns);
                statements.close();
                continue;
            }
            int start = cursor.at;
            Term value = expressions.read(scope);
            if (names.size() == 1) {
                store(value, start, cursor.at, columns, 0);
            }
            for (int i = 0; i < value.elements.size() && names.size() > 1; i++) {
                Comparison.Operand element = value.elements.get(i);
                store(element.term(), element.from(), element.to(), columns, i);
            }
        } while (cursor.skip(","));
    }

    /** Those of a list of names, or all that are stored in. */
    private static List<TableColumns.Column> columns(Scope scope, String table, @Nullable List<String> names) {
        List<TableColumns.Column> all = scope.columns(table);
        if (names == null) {
            return all.stream().filter(column -> !column.generated()).toList();
        }
        List<TableColumns.Column> columns = new ArrayList<>();
        for (String name : names) {
            columns.add(all.stream()
                    .filter(column -> column.name().equalsIgnoreCase(name))
                    .findFirst()
                    .orElse(new TableColumns.Column(name, ColumnType.ANYTHING)));
        }
        return columns;
    }

    private void store(Term term, int from, int to, List<TableColumns.Column> columns, int position)
            throws SQLException {
        if (position < columns.size()) {
            assignments.store(term, from, to, columns.get(position));
        }
    }
}
