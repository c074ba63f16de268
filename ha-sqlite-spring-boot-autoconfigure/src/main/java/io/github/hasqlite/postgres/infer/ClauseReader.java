package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.List;

/** Reads what follows the tables of a query: conditions, groups, windows, order and limits. */
record ClauseReader(Cursor cursor, Findings findings, ExpressionReader expressions) {

    /** WHERE, GROUP BY, HAVING, WINDOW. */
    void read(Scope scope, List<Query.Item> answered) throws SQLException {
        if (cursor.skipWord("WHERE")) {
            expressions.read(scope).resolve(PgType.BOOL);
        }
        if (cursor.isWord("GROUP") && cursor.tokens.isWord(cursor.at + 1, "BY")) {
            cursor.at += 2;
            do {
                int start = cursor.at;
                Term term = expressions.read(scope);
                new Intervals(findings).grouped(new Comparison.Operand(term, start, cursor.at), answered);
            } while (cursor.skip(","));
        }
        if (cursor.skipWord("HAVING")) {
            expressions.read(scope).resolve(PgType.BOOL);
        }
        if (cursor.skipWord("WINDOW")) {
            // names and definitions in parentheses
            while (cursor.token().isName() && cursor.tokens.isWord(cursor.at + 1, "AS")) {
                cursor.at += 2;
                window(scope);
                cursor.skip(",");
            }
        }
        ordered(scope, answered);
    }

    /** What is in the parentheses of a window. */
    void window(Scope scope) throws SQLException {
        int close = cursor.tokens.closing(cursor.at);
        cursor.skip("(");
        while (cursor.at < close) {
            int start = cursor.at;
            if (cursor.isWord("PARTITION") && cursor.tokens.isWord(start + 1, "BY")) {
                cursor.at += 2;
                partitions(scope);
            }
            ordered(scope, List.of());
            if (cursor.at == start) {
                expressions.read(scope);
            }
            cursor.at += cursor.at == start ? 1 : 0;
        }
        cursor.at = close + 1;
    }

    private void partitions(Scope scope) throws SQLException {
        do {
            int start = cursor.at;
            Term term = expressions.read(scope);
            new Intervals(findings).collate(new Comparison.Operand(term, start, cursor.at));
        } while (cursor.skip(","));
    }

    /**
     * ORDER BY, if it is here.
     *
     * @param answered what names and places in the list of the query can mean
     */
    void ordered(Scope scope, List<Query.Item> answered) throws SQLException {
        if (cursor.isWord("ORDER") && cursor.tokens.isWord(cursor.at + 1, "BY")) {
            cursor.at += 2;
            do {
                sorted(scope, answered);
            } while (cursor.skip(","));
        }
    }

    /** PostgreSQL sorts NULL behind all else, SQLite before it. */
    private void sorted(Scope scope, List<Query.Item> answered) throws SQLException {
        int start = cursor.at;
        Term term = expressions.read(scope);
        if (cursor.at == start) {
            return;
        }
        new Intervals(findings).grouped(new Comparison.Operand(term, start, cursor.at), answered);
        boolean descending = cursor.isWord("DESC");
        cursor.at += descending || cursor.isWord("ASC") ? 1 : 0;
        if (cursor.skipWord("NULLS")) {
            cursor.at++;
        } else if (!term.required) {
            findings.behind(cursor.at - 1, descending ? " NULLS FIRST" : " NULLS LAST");
        }
    }

    /** LIMIT and OFFSET, in any order. */
    void rest(Scope scope, List<Query.Item> answered) throws SQLException {
        ordered(scope, answered);
        while (cursor.isWord("LIMIT") || cursor.isWord("OFFSET") || cursor.isWord("FETCH")) {
            boolean fetch = cursor.isWord("FETCH");
            String word = fetch || cursor.isWord("LIMIT") ? "LIMIT" : "OFFSET";
            cursor.at += fetch ? 2 : 1;
            if (cursor.is("-") && cursor.tokens.get(cursor.at + 1).kind() == Kind.NUMBER && !findings.stored()) {
                throw new SQLException(word + " must not be negative", word.equals("LIMIT") ? "2201W" : "2201X");
            }
            cursor.skipWord("ALL");
            expressions.read(scope).resolve(PgType.INT8);
            if (cursor.skip(",")) {
                expressions.read(scope).resolve(PgType.INT8);
            }
            while (cursor.isWord("ROW") || cursor.isWord("ROWS") || cursor.isWord("ONLY")) {
                cursor.at++;
            }
        }
    }
}
