package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tables that names of columns can mean at a place. Tables are asked for when a name has to be known. */
final class Scope {

    /** As many as SQLite joins. */
    private static final int MOST_TABLES = 64;

    private final @Nullable Scope outer;
    private final Findings findings;
    private final TableColumns tables;
    private final List<Relation> relations = new ArrayList<>();
    private final Map<String, List<Query.Item>> queries;
    private final List<Join> joins = new ArrayList<>();
    private final Set<Integer> separated = new HashSet<>();
    private int starred = MOST_TABLES;
    private boolean nested;

    /**
     * Tables that are joined by the names of columns.
     *
     * @param from the first of them
     * @param to behind the last
     * @param names {@code null} if it is NATURAL
     */
    private record Join(int from, int to, @Nullable List<String> names) {}

    /**
     * @param alias how columns are qualified
     * @param merged names of columns that are those of tables before it
     * @param optional whether an outer join can have no row of it
     */
    private record Relation(
            String alias, @Nullable String table, List<Query.Item> items, Set<String> merged, boolean optional) {

        Relation(String alias, @Nullable String table, List<Query.Item> items) {
            this(alias, table, items, new HashSet<>(), false);
        }

        Relation asOptional() {
            return new Relation(alias, table, items, merged, true);
        }
    }

    private Scope(
            @Nullable Scope outer, Findings findings, TableColumns tables, Map<String, List<Query.Item>> queries) {
        this.outer = outer;
        this.findings = findings;
        this.tables = tables;
        this.queries = queries;
    }

    static Scope outermost(Findings findings, TableColumns tables) {
        return new Scope(null, findings, tables, new HashMap<>());
    }

    Scope inner() {
        return new Scope(this, findings, tables, new HashMap<>());
    }

    /** A query that has a name in what follows. */
    void name(String name, List<Query.Item> items) {
        queries.put(name, items);
    }

