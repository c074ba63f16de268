package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.PgType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables that names of columns can mean at a place. Tables are asked for when a name has to be known. */
final class Scope {

    private static final int MOST_TABLES = 16;

    private final @Nullable Scope outer;
    private final Findings findings;
    private final TableColumns tables;
    private final List<Relation> relations = new ArrayList<>();
    private final Map<String, List<Query.Item>> queries;

    /** @param alias how columns are qualified */
    private record Relation(String alias, @Nullable String table, List<Query.Item> items) {}

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
                if (item.name().equalsIgnoreCase(name)) {
                    return item.term();
                }
            }
            return null;
        }
        for (TableColumns.Column column : tables.of(relation.table())) {
            if (column.name().equalsIgnoreCase(name)) {
                PgType type = column.type().certain() ? column.type().type() : null;
                Term term = Term.of(findings, type);
                term.column = true;
                term.announced = type == null ? null : column.type();
                return term;
            }
        }
        return null;
    }
}
