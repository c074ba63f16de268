package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.KeyBlocks;
import org.jspecify.annotations.Nullable;

/**
 * Which keys rows get whose INTEGER PRIMARY KEY an INSERT leaves to SQLite.
 *
 * @param blocks where this node's numbers come from; {@code null} if SQLite counts on, on each node for itself
 * @param blockSize how many numbers a block has at least, 1 to 100,000
 */
public record KeySettings(@Nullable KeyBlocks blocks, int blockSize) {

    /** The largest block: int keys last for 20,000 of them. */
    public static final int MAX_BLOCK_SIZE = 100_000;

    /** SQLite counts. */
    public static final KeySettings SQLITE_COUNTS = new KeySettings(null, 1);

    /** Checks the size. */
    public KeySettings {
        if (blockSize < 1 || blockSize > MAX_BLOCK_SIZE) {
            throw new IllegalArgumentException(
                    "a block of keys has 1 to " + MAX_BLOCK_SIZE + " numbers, not " + blockSize);
        }
    }
}
