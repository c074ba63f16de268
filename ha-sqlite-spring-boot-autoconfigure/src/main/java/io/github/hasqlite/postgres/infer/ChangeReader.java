package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.postgres.type.ColumnType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
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
        String alias = tables.alias(table);
        scope.table(table, alias);
        List<String> names = cursor.is("(") && !statements.isQuery(cursor.at + 1) ? statements.names() : null;
        int named = cursor.at;
        overriding();
        if (cursor.skipWord("DEFAULT")) {
            cursor.skipWord("VALUES");
        } else if (cursor.skipWord("VALUES")) {
            int width;
            do {
                width = values(scope, table, names);
            } while (cursor.skip(","));
            name(named, width, columns(scope, table, names), names);
        } else {
            selected(outer, named, columns(scope, table, names), names);
        }
        Scope updated = scope.inner();
        updated.table(table, "excluded");
        while (cursor.isWord("ON") && cursor.tokens.isWord(cursor.at + 1, "CONFLICT")) {
            conflict(updated, table);
        }
        return new ReturningReader(cursor, findings, statements).read(scope, table, alias);
    }

    /** A key that is given counts, as SQLite has it. */
    private void overriding() throws SQLException {
        if (!cursor.isWord("OVERRIDING")) {
            return;
        }
        if (cursor.tokens.isWord(cursor.at + 1, "USER")) {
            throw new SQLException(
                    "OVERRIDING USER VALUE is not supported: leave the identity column out, so that it counts",
                    "0A000");
        }
        findings.remove(cursor.at, cursor.at + 3);
        cursor.at += 3;
    }

    /** The rows of a query, which SQLite wants without parentheses. */
    private void selected(Scope outer, int named, List<TableColumns.Column> columns, @Nullable List<String> names)
            throws SQLException {
        int open = cursor.at;
        int close = cursor.is("(") ? cursor.tokens.closing(open) : -1;
        boolean enclosed = close > 0
                && statements.isQuery(open + 1)
                && !cursor.tokens.get(close + 1).isName();
        if (enclosed) {
            findings.remove(open, open + 1);
            findings.remove(close, close + 1);
            cursor.at++;
        }
        int start = cursor.at;
        Query query = statements.query(outer.inner());
        int end = cursor.at;
        cursor.at = enclosed ? close + 1 : end;
        boolean starred = query.columns().stream().anyMatch(Query.Item::star);
        int width = starred ? columns.size() : query.columns().size();
        name(named, width, columns, names);
        assignments.store(query, start, end, columns.subList(0, Math.min(width, columns.size())));
    }

    /** SQLite wants as many values as there are columns, unless some are named. */
    private void name(int place, int width, List<TableColumns.Column> columns, @Nullable List<String> names) {
        if (names == null && width > 0 && width < columns.size()) {
            findings.after(
                    place - 1,
                    columns.stream()
                            .limit(width)
                            .map(column -> SqlIdentifier.quote(column.name()))
                            .collect(Collectors.joining(", ", " (", ")")));
        }
    }

    /** How many there are. */
    private int values(Scope scope, String table, @Nullable List<String> names) throws SQLException {
        int position = 0;
        if (!cursor.skip("(")) {
            return position;
        }
        do {
            if (!cursor.skipWord("DEFAULT")) {
                int start = cursor.at;
                Term value = expressions.read(scope);
                store(value, start, cursor.at, columns(scope, table, names), position);
            }
            position++;
        } while (cursor.skip(","));
        statements.close();
        return position;
    }

    private void conflict(Scope scope, String table) throws SQLException {
        cursor.at += 2;
        if (cursor.skip("(")) {
            expressions.list(scope);
            statements.close();
        }
        statements.clauses().read(scope, List.of());
        if (cursor.skipWord("DO") && cursor.skipWord("UPDATE")) {
            assignments(scope, table);
            statements.clauses().read(scope, List.of());
        } else {
            cursor.skipWord("NOTHING");
        }
    }

    Query update(Scope outer) throws SQLException {
        cursor.at++;
        if (cursor.skipWord("OR")) {
            cursor.at++;
        }
        tables.only();
        Scope scope = outer.inner();
        String table = tables.name();
        String alias = tables.changedAs(table);
        scope.table(table, alias);
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
        statements.clauses().read(scope, List.of());
        return new ReturningReader(cursor, findings, statements).read(scope, table, alias);
    }

    Query delete(Scope outer) throws SQLException {
        cursor.at++;
        cursor.skipWord("FROM");
        tables.only();
        Scope scope = outer.inner();
        String table = tables.name();
        String alias = tables.changedAs(table);
        scope.table(table, alias);
        if (cursor.skipWord("USING")) {
            tables.read(scope);
        }
        statements.clauses().read(scope, List.of());
        return new ReturningReader(cursor, findings, statements).read(scope, table, alias);
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
