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

    void clear() {
        names.clear();
        relations.clear();
        texts.clear();
        terms.clear();
    }

    void addRelation(long oid, String name) {
        names.put(oid, name);
        relations.putIfAbsent(name, oid);
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
