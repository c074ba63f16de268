package io.github.hasqlite.postgres.catalog;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names and texts of objects by their numbers, for functions. Not thread-safe. */
final class CatalogObjects {

    private final Map<Long, String> names = new HashMap<>();
    private final Map<String, Long> relations = new HashMap<>();
    private final Map<Long, String> texts = new HashMap<>();
    private final Map<Long, List<String>> terms = new HashMap<>();

    /** Names of what counts for a column, by the number of its table and the column's name. */
    private final Map<String, String> sequences = new HashMap<>();

    void clear() {
        sequences.clear();
        names.clear();
        relations.clear();
        texts.clear();
        terms.clear();
    }

    void addRelation(long oid, String name) {
        names.put(oid, name);
        relations.putIfAbsent(name, oid);
    }

    /** What would count for a column of a table in PostgreSQL; it is no relation that can be read. */
    void addSequence(long table, String column, long oid, String name) {
        addRelation(oid, name);
        sequences.put(table + " " + column, name);
    }

    /** {@code null} if the column does not count by itself. */
    @Nullable
    String sequence(long table, String column) {
        return sequences.get(table + " " + column);
    }

    void addText(long oid, String text) {
        texts.put(oid, text);
    }

    void addTerms(long index, List<String> columns) {
        terms.put(index, columns);
    }

    /** @param column of an index, from 1; {@code null} if there is none such */
    @Nullable
    String term(long index, long column) {
        List<String> columns = terms.getOrDefault(index, List.of());
        return column >= 1 && column <= columns.size() ? columns.get((int) column - 1) : null;
    }

    @Nullable
    String name(long oid) {
        return names.get(oid);
    }

    /** The number of a table, a view or an index; {@code null} if there is none such. */
    @Nullable
    Long relation(String name) {
        return relations.get(name);
    }

    /** What defines a view, an index or a constraint. */
    @Nullable
    String text(long oid) {
        return texts.get(oid);
    }
}
