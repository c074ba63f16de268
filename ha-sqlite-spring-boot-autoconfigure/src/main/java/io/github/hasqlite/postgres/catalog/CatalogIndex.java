package io.github.hasqlite.postgres.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An index of a table.
 *
 * @param name as SQLite has it
 * @param unique whether no two rows are alike in it
 * @param origin what made it: pk for a primary key, u for a unique constraint, c for CREATE INDEX
 * @param filter the condition of a partial one; {@code null} if it has all rows
 * @param parts what it is about, in their order
 */
record CatalogIndex(
        String name,
        String table,
        boolean unique,
        String origin,
        @Nullable String filter,
        List<Part> parts) {

    /**
     * A column or an expression.
     *
     * @param column its name; empty for an expression
     * @param term as it would have to be written
     */
    record Part(String column, String term, boolean descending) {}

    /**
     * @param rows of the schema: table, name, unique, origin, partial, column's place, its name, whether it descends
     * @param sql what created it; empty if a constraint did
     */
    static CatalogIndex of(List<List<@Nullable Object>> rows, String sql) {
        IndexDefinition definition = IndexDefinition.of(sql);
        boolean known = definition.terms().size() == rows.size();
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            String column = text(rows.get(i).get(6));
            String term = column.isEmpty() && known
                    ? definition.terms().get(i)
                    : CatalogRelation.ident(column.isEmpty() ? "expr" : column);
            parts.add(new Part(column, term, !isZero(rows.get(i).get(7))));
        }
        List<@Nullable Object> first = rows.get(0);
        return new CatalogIndex(
                text(first.get(1)),
                text(first.get(0)),
                !isZero(first.get(2)),
                text(first.get(3)),
                definition.filter(),
                parts);
    }

    /** Of a key that is the rowid itself, which has no index of its own. */
    static CatalogIndex ofKey(CatalogRelation relation) {
        List<Part> parts = relation.key().stream()
                .map(column -> new Part(column.name(), CatalogRelation.ident(column.name()), false))
                .toList();
        return new CatalogIndex("", relation.name(), true, "pk", null, parts);
    }

    boolean isPrimary() {
        return origin.equals("pk");
    }

    boolean isConstraint() {
        return isPrimary() || origin.equals("u");
    }

    List<String> terms() {
        return parts.stream().map(Part::term).toList();
    }

    /** What {@code pg_get_indexdef} answers. */
    String definition(String shownName) {
        String list = parts.stream()
                .map(part -> part.term + (part.descending ? " DESC" : ""))
                .collect(Collectors.joining(", "));
        return (unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ")
                + CatalogRelation.ident(shownName)
                + " ON public."
                + CatalogRelation.ident(table)
                + " USING btree ("
                + list
                + ")"
                + (filter == null ? "" : " WHERE " + filter);
    }

    private static boolean isZero(@Nullable Object value) {
        return Long.valueOf(0).equals(value);
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
