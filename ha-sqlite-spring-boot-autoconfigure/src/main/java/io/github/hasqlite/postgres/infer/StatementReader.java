package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Reads queries and changes: which tables they name, what they store where, and what they answer. */
final class StatementReader {

    private static final Set<String> COMPOUND = Set.of("UNION", "EXCEPT", "INTERSECT");

    private final Cursor cursor;
    private final Findings findings;
    private final ExpressionReader expressions;
    private final FromReader tables;
    private final ChangeReader changes;
    private final ClauseReader clauses;
    private final Arrays arrays;

    StatementReader(Cursor cursor, Findings findings) {
        this.cursor = cursor;
        this.findings = findings;
        this.expressions = new ExpressionReader(cursor, findings, this);
        this.arrays = new Arrays(cursor, findings);
        this.clauses = new ClauseReader(cursor, findings, expressions);
        this.tables = new FromReader(cursor, findings, expressions, this);
        this.changes = new ChangeReader(cursor, findings, expressions, tables, this);
    }

    /** A whole statement. */
    void statement(Scope scope) throws SQLException {
        if (cursor.skipWord("EXPLAIN")) {
            cursor.skipWord("ANALYZE");
            if (cursor.skipWord("QUERY")) {
                cursor.skipWord("PLAN");
            }
        }
        Query query = query(scope);
        findings.items(Findings.answered(query.items()));
        query.items().stream().filter(item -> item.places().size() == 1).forEach(item -> findings.written(item.term()));
        while (!cursor.atEnd()) {
            // what is not known here has expressions all the same
            int start = cursor.at;
            expressions.read(scope);
            cursor.at += cursor.at == start ? 1 : 0;
        }
    }

    /** One expression from here on. */
    Term expression(Scope scope) throws SQLException {
        return expressions.read(scope);
    }

    /** What follows the tables of a query. */
    ClauseReader clauses() {
        return clauses;
    }

    /** The name of a table, without that of its schema. */
    String name() {
        return tables.name();
    }

    /** Whether a query begins here. */
    boolean isQuery() {
        return isQuery(cursor.at);
    }

    boolean isQuery(int at) {
        return cursor.tokens.isWord(at, "SELECT")
                || cursor.tokens.isWord(at, "VALUES")
                || cursor.tokens.isWord(at, "WITH");
    }

    /** A query or a change from here on, up to what closes it. */
    Query query(Scope scope) throws SQLException {
        return query(scope, first -> {});
    }

    /** @param begun told what the first of several queries answers, before the others are read */
    private Query query(Scope scope, Consumer<Query> begun) throws SQLException {
        cursor.enter();
        try {
            if (cursor.skipWord("WITH")) {
                with(scope);
            }
            if (cursor.isWord("INSERT") || cursor.isWord("REPLACE")) {
                return changes.insert(scope);
            }
            if (cursor.isWord("UPDATE")) {
                return changes.update(scope);
            }
            if (cursor.isWord("DELETE")) {
                return changes.delete(scope);
            }
            Query first = core(scope);
            begun.accept(first);
            Compound all = new Compound(findings, first);
            while (COMPOUND.stream().anyMatch(cursor::isWord)) {
                cursor.at++;
                boolean once = !cursor.skipWord("ALL");
                all.add(core(scope), once);
            }
            Query answered = all.query();
            clauses.rest(scope, answered.columns());
            return answered;
        } finally {
            cursor.leave();
        }
    }

    private void with(Scope scope) throws SQLException {
        cursor.skipWord("RECURSIVE");
        do {
            String name = cursor.token().name();
            cursor.at++;
            List<String> columns = cursor.is("(") ? names() : List.of();
            cursor.skipWord("AS");
            cursor.skipWord("NOT");
            cursor.skipWord("MATERIALIZED");
            if (!cursor.skip("(")) {
                return;
            }
            // it can ask for itself
            scope.name(name, List.of());
            Query query = query(scope.inner(), first -> scope.name(name, unscaled(named(first, columns))));
            close();
            scope.name(name, named(query, columns));
        } while (cursor.skip(","));
    }

    /** Of a query that asks for itself nobody knows how many digits it computes. */
    private List<Query.Item> unscaled(List<Query.Item> items) {
        return items.stream()
                .map(item -> {
                    if (!item.term().is(PgType.NUMERIC)) {
                        return item;
                    }
                    Term any = Term.of(findings, PgType.NUMERIC);
                    any.announced = ColumnType.seen(PgType.NUMERIC);
                    return Query.Item.of(item.name(), any);
                })
                .toList();
    }

    static List<Query.Item> named(Query query, List<String> columns) {
        List<Query.Item> items = new ArrayList<>();
        boolean places = true;
        for (Query.Item item : query.columns()) {
            places &= !item.star();
            items.add(places && items.size() < columns.size() ? item.named(columns.get(items.size())) : item);
        }
        return items;
    }

