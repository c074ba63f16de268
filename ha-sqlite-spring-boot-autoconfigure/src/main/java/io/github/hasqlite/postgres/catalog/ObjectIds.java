package io.github.hasqlite.postgres.catalog;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Numbers of objects, from their names: the same on every node, and after the schema has changed. Not thread-safe. */
final class ObjectIds {

    static final long PG_CATALOG = 11;
    static final long PUBLIC = 2200;
    static final long INFORMATION_SCHEMA = 13_000;
    static final long OWNER = 10;
    static final long DATABASE = 16_000;
    static final long HEAP = 2;
    static final long BTREE = 403;
    static final long CLASS_RELATION = 1259;

    /** As in PostgreSQL, what users make begins here. */
    private static final long FIRST = 16_384;

    private static final long RANGE = 1L << 30;

    private final Map<String, Long> known = new HashMap<>();
    private final Set<Long> taken = new HashSet<>();

    long of(String kind, String name) {
        String key = kind + ' ' + name;
        Long present = known.get(key);
        if (present != null) {
            return present;
        }
        long id = FIRST + Math.floorMod(key.hashCode() * 0x9E3779B97F4A7C15L, RANGE);
        while (!taken.add(id)) {
            id++;
        }
        known.put(key, id);
        return id;
    }
}
