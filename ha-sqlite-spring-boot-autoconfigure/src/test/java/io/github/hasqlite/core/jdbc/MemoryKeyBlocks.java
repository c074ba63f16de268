package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.KeyBlocks;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Blocks of keys in memory, for tests of what is done with them. */
public final class MemoryKeyBlocks implements KeyBlocks {

    private final Map<String, Long> known = new HashMap<>();
    private boolean away;
    private int leases;

    /** From now on nobody answers, or somebody does again. */
    public synchronized void away(boolean gone) {
        away = gone;
    }

    /** Forgets what was handed out. */
    public synchronized void empty() {
        known.clear();
    }

    /** How many blocks were handed out. */
    public synchronized int leases() {
        return leases;
    }

    @Override
    public synchronized @Nullable Block lease(String table, long atLeast, int size) throws IOException {
        if (away) {
            throw new IOException("nobody answers");
        }
        leases++;
        String key = table.toLowerCase(java.util.Locale.ROOT);
        long before = known.getOrDefault(key, 0L);
        if (before == Long.MAX_VALUE) {
            return null;
        }
        long first = Math.max(before + 1, atLeast);
        long last = first > Long.MAX_VALUE - size ? Long.MAX_VALUE : first + size - 1;
        known.put(key, last);
        return new Block(first, last, before);
    }
}