    /** Names in parentheses. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        int close = cursor.tokens.closing(cursor.at);
        for (int i = cursor.at + 1; i < close; i++) {
            if (cursor.tokens.get(i).isName()) {
                names.add(cursor.tokens.get(i).name());
            }
        }
        cursor.at = close + 1;
        return names;
    }

    private Query core(Scope outer) throws SQLException {
        if (cursor.skipWord("VALUES")) {
            return values(outer);
        }
        if (!cursor.skipWord("SELECT")) {
            return new Query(List.of());
        }
        Scope scope = outer.inner();
        cursor.skipWord("ALL");
        boolean distinct = cursor.skipWord("DISTINCT");
        if (distinct && cursor.isWord("ON") && cursor.tokens.is(cursor.at + 1, "(")) {
            throw new SQLException(
                    "DISTINCT ON is not supported: write SELECT … FROM (SELECT *, row_number() OVER (PARTITION BY what is"
                            + " distinct ORDER BY what comes first) AS n FROM …) q WHERE n = 1",
                    "0A000");
        }
        int list = cursor.at;
        int from = from(list);
        int behind = from;
        if (from >= 0) {
            cursor.at = from + 1;
            tables.read(scope);
            behind = cursor.at;
            cursor.at = list;
        }
        List<Query.Item> items = list(scope);
        if (from >= 0) {
            cursor.at = behind;
        }
        if (distinct) {
            new Intervals(findings).distinct(items);
        }
        clauses.read(scope, new Query(items).columns());
        return new Query(items);
    }

    private Query values(Scope scope) throws SQLException {
        Compound rows = null;
        do {
            List<Query.Item> row = new ArrayList<>();
            if (cursor.skip("(")) {
                int number = 1;
                for (Term term : expressions.list(scope)) {
                    row.add(Query.Item.of("column" + number++, term).at(term.from, term.to));
                }
                close();
            }
            Query next = new Query(row);
            if (rows == null) {
                rows = new Compound(findings, next);
            } else {
                rows.add(next, false);
            }
        } while (cursor.skip(","));
        return rows.query();
    }

    /** Where the FROM of a query is whose list begins at a place; -1 if it has none. */
    int from(int list) {
        TokenBuffer tokens = cursor.tokens;
        for (int i = list; i < tokens.size(); i++) {
            if (tokens.is(i, "(")) {
                i = tokens.closing(i);
            } else if (tokens.isWord(i, "FROM") && !tokens.isWord(i - 1, "DISTINCT")) {
                return i;
            } else if (tokens.is(i, ")") || tokens.is(i, ";") || ends(i)) {
                return -1;
            }
        }
        return -1;
    }

    private boolean ends(int at) {
        return cursor.tokens.isWord(at, "WHERE")
                || cursor.tokens.isWord(at, "RETURNING")
                || cursor.tokens.isWord(at, "SELECT")
                || COMPOUND.stream().anyMatch(word -> cursor.tokens.isWord(at, word));
    }

    /** What is between SELECT or RETURNING and what follows. */
    List<Query.Item> list(Scope scope) throws SQLException {
        List<Query.Item> items = new ArrayList<>();
        do {
            items.add(item(scope));
        } while (cursor.skip(","));
        return items;
    }

    private Query.Item item(Scope scope) throws SQLException {
        int start = cursor.at;
        if (cursor.skip("*")) {
            List<StarOrder.Column> ordered = scope.ordered();
            if (ordered == null) {
                return Query.Item.star(Term.of(findings, null), scope.star(null));
            }
            findings.literal(start, StarOrder.spelled(ordered));
            return Query.Item.star(
                    Term.of(findings, null),
                    ordered.stream().map(StarOrder.Column::item).toList());
        }
        Term term = expressions.read(scope);
        int end = cursor.at;
        arrays.answer(term, start, end);
        if (cursor.tokens.is(cursor.at - 1, "*") && cursor.tokens.is(cursor.at - 2, ".")) {
            return Query.Item.star(
                    term, scope.star(cursor.tokens.get(cursor.at - 3).name()));
        }
        if (term.constant != null) {
            typed(term, start, end);
        }
        String name = term.label;
        boolean as = cursor.skipWord("AS");
        boolean named = cursor.token().kind() == Kind.TEXT || cursor.token().isName();
        if (named && (as || !FromReader.isClause(cursor.token()))) {
            name = cursor.token().kind() == Kind.TEXT
                    ? cursor.token().literal()
                    : cursor.token().name();
            cursor.at++;
        } else if (isColumn(start)) {
            name = cursor.tokens.get(cursor.at - 1).name();
        } else if (!as && cursor.at > start) {
            findings.name(cursor.at - 1, name);
        }
        return Query.Item.of(name, term).at(start, end);
    }

    /** What a query in the schema answers has no type there but by how it is written. */
    private void typed(Term term, int start, int end) {
        String value = String.valueOf(term.constant);
        String spelled = null;
        if (term.is(PgType.BOOL)) {
            spelled = value.equals("1") ? "(1 = 1)" : "(1 = 0)";
        } else if (term.is(PgType.DATE)) {
            spelled = "date('" + value + "')";
        } else if (Comparison.isMoment(term.type)) {
            int time = value.indexOf('T');
            spelled = "(date('" + value.substring(0, time) + "') || '" + value.substring(time) + "')";
        }
        for (int i = start; i < end && spelled != null; i++) {
            findings.literal(i, i == start ? spelled : "");
        }
    }

    /** Whether nothing but a name, perhaps with those of its table and schema, was read. */
    private boolean isColumn(int start) {
        for (int i = start; i < cursor.at; i++) {
            if ((i - start) % 2 == 0 ? !cursor.tokens.get(i).isName() : !cursor.tokens.is(i, ".")) {
                return false;
            }
        }
        return !cursor.tokens.isWord(start, "CURRENT_DATE")
                && !cursor.tokens.isWord(start, "CURRENT_TIME")
                && !cursor.tokens.isWord(start, "CURRENT_TIMESTAMP")
                && !cursor.tokens.isWord(start, "LOCALTIMESTAMP")
                && !cursor.tokens.isWord(start, "TRUE")
                && !cursor.tokens.isWord(start, "FALSE")
                && !cursor.tokens.isWord(start, "NULL");
    }

    /** Goes behind the parenthesis that closes what was read, over what was not understood, in which casts are. */
    void close() throws SQLException {
        while (!cursor.atEnd() && !cursor.skip(")")) {
            int start = cursor.at;
            if (cursor.is("(")) {
                cursor.at = cursor.tokens.closing(start) + 1;
            } else {
                cursor.at++;
            }
        }
    }
}