    void table(String name, String alias) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            List<Query.Item> items = scope.queries.get(name);
            if (items != null) {
                relations.add(new Relation(alias, null, items));
                return;
            }
        }
        relations.add(new Relation(alias, name, List.of()));
    }

    void derived(String alias, List<Query.Item> items) {
        relations.add(new Relation(alias, null, items));
    }

    /** The tables of parentheses without a name. */
    void adopt(Scope inner) {
        relations.addAll(inner.relations);
        nest(inner);
    }

    /** There are parentheses with joins in them. */
    void nest(Scope inner) {
        nested |= inner.nested || !inner.joins.isEmpty();
    }

    /** A comma is read between tables. */
    void separate() {
        separated.add(relations.size());
    }

    /**
     * The columns of all tables in PostgreSQL's order.
     *
     * @return {@code null} if that is SQLite's
     * @throws SQLException if they cannot be written in that order (0A000)
     */
    @Nullable
    List<StarOrder.Column> ordered() throws SQLException {
        if ((joins.isEmpty() && !nested) || starred < MOST_TABLES || findings.stored()) {
            return null;
        }
        StarOrder order = new StarOrder();
        if (nested) {
            order.nest();
        }
        int at = 0;
        while (at < relations.size()) {
            int from = at;
            Join join = joins.stream()
                    .filter(other -> other.from() == from)
                    .findFirst()
                    .orElse(null);
            at = join == null ? at + 1 : join.to();
            List<StarOrder.Column> right = new ArrayList<>();
            for (Relation relation : relations.subList(from, at)) {
                all(relation)
                        .forEach(item -> right.add(new StarOrder.Column(relation.alias(), item, relation.optional())));
            }
            if (separated.contains(from)) {
                order.separate();
            }
            if (join == null) {
                order.add(right);
            } else {
                order.join(right, join.names());
            }
        }
        return order.columns();
    }

    /** Of the tables from one place to another, the last not included, an outer join can have no row. */
    void optional(int from, int to) {
        relations.subList(from, to).replaceAll(Relation::asOptional);
    }

    /** Whether there is another table of this name than the first, which is changed. */
    boolean joins(String alias) {
        return relations.stream().skip(1).anyMatch(relation -> relation.alias().equalsIgnoreCase(alias));
    }

    /** A star means the first table from now on: that which is changed. */
    void returning() {
        starred = 1;
    }

    /** How many tables there are. */
    int size() {
        return relations.size();
    }

    /** Columns of USING, which a star answers once: those of the tables from a place on are those before it. */
    void merge(int from, List<String> names) throws SQLException {
        joins.add(new Join(from, relations.size(), names));
        mergeNamed(from, names);
    }

    private void mergeNamed(int from, List<String> names) throws SQLException {
        for (String name : names) {
            requireAlike(name, type(0, from, name), type(from, relations.size(), name));
        }
        for (Relation relation : relations.subList(from, relations.size())) {
            names.forEach(name -> relation.merged().add(name.toLowerCase(Locale.ROOT)));
        }
    }

    private @Nullable PgType type(int from, int to, String name) {
        for (Relation relation : relations.subList(from, to)) {
            Term term = column(relation, name);
            if (term != null) {
                return term.type;
            }
        }
        return null;
    }

    /** SQLite compares them as they are stored. */
    private void requireAlike(String name, @Nullable PgType left, @Nullable PgType right) throws SQLException {
        boolean moments = left != right && Comparison.isMoment(left) && Comparison.isMoment(right);
        boolean intervals = left == PgType.INTERVAL && right == PgType.INTERVAL;
        if (moments || intervals) {
            String what = intervals ? "of intervals" : "of different types of dates and times";
            findings.refuse("joins by the name of columns " + what + " are not supported: write JOIN … ON with \""
                    + name + "\" of both tables instead");
        }
    }

    /** As {@link #merge}, with all columns that are on both sides. */
    void mergeNatural(int from) throws SQLException {
        List<String> names = new ArrayList<>();
        for (Relation relation : relations.subList(0, from)) {
            all(relation).forEach(item -> names.add(item.name()));
        }
        joins.add(new Join(from, relations.size(), null));
        mergeNamed(from, names);
    }

    /**
     * What a star stands for.
     *
     * @param qualifier the name of its table; {@code null} for all tables
     */
    List<Query.Item> star(@Nullable String qualifier) {
        List<Query.Item> items = new ArrayList<>();
        for (Scope scope = this; scope != null; scope = qualifier == null ? null : scope.outer) {
            boolean found = false;
            int tables = Math.min(scope.relations.size(), qualifier == null ? scope.starred : MOST_TABLES);
            for (Relation relation : scope.relations.subList(0, tables)) {
                if (qualifier == null || (relation.alias().equalsIgnoreCase(qualifier) && !found)) {
                    found = true;
                    for (Query.Item item : all(relation)) {
                        boolean merged = relation.merged().contains(item.name().toLowerCase(Locale.ROOT));
                        if (qualifier != null || !merged) {
                            items.add(item);
                        }
                    }
                }
            }
            if (found) {
                break;
            }
        }
        return items.size() > Query.MOST_COLUMNS ? List.of() : items;
    }

    private List<Query.Item> all(Relation relation) {
        List<Query.Item> items = new ArrayList<>();
        if (relation.table() == null) {
            relation.items().forEach(item -> items.add(item.elsewhere()));
        } else {
            tables.of(relation.table()).forEach(column -> items.add(Query.Item.of(column.name(), term(column))));
        }
        return items.isEmpty() ? List.of(Query.Item.star(Term.of(findings, null), List.of())) : items;
    }

    List<TableColumns.Column> columns(String table) {
        return tables.of(table);
    }

    /** What a name means; a term of which nothing is known if that is not certain. */
    Term column(@Nullable String qualifier, String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            Term found = null;
            int looked = 0;
            for (Relation relation : scope.relations) {
                boolean candidate = qualifier == null || relation.alias().equalsIgnoreCase(qualifier);
                if (candidate && looked++ < MOST_TABLES) {
                    Term term = column(relation, name);
                    if (term != null && found != null && term.type != found.type) {
                        return Term.of(findings, null);
                    }
                    found = term == null ? found : term;
                }
            }
            if (found != null) {
                return found;
            }
        }
        return Term.of(findings, null);
    }

    private @Nullable Term column(Relation relation, String name) {
        if (relation.table() == null) {
            for (Query.Item item : relation.items()) {
                if (item.name().equalsIgnoreCase(name) && !item.star()) {
                    return relation.optional() ? perhaps(item.term()) : item.term();
                }
            }
            // one of those that are not known, rather than one of a query around it
            boolean known = relation.items().stream().noneMatch(Query.Item::star);
            return known ? null : Term.of(findings, null);
        }
        for (TableColumns.Column column : tables.of(relation.table())) {
            if (column.name().equalsIgnoreCase(name)) {
                return relation.optional() ? perhaps(term(column)) : term(column);
            }
        }
        return null;
    }

    /** The same, or NULL. */
    private Term perhaps(Term term) {
        if (!term.required) {
            return term;
        }
        Term perhaps = Term.of(findings, term.type);
        perhaps.announced = term.announced;
        perhaps.column = term.column;
        return perhaps;
    }

    private Term term(TableColumns.Column column) {
        PgType type = column.type().certain() ? column.type().type() : null;
        Term term = Term.of(findings, type);
        term.column = true;
        term.required = !column.nullable();
        term.announced = type == null ? null : column.type();
        return term;
    }
}
