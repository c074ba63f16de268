package io.github.hasqlite.core.history;

import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How one node's history is read and taken back.
 *
 * @param identify how rows are found; the same on all nodes
 * @param merge what updates of rows mean that somebody else has changed; the same on all nodes
 * @param foreignKeys whether foreign keys are enforced
 * @param timeout how long to wait until the stream has what this node has committed
 * @param folder where parts of large change sets wait for the others
 * @param maxRows of more rows nothing is taken back at once
 */
public record HistorySettings(
        RowIdentify identify, MergeMode merge, boolean foreignKeys, Duration timeout, Path folder, int maxRows) {

    /** What is taken back is held in memory. */
    public static final int DEFAULT_MAX_ROWS = 250_000;
}
