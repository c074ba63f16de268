package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.JsonNumber;
import io.github.hasqlite.postgres.type.PgType;
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
            Query query = statements.query(outer.inner());
            List<Query.Item> answered = query.columns();
            for (int i = 0; i < answered.size() && !answered.get(i).star(); i++) {
                Query.Item item = answered.get(i);
                store(item.term(), item.place(), scope, table, names, i);
            }
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
                store(value, new Comparison.Operand(value, start, cursor.at), scope, table, names, position);
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
        statements.clauses(scope);
        if (cursor.skipWord("DO") && cursor.skipWord("UPDATE")) {
            assignments(scope, table);
            statements.clauses(scope);
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
        statements.clauses(scope);
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
        statements.clauses(scope);
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
            int start = cursor.at;
            Term value = expressions.read(scope);
            Comparison.Operand place = names.size() > 1 ? null : new Comparison.Operand(value, start, cursor.at);
            List<Term> terms = names.size() > 1 ? value.elements : List.of(value);
            for (int i = 0; i < terms.size() && i < names.size(); i++) {
                store(terms.get(i), place, scope, table, names, i);
            }
        } while (cursor.skip(","));
    }

    /**
     * @param place where the value is; {@code null} if it is a part of something else
     * @param names of the columns that are given; {@code null} for all
     */
    private void store(
            Term term,
            Comparison.@Nullable Operand place,
            Scope scope,
            String table,
            @Nullable List<String> names,
            int position)
            throws SQLException {
        boolean moment = Comparison.isMoment(term.type);
        if (!term.isOpen() && term.single < 0 && term.from >= term.to && !moment) {
            return;
        }
        List<TableColumns.Column> columns = scope.columns(table);
        TableColumns.Column column = null;
        if (names == null) {
            column = position < columns.size() ? columns.get(position) : null;
        } else if (position < names.size()) {
            String name = names.get(position);
            for (TableColumns.Column candidate : columns) {
                column = candidate.name().equalsIgnoreCase(name) ? candidate : column;
            }
        }
        if (column != null && column.type().certain()) {
            if (moment) {
                assign(term, place, column);
            }
            store(term, column);
        }
    }

    private void assign(Term term, Comparison.@Nullable Operand place, TableColumns.Column column) throws SQLException {
        PgType type = column.type().type();
        if (place != null) {
            Comparison.assign(findings, place, type);
        } else if (term.type != type && Comparison.isMoment(type) && term.type != null) {
            findings.refuse("a " + term.type.display() + " cannot be stored in column \"" + column.name()
                    + "\" from here, which is " + type.display() + ": write it with a cast, x::" + type.typname());
        }
    }

    private void store(Term term, TableColumns.Column column) throws SQLException {
        ColumnType type = column.type();
        term.resolve(type.type());
        if (type.type() == PgType.JSON || type.type() == PgType.JSONB) {
            json(term);
            for (Term alternative : term.alternatives) {
                json(alternative);
            }
            return;
        }
        if (term.single < 0 || !isNumeric(type.type())) {
            return;
        }
        SqlToken token = cursor.tokens.get(term.single);
        if (token.kind() == Kind.PARAMETER) {
            findings.exact(term.single);
        } else {
            String text = token.kind() == Kind.TEXT ? token.literal().strip() : token.text();
            ExactNumbers.require(text, column.name());
        }
    }

    /** Of a text that is a number the column would make one. */
    private void json(Term term) throws SQLException {
        if (term.single >= 0 && cursor.tokens.get(term.single).kind() == Kind.TEXT && term.to == term.from + 1) {
            JsonNumber.kept(cursor.tokens.get(term.single).literal());
        } else if (term.to > term.from && !cursor.tokens.isWord(term.from, "NULL")) {
            findings.before(term.from, "ha_kept(");
            findings.after(term.to - 1, ")");
        }
    }

    private static boolean isNumeric(PgType type) {
        return type == PgType.NUMERIC || type == PgType.INT8 || type == PgType.INT4 || type == PgType.INT2;
    }
}
