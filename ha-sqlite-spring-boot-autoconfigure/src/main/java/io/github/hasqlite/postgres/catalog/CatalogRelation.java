package io.github.hasqlite.postgres.catalog;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table or a view of the schema.
 *
 * @param name as it is stored
 * @param oid its number in the catalog
 * @param view whether it is a view
 * @param sql what created it
 * @param columns in their order
 * @param constraints of the table
 */
record CatalogRelation(
        String name, long oid, boolean view, String sql, List<Column> columns, TableConstraints constraints) {

    static CatalogRelation of(String name, long oid, boolean view, String sql, List<Column> columns) {
        List<String> names = columns.stream().map(Column::name).toList();
        TableConstraints constraints = view ? new TableConstraints(List.of()) : TableConstraints.of(name, names, sql);
        return new CatalogRelation(name, oid, view, sql, columns, constraints);
    }

    /**
     * A column.
     *
     * @param declared its type, as it is written
     * @param otherwise its default; {@code null} if it has none
     * @param key its place in the primary key, from 1; 0 if it is not part of it
     */
    record Column(
            String name,
            String declared,
            boolean notNull,
            @Nullable String otherwise,
            int key,
            boolean generated) {}

    /** The place of a column, from 1; 0 if there is none such. */
    int number(String column) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name.equalsIgnoreCase(column)) {
                return i + 1;
            }
        }
        return 0;
    }

    /** The places of columns, as PostgreSQL writes an array. */
    String numbers(List<String> names) {
        return names.stream().map(name -> Integer.toString(number(name))).collect(Collectors.joining(",", "{", "}"));
    }

    /** The columns of the primary key, in its order. */
    List<Column> key() {
        return columns.stream()
                .filter(column -> column.key > 0)
                .sorted(Comparator.comparingInt(Column::key))
                .toList();
    }

    /** A name as it would have to be written. */
    static String ident(String name) {
        return QuotedName.of(name);
    }
}
