package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.KeyBlocks;
import io.github.hasqlite.KeyBlocks.Block;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.TaskThread;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's numbers for the keys of one table. They come in blocks, the next one of which is fetched while half of
 * the present one is left, so that nobody waits for the stream but the first INSERT. Thread-safe, though it is used by
 * one transaction at a time, the one that has the write lock.
 */
final class KeyNumbers {

    private static final Logger logger = LoggerFactory.getLogger(KeyNumbers.class);

    /** More than all nodes together may hold of blocks that a lost record does not show any more. */
    static final long LOST_GAP = 10L * KeySettings.MAX_BLOCK_SIZE;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long QUICK = 10 * SECOND;
    private static final long SLOW = 600 * SECOND;
    private static final int QUICK_GROWTH = 8;

    /** Less than other writers wait for the write lock, which is held meanwhile. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final String table;
    private final KeyBlocks blocks;
    private final NodeRuntime runtime;
    private final TaskThread fetching;
    private final Monitor monitor;
    private final int minSize;

    private long next = 1;
    private long last;
    private long half;
    /** The end of the newest block that was leased; 0 if none was. */
    private long leasedTo;

    private int size;
    private long begunAt;
    private boolean suspect;
    private @Nullable CompletableFuture<@Nullable Block> ahead;
    private long fetchedAt;
    /** What is {@link #ahead} has failed. */
    private volatile boolean failed;

    /**
     * No number yet.
     *
     * @param fetching runs what waits for the stream
     * @param minSize how many numbers a block has at least
     */
    KeyNumbers(String table, KeyBlocks blocks, NodeRuntime runtime, TaskThread fetching, int minSize) {
        this.table = table;
        this.blocks = blocks;
        this.runtime = runtime;
        this.fetching = fetching;
        this.monitor = runtime.monitor();
        this.minSize = minSize;
        this.size = minSize;
    }

    /**
     * The next number.
     *
     * @param keys of the table
     * @param checked whether to leave out those that a row has already; otherwise only those are left out that there
     *     were when the block was begun
     * @return 0 if SQLite has to choose, because the greatest key is the greatest number that there is
     * @throws KeysUsedUpException if there is none
     */
    long next(KeyLookup keys, boolean checked) throws SQLException {
        monitor.lock();
        try {
            return take(keys, checked);
        } finally {
            monitor.unlock();
        }
    }

    private long take(KeyLookup keys, boolean checked) throws SQLException {
        if (next > last && !begin(keys)) {
            return 0;
        }
        while ((checked || suspect) && keys.has(next)) {
            skip(keys);
            if (next > last && !begin(keys)) {
                return 0;
            }
        }
        long number = next++;
        if (number >= half && (ahead == null || (failed && runtime.nanoTime() - fetchedAt > SECOND))) {
            fetch(1);
        }
        return number;
    }

    /** A row was there with a number of the present block: from now on it is looked first. */
    void suspect() {
        monitor.lock();
        try {
            suspect = true;
        } finally {
            monitor.unlock();
        }
    }

    private void skip(KeyLookup keys) throws SQLException {
        long used = keys.greatest(next, last);
        if (used > 0) {
            next = used + 1;
        }
    }

    /** Begins the next block in which there is a number that no row has. */
    private boolean begin(KeyLookup keys) throws SQLException {
        long atLeast = 1;
        while (next > last) {
            if (ahead == null || failed) {
                if (leasedTo == 0) {
                    long counted = keys.countedTo();
                    if (counted == Long.MAX_VALUE) {
                        return false;
                    }
                    atLeast = counted + 1;
                }
                fetch(atLeast);
            }
            Block block = await();
            if (block == null) {
                if (keys.countedTo() == Long.MAX_VALUE) {
                    return false;
                }
                throw new KeysUsedUpException(table, "no greater number is left in the record of the blocks", null);
            }
            use(block);
            skip(keys);
            if (next > last) {
                // rows that were imported with keys of their own
                long within = keys.greatest(last, last < Integer.MAX_VALUE ? Integer.MAX_VALUE : Long.MAX_VALUE);
                if (within == Long.MAX_VALUE) {
                    return false;
                }
                atLeast = within + 1;
                ahead = within > last ? null : ahead;
            }
        }
        return true;
    }

    private void use(Block block) {
        long now = runtime.nanoTime();
        if (last > 0) {
            grow(now - begunAt);
        }
        begunAt = now;
        next = block.first();
        last = block.last();
        half = next + (last - next) / 2;
        leasedTo = Math.max(leasedTo, last);
        suspect = false;
    }

    private void grow(long lasted) {
        if (lasted < QUICK) {
            size = (int) Math.min(KeySettings.MAX_BLOCK_SIZE, size * (lasted < SECOND ? (long) QUICK_GROWTH : 2L));
        } else if (lasted > SLOW) {
            size = Math.max(minSize, size / 2);
        }
    }

    private void fetch(long atLeast) {
        long known = Math.max(leasedTo, last);
        int wanted = size;
        fetchedAt = runtime.nanoTime();
        failed = false;
        CompletableFuture<@Nullable Block> block = new CompletableFuture<>();
        ahead = block;
        fetching.execute(() -> {
            try {
                block.complete(lease(Math.max(atLeast, known + 1), known, wanted));
            } catch (IOException | RuntimeException e) {
                failed = true;
                logger.debug("No block of keys for table {}", table, e);
                block.completeExceptionally(e);
            }
        });
    }

    /** Takes a block, behind a gap if what the nodes have taken so far is not known any more. */
    private @Nullable Block lease(long atLeast, long known, int wanted) throws IOException {
        Block block = blocks.lease(table, atLeast, wanted);
        if (block == null || block.known() >= known) {
            return block;
        }
        logger.warn(
                "The record of the blocks of keys of table {} ended at {}, although {} had been handed out: it was"
                        + " emptied or set back. This node goes on {} numbers further, where no other node has a block",
                table,
                block.known(),
                known,
                LOST_GAP);
        return Long.MAX_VALUE - block.last() <= LOST_GAP + wanted
                ? null
                : blocks.lease(table, block.last() + LOST_GAP, wanted);
    }

    private @Nullable Block await() throws KeysUsedUpException {
        CompletableFuture<@Nullable Block> task = ahead;
        if (task == null) {
            throw new IllegalStateException("nothing is fetched");
        }
        try {
            Block block = runtime.await(task, PATIENCE.toNanos());
            ahead = null;
            return block;
        } catch (ExecutionException e) {
            ahead = null;
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new KeysUsedUpException(table, "the next one cannot be leased now: " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new KeysUsedUpException(
                    table, "the stream has not answered for " + PATIENCE.toSeconds() + " s", null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeysUsedUpException(table, "the thread was interrupted while it waited for the next one", e);
        }
    }
}
