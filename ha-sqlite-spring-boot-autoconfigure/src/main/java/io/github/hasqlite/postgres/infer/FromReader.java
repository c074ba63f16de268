package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads the tables of FROM. */
final class FromReader {

    /** Words that are no names of columns and tables, where one could stand. */
    private static final Set<String> CLAUSES = Set.of(
            "FROM",
            "WHERE",
            "GROUP",
            "ORDER",
            "HAVING",
            "LIMIT",
            "OFFSET",
            "FETCH",
            "UNION",
            "EXCEPT",
            "INTERSECT",
            "WINDOW",
            "FOR",
            "ON",
            "USING",
            "JOIN",
            "LEFT",
            "RIGHT",
            "FULL",
            "INNER",
            "OUTER",
            "CROSS",
            "NATURAL",
            "SET",
            "VALUES",
            "SELECT",
            "RETURNING",
            "DEFAULT",
            "INDEXED",
            "NOT",
            "DO",
            "AND",
            "OR",
            "IS",
            "IN",
            "LIKE",
            "BETWEEN",
            "WHEN",
            "THEN",
            "ELSE",
            "END",
            "WITH",
            "AS",
            "COLLATE",
            "ASC",
            "DESC",
            "NULLS",
            "ILIKE",
            "ESCAPE");

    private static final Set<String> JOINS =
            Set.of("JOIN", "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS", "NATURAL", "LATERAL", "ONLY");

    private final Cursor cursor;
    private final ExpressionReader expressions;
    private final StatementReader statements;

    FromReader(Cursor cursor, ExpressionReader expressions, StatementReader statements) {
        this.cursor = cursor;
        this.expressions = expressions;
        this.statements = statements;
    }

    static boolean isClause(SqlToken token) {
        return token.kind() == Kind.WORD && CLAUSES.contains(token.text().toUpperCase(Locale.ROOT));
    }

    void read(Scope scope) throws SQLException {
        while (!cursor.atEnd()) {
            int start = cursor.at;
            table(scope);
            if (cursor.skipWord("ON")) {
                expressions.read(scope).resolve(PgType.BOOL);
            } else if (cursor.skipWord("USING") && cursor.is("(")) {
                cursor.at = cursor.tokens.closing(cursor.at) + 1;
            }
            boolean more = cursor.skip(",");
            while (JOINS.stream().anyMatch(cursor::isWord)) {
                more = true;
                cursor.at++;
            }
            if ((!more && !cursor.isWord("ON") && !cursor.isWord("USING")) || cursor.at == start) {
                return;
            }
        }
    }

    private void table(Scope scope) throws SQLException {
        cursor.skipWord("LATERAL");
        cursor.skipWord("ONLY");
        if (cursor.skip("(")) {
            if (statements.isQuery()) {
                Query query = statements.query(scope.inner());
                statements.close();
                String alias = alias("");
                List<String> columns = cursor.is("(") ? statements.names() : List.of();
                scope.derived(alias, StatementReader.named(query, columns));
            } else {
                read(scope);
                statements.close();
                alias("");
            }
        } else if (cursor.token().isName() && !isClause(cursor.token())) {
            named(scope);
        }
    }

    private void named(Scope scope) throws SQLException {
        String name = name();
        if (cursor.skip("(")) {
            if (!cursor.is(")")) {
                expressions.list(scope);
            }
            statements.close();
            scope.derived(alias(name), List.of());
            if (cursor.is("(")) {
                statements.names();
            }
            return;
        }
        scope.table(name, alias(name));
        if (cursor.skipWord("INDEXED")) {
            cursor.at += 2;
        } else if (cursor.isWord("NOT") && cursor.tokens.isWord(cursor.at + 1, "INDEXED")) {
            cursor.at += 2;
        }
    }

    /** Of a table, without that of its schema. */
    String name() {
        while (cursor.tokens.is(cursor.at + 1, ".")) {
            cursor.at += 2;
        }
        String name = cursor.token().name();
        cursor.at++;
        return name;
    }

    String alias(String otherwise) {
        boolean as = cursor.skipWord("AS");
        if (cursor.token().isName() && (as || !isClause(cursor.token()))) {
            String alias = cursor.token().name();
            cursor.at++;
            return alias;
        }
        return otherwise;
    }
}
