package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.ArrayList;
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
    private final Findings findings;
    private final Arrays arrays;
    private final ExpressionReader expressions;
    private final StatementReader statements;

    FromReader(Cursor cursor, Findings findings, ExpressionReader expressions, StatementReader statements) {
        this.cursor = cursor;
        this.findings = findings;
        this.arrays = new Arrays(cursor, findings);
        this.expressions = expressions;
        this.statements = statements;
    }

    static boolean isClause(SqlToken token) {
        return token.kind() == Kind.WORD && CLAUSES.contains(token.text().toUpperCase(Locale.ROOT));
    }

    void read(Scope scope) throws SQLException {
        boolean natural = false;
        boolean left = false;
        boolean right = false;
        while (!cursor.atEnd()) {
            int start = cursor.at;
            int joined = scope.size();
            table(scope);
            scope.optional(left ? joined : scope.size(), scope.size());
            scope.optional(0, right ? joined : 0);
            if (natural) {
                scope.mergeNatural(joined);
            }
            if (cursor.isWord("ON") && cursor.tokens.isWord(cursor.at + 1, "CONFLICT")) {
                return;
            }
            if (cursor.skipWord("ON")) {
                expressions.read(scope).resolve(PgType.BOOL);
            } else if (cursor.skipWord("USING") && cursor.is("(")) {
                scope.merge(joined, statements.names());
            }
            boolean more = cursor.skip(",");
            if (more) {
                scope.separate();
            }
            natural = false;
            left = false;
            right = false;
            while (JOINS.stream().anyMatch(cursor::isWord)) {
                more = true;
                natural |= cursor.isWord("NATURAL");
                left |= cursor.isWord("LEFT") || cursor.isWord("FULL");
                right |= cursor.isWord("RIGHT") || cursor.isWord("FULL");
                if (cursor.isWord("ONLY")) {
                    only();
                } else {
                    cursor.at++;
                }
            }
            if ((!more && !cursor.isWord("ON") && !cursor.isWord("USING")) || cursor.at == start) {
                return;
            }
        }
    }

    private void table(Scope scope) throws SQLException {
        cursor.skipWord("LATERAL");
        only();
        if (cursor.skip("(")) {
            if (statements.isQuery()) {
                Query query = statements.query(scope.inner());
                statements.close();
                String alias = alias("");
                List<String> columns = cursor.is("(") ? statements.names() : List.of();
                scope.derived(alias, StatementReader.named(query, columns));
            } else {
                parentheses(scope);
            }
        } else if (cursor.token().isName() && !isClause(cursor.token())) {
            named(scope);
        }
    }

    /** Of joins, which have a name or not. */
    private void parentheses(Scope scope) throws SQLException {
        Scope inner = scope.inner();
        read(inner);
        statements.close();
        String alias = alias("");
        if (alias.isEmpty()) {
            scope.adopt(inner);
        } else {
            scope.derived(alias, inner.star(null));
            scope.nest(inner);
        }
    }

    private void named(Scope scope) throws SQLException {
        String name = name();
        if (cursor.skip("(")) {
            List<Term> arguments = cursor.is(")") ? List.of() : expressions.list(scope);
            statements.close();
            function(scope, name, arguments);
            return;
        }
        scope.table(name, alias(name));
        if (cursor.skipWord("INDEXED")) {
            cursor.at += 2;
        } else if (cursor.isWord("NOT") && cursor.tokens.isWord(cursor.at + 1, "INDEXED")) {
            cursor.at += 2;
        }
    }

    /** Of {@code unnest} the columns are what the arrays have in them; of others nothing is known. */
    private void function(Scope scope, String name, List<Term> arguments) throws SQLException {
        boolean unnest = name.equals("unnest");
        List<Query.Item> items = new ArrayList<>();
        for (Term argument : unnest ? arguments : List.<Term>of()) {
            arrays.read(argument, null);
            ColumnType element = argument.element;
            items.add(Query.Item.of(
                    name, element == null ? Term.of(findings, null) : Term.certain(findings, element.type())));
        }
        if (unnest && cursor.isWord("WITH") && cursor.tokens.isWord(cursor.at + 1, "ORDINALITY")) {
            cursor.at += 2;
            items.add(Query.Item.of("ordinality", Term.certain(findings, PgType.INT8)));
        }
        String alias = alias(name);
        List<String> columns = cursor.is("(") ? statements.names() : arguments.size() == 1 ? List.of(alias) : List.of();
        scope.derived(alias, StatementReader.named(new Query(items), columns));
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

    /** Of tables that inherit there are none. */
    void only() {
        if (cursor.isWord("ONLY")
                && (cursor.tokens.get(cursor.at + 1).isName() || cursor.tokens.is(cursor.at + 1, "("))) {
            findings.remove(cursor.at, cursor.at + 1);
            cursor.at++;
        }
    }

    /** The name that a table has where it is changed, before which SQLite wants AS. */
    String changedAs(String otherwise) {
        int name = cursor.at;
        boolean as = cursor.isWord("AS");
        String alias = alias(otherwise);
        if (!as && cursor.at > name) {
            findings.before(name, "AS ");
        }
        return alias;
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
