package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.ClockSpelling;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Columns of a table that is being made, with what belongs to them. */
record ColumnDefinitions(Cursor cursor, Findings findings, StatementReader statements) {

    /** Words that end the type of a column. */
    private static final Set<String> CONSTRAINTS = Set.of(
            "constraint",
            "primary",
            "not",
            "null",
            "unique",
            "check",
            "default",
            "collate",
            "references",
            "generated",
            "as");

    /** Words that begin what is no column. */
    private static final Set<String> OF_TABLES =
            Set.of("constraint", "primary", "unique", "check", "foreign", "exclude", "like");

    /** All that is in parentheses. */
    void read(Scope outer) throws SQLException {
        int open = cursor.at;
        int close = cursor.tokens.closing(open);
        Scope scope = outer.inner();
        List<Query.Item> columns = new ArrayList<>();
        for (int i = open + 1; i < close; i = next(i, close)) {
            columns.add(Query.Item.of(cursor.tokens.get(i).name(), column(i)));
        }
        scope.derived("", columns);
        for (int i = open + 1; i < close; i = next(i, close)) {
            constraints(scope, i, next(i, close), column(i));
        }
    }

    void added(Scope scope) throws SQLException {
        int at = cursor.at;
        Term column = column(at);
        scope.derived("", List.of(Query.Item.of(cursor.tokens.get(at).name(), column)));
        constraints(scope, at, cursor.tokens.size(), column);
    }

    /** Behind the comma that follows. */
    private int next(int from, int close) {
        int at = from;
        while (at < close && !cursor.tokens.is(at, ",")) {
            at = cursor.tokens.is(at, "(") ? cursor.tokens.closing(at) + 1 : at + 1;
        }
        return at + 1;
    }

    private Term column(int at) throws SQLException {
        StringBuilder type = new StringBuilder();
        boolean column = !is(at, OF_TABLES);
        for (int i = at + 1; column && i < cursor.tokens.size() && !is(i, CONSTRAINTS); i++) {
            if (cursor.tokens.is(i, ",") || cursor.tokens.is(i, ")")) {
                break;
            }
            if (cursor.tokens.is(i, "[") || cursor.tokens.isWord(i, "ARRAY")) {
                throw new SQLException(
                        "column \"" + cursor.tokens.get(at).name()
                                + "\" cannot be an array: SQLite has none; declare it"
                                + " JSON, or make a table of its elements",
                        SqlStates.FEATURE_NOT_SUPPORTED);
            }
            int end = cursor.tokens.is(i, "(") ? cursor.tokens.closing(i) : i;
            while (i < end) {
                type.append(cursor.tokens.get(i++).text());
            }
            type.append(cursor.tokens.get(i).text()).append(' ');
        }
        ColumnType declared = DeclaredTypes.of(type.toString());
        Term term = Term.of(findings, declared.certain() ? declared.type() : null);
        term.column = true;
        term.announced = declared.certain() ? declared : null;
        return term;
    }

    private boolean is(int at, Set<String> words) {
        return cursor.tokens.get(at).kind() == Kind.WORD
                && words.contains(cursor.tokens.get(at).name());
    }

    /** SQLite's own form of the moment does not sort with what is stored otherwise. */
    private void clock(int place, @Nullable PgType type) {
        boolean whole = cursor.tokens.is(place + 1, "(")
                && cursor.tokens.get(place + 2).text().equals("0");
        String seconds = whole ? "%S.000000000" : "%f000000";
        if (cursor.tokens.is(place + 1, "(")) {
            for (int i = 0; i < 3; i++) {
                findings.literal(cursor.at++, "");
            }
        }
        if (type == PgType.TIMESTAMP || type == PgType.TIMESTAMPTZ) {
            String zone = type == PgType.TIMESTAMPTZ ? "Z" : "";
            findings.literal(place, "(strftime('%Y-%m-%dT%H:%M:" + seconds + zone + "', 'now'))");
        } else if (type == PgType.TIME) {
            findings.literal(place, "(strftime('%H:%M:" + seconds + "', 'now'))");
        } else if (type == PgType.DATE) {
            findings.literal(place, "CURRENT_DATE");
        }
    }

    private void constraints(Scope scope, int from, int to, Term column) throws SQLException {
        cursor.at = from;
        while (cursor.at < to && !cursor.atEnd()) {
            boolean check = cursor.isWord("CHECK");
            if (check || cursor.isWord("AS") || cursor.isWord("DEFAULT")) {
                cursor.at++;
                if (check) {
                    condition(scope);
                } else {
                    value(scope, column);
                }
            } else {
                cursor.at = cursor.is("(") ? cursor.tokens.closing(cursor.at) + 1 : cursor.at + 1;
            }
        }
    }

    private void condition(Scope scope) throws SQLException {
        int close = cursor.tokens.closing(cursor.at);
        if (cursor.skip("(")) {
            statements.expression(scope).resolve(PgType.BOOL);
            cursor.at = close + 1;
        }
    }

    /** Of DEFAULT or a generated column. */
    private void value(Scope scope, Term column) throws SQLException {
        int close = cursor.tokens.closing(cursor.at);
        if (cursor.is("(") && close == cursor.at + 2 && ClockSpelling.isClock(cursor.tokens, cursor.at + 1)) {
            cursor.at++;
            clock(cursor.at++, column.type);
            cursor.at++;
        } else if (cursor.skip("(")) {
            findings.spellClocks();
            int start = cursor.at;
            Term value = statements.expression(scope);
            assign(column, new Comparison.Operand(value, start, cursor.at));
            cursor.at = close + 1;
        } else if (cursor.token().kind() == Kind.TEXT) {
            // NOT NULL may follow, which is no part of the value
            Term value = Term.open(findings, cursor.at);
            assign(column, new Comparison.Operand(value, cursor.at, ++cursor.at));
        } else if (cursor.token().kind() == Kind.NUMBER) {
            Term value = Term.of(findings, PgType.NUMERIC);
            assign(column, new Comparison.Operand(value, cursor.at, ++cursor.at));
        } else if (ClockSpelling.isClock(cursor.tokens, cursor.at)) {
            clock(cursor.at++, column.type);
        } else if (cursor.isWord("TRUE") || cursor.isWord("FALSE")) {
            Term value = Term.of(findings, PgType.BOOL);
            assign(column, new Comparison.Operand(value, cursor.at, ++cursor.at));
        }
    }

    private void assign(Term column, Comparison.Operand value) throws SQLException {
        value.term().resolve(column.type);
        if (column.announced != null) {
            new Assignment(findings).to(column.announced, value);
        }
    }
}
