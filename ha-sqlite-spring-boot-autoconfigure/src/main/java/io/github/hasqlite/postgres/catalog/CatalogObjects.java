package io.github.hasqlite.postgres.catalog;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names and texts of objects by their numbers, for functions. Not thread-safe. */
final class CatalogObjects {

    private final Map<Long, String> names = new HashMap<>();
    private final Map<String, Long> relations = new HashMap<>();
    private final Map<Long, String> texts = new HashMap<>();

    void clear() {
        names.clear();
        relations.clear();
        texts.clear();
    }

    void addRelation(long oid, String name) {
        names.put(oid, name);
        relations.putIfAbsent(name, oid);
    }

    void addText(long oid, String text) {
        texts.put(oid, text);
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
