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
import org.jspecify.annotations.Nullable;

/** Reads queries and changes: which tables they name, what they store where, and what they answer. */
final class StatementReader {

    private static final Set<String> COMPOUND = Set.of("UNION", "EXCEPT", "INTERSECT");

    private final Cursor cursor;
    private final Findings findings;
    private final ExpressionReader expressions;
    private final FromReader tables;
    private final ChangeReader changes;

    StatementReader(Cursor cursor, Findings findings) {
        this.cursor = cursor;
        this.findings = findings;
        this.expressions = new ExpressionReader(cursor, findings, this);
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
        if (query.columns().stream().anyMatch(item -> item.term().announced != null)) {
            findings.items(Findings.answered(query.items()));
        }
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

    /** The name of a table, without that of its schema. */
    String name() {
        return tables.name();
    }

    /** Whether a query begins here. */
    boolean isQuery() {
        return cursor.isWord("SELECT") || cursor.isWord("VALUES") || cursor.isWord("WITH");
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
            List<Query> all = new ArrayList<>(List.of(first));
            while (COMPOUND.stream().anyMatch(cursor::isWord)) {
                cursor.at++;
                cursor.skipWord("ALL");
                all.add(core(scope));
                unify(first, all.get(all.size() - 1));
            }
            widen(all);
            rest(scope);
            return first;
        } finally {
            cursor.leave();
        }
    }

    private void unify(Query first, Query next) {
        List<Query.Item> columns = first.columns();
        List<Query.Item> others = next.columns();
        for (int i = 0; i < Math.min(columns.size(), others.size()); i++) {
            Query.Item item = columns.get(i);
            if (item.star() || others.get(i).star()) {
                return;
            }
            Term other = others.get(i).term();
            item.term().unify(other);
            if (other != item.term()) {
                item.term().alternatives.add(other);
            }
            if (other.type != item.term().type) {
                item.term().announced = null;
            }
        }
    }

    /** Dates and times of different types are those of the widest one. */
    private void widen(List<Query> queries) throws SQLException {
        List<List<Query.Item>> columns = queries.stream().map(Query::columns).toList();
        int width = columns.stream().mapToInt(List::size).min().orElse(0);
        for (int i = 0; i < width && queries.size() > 1; i++) {
            int place = i;
            List<Query.Item> items =
                    columns.stream().map(list -> list.get(place)).toList();
            if (items.stream().anyMatch(Query.Item::star)) {
                return;
            }
            Query.Item first = items.get(0);
            List<PgType> moments = items.stream()
                    .map(item -> item.term().type)
                    .filter(Comparison::isMoment)
                    .distinct()
                    .toList();
            if (moments.size() > 1) {
                PgType widest = widened(items);
                first.term().type = widest;
                first.term().announced = widest == null ? null : ColumnType.seen(widest);
            }
        }
    }

    private @Nullable PgType widened(List<Query.Item> items) throws SQLException {
        List<Comparison.Operand> operands = new ArrayList<>();
        for (Query.Item item : items) {
            if (item.place() == null) {
                findings.refuse("queries that answer dates and times of different types as one column through * are not"
                        + " supported: write \"" + item.name() + "\", with a cast to the same type in each");
                return null;
            }
            operands.add(item.place());
        }
        findings.name(operands.get(0).to() - 1, items.get(0).name());
        return Comparison.widen(findings, operands);
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
            Query query = query(scope.inner(), first -> scope.name(name, named(first, columns)));
            close();
            scope.name(name, named(query, columns));
        } while (cursor.skip(","));
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
        cursor.skipWord("DISTINCT");
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
        clauses(scope);
        return new Query(items);
    }

    private Query values(Scope scope) throws SQLException {
        Query first = null;
        do {
            List<Query.Item> row = new ArrayList<>();
            if (cursor.skip("(")) {
                int number = 1;
                for (Term term : expressions.list(scope)) {
                    row.add(Query.Item.of("column" + number++, term));
                }
                close();
            }
            Query next = new Query(row);
            if (first == null) {
                first = next;
            } else {
                unify(first, next);
            }
        } while (cursor.skip(","));
        return first;
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
            return Query.Item.star(Term.of(findings, null), scope.star(null));
        }
        Term term = expressions.read(scope);
        int end = cursor.at;
        if (cursor.tokens.is(cursor.at - 1, "*") && cursor.tokens.is(cursor.at - 2, ".")) {
            return Query.Item.star(
                    term, scope.star(cursor.tokens.get(cursor.at - 3).name()));
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

    /** WHERE, GROUP BY, HAVING, WINDOW. */
    void clauses(Scope scope) throws SQLException {
        if (cursor.skipWord("WHERE")) {
            expressions.read(scope).resolve(PgType.BOOL);
        }
        if (cursor.isWord("GROUP") && cursor.tokens.isWord(cursor.at + 1, "BY")) {
            cursor.at += 2;
            expressions.list(scope);
        }
        if (cursor.skipWord("HAVING")) {
            expressions.read(scope).resolve(PgType.BOOL);
        }
        if (cursor.skipWord("WINDOW")) {
            // names and definitions in parentheses
            while (cursor.token().isName() && cursor.tokens.isWord(cursor.at + 1, "AS")) {
                cursor.at = cursor.tokens.closing(cursor.at + 2) + 1;
                cursor.skip(",");
            }
        }
        ordered(scope);
    }

    private void ordered(Scope scope) throws SQLException {
        if (cursor.isWord("ORDER") && cursor.tokens.isWord(cursor.at + 1, "BY")) {
            cursor.at += 2;
            do {
                int start = cursor.at;
                Term term = expressions.read(scope);
                if (term.is(PgType.INTERVAL) && cursor.at > start) {
                    findings.before(start, "ha_span(");
                    findings.after(cursor.at - 1, ")");
                }
                while (cursor.isWord("ASC")
                        || cursor.isWord("DESC")
                        || cursor.isWord("NULLS")
                        || cursor.isWord("FIRST")
                        || cursor.isWord("LAST")) {
                    cursor.at++;
                }
            } while (cursor.skip(","));
        }
    }

    /** LIMIT and OFFSET, in any order. */
    private void rest(Scope scope) throws SQLException {
        ordered(scope);
        while (cursor.isWord("LIMIT") || cursor.isWord("OFFSET") || cursor.isWord("FETCH")) {
            boolean fetch = cursor.isWord("FETCH");
            cursor.at += fetch ? 2 : 1;
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
