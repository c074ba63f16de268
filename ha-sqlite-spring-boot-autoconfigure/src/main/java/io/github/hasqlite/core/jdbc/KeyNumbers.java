package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.KeyBlocks;
import io.github.hasqlite.KeyBlocks.Block;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.TaskThread;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's numbers for the keys of one table. They come in blocks, the next one of which is fetched while half of
 * the present one is left, so that nobody waits for the stream but the first INSERT. What was not handed out is {@linkplain
 * KeptBlocks kept} for the next start. Thread-safe, though it is used by one transaction at a time, the one that has the
 * write lock.
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
    private final KeptBlocks kept;
    private final NodeRuntime runtime;
    private final TaskThread fetching;
    private final Monitor monitor;
    private final int minSize;

    private KeyRange range = new KeyRange(1, 0);
    private long next = 1;
    private long half;
    /** Ranges to be used after the present one. */
    private final Queue<KeyRange> stock = new ArrayDeque<>();
    /** The end of the newest range that there was; 0 if there was none. */
    private long heldTo;

    private int size;
    private long begunAt;
    private boolean suspect;
    /** A row was met that SQLite gave a number of the present block: those behind it may have the next ones, too. */
    private boolean overtaken;

    private boolean closed;
    private @Nullable CompletableFuture<List<KeyRange>> ahead;
    private long fetchedAt;
    /** What is {@link #ahead} has failed. */
    private volatile boolean failed;
    /** The ranges that there were may be somebody else's, too. */
    private volatile boolean lost;

    private @Nullable CompletableFuture<Boolean> step;

    /** What there is of ranges; of the thread that fetches. */
    private final List<KeyRange> held = new ArrayList<>();

    /** No new block begins before this one; of the same thread. */
    private long behindGap;

    /**
     * No number yet.
     *
     * @param kept what was not handed out; used by the thread that fetches only
     * @param fetching runs what waits for the stream and the disk
     * @param minSize how many numbers a block has at least
     */
    KeyNumbers(String table, KeyBlocks blocks, KeptBlocks kept, NodeRuntime runtime, TaskThread fetching, int minSize) {
        this.table = table;
        this.blocks = blocks;
        this.kept = kept;
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
            if (closed) {
                throw new KeysUsedUpException(table, "its data source has been closed", null);
            }
            return take(keys, checked);
        } finally {
            monitor.unlock();
        }
    }

    private long take(KeyLookup keys, boolean checked) throws SQLException {
        boolean found = false;
        while (!found) {
            if (lost) {
                forget();
            }
            if (next > range.last() && !begin(keys)) {
                return 0;
            }
            if (overtaken || ((checked || suspect) && keys.has(next))) {
                overtaken = false;
                skip(keys);
            } else {
                found = isFree(next);
            }
        }
        long number = next++;
        if (number >= half
                && stock.isEmpty()
                && (ahead == null || (failed && runtime.nanoTime() - fetchedAt > SECOND))) {
            fetch(1);
        }
        return number;
    }

    /** Whether the number may be handed out now; waits for the disk if it has to. */
    private boolean isFree(long number) throws KeysUsedUpException {
        KeyRange present = range;
        if (!present.isNearlyUsed(number)) {
            return true;
        }
        CompletableFuture<Boolean> freeing = step;
        if (freeing == null) {
            freeing = task(() -> {
                kept.keep(table, held, each -> each == present ? each.stepFrom(number) : each.free());
                return true;
            });
            step = freeing;
        }
        boolean waits = number > present.free();
        try {
            if (waits) {
                await(freeing, "the file of what it keeps for the next start cannot be written");
            }
        } finally {
            step = freeing.isDone() ? null : freeing;
        }
        return !waits;
    }

    /** The ranges that there are are not used any more. */
    private void forget() {
        lost = false;
        stock.clear();
        next = range.last() + 1;
        half = next;
    }

    /** The rest of all ranges can be kept: nothing is handed out any more. */
    void close() {
        monitor.lock();
        try {
            closed = true;
            for (KeyRange each : held) {
                if (each == range) {
                    each.free(next - 1);
                } else if (each.free() < each.last()) {
                    each.free(each.first() - 1);
                }
            }
        } finally {
            monitor.unlock();
        }
    }

    /**
     * A row was there with a number of the present block. From now on it is looked first, and what comes next is behind
     * all rows of the block, so that no later row comes before them by its key.
     */
    void suspect() {
        monitor.lock();
        try {
            suspect = true;
            overtaken = true;
        } finally {
            monitor.unlock();
        }
    }

    private void skip(KeyLookup keys) throws SQLException {
        long used = keys.greatest(next, range.last());
        if (used > 0) {
            next = used + 1;
        }
    }

    /** Begins the next range in which there is a number that no row has. */
    private boolean begin(KeyLookup keys) throws SQLException {
        long atLeast = 1;
        while (next > range.last()) {
            KeyRange following = stock.poll();
            if (following == null) {
                if (ahead == null || failed) {
                    if (heldTo == 0) {
                        long counted = keys.countedTo();
                        if (counted == Long.MAX_VALUE) {
                            return false;
                        }
                        atLeast = counted + 1;
                    }
                    fetch(atLeast);
                }
                if (!replenish()) {
                    if (keys.countedTo() == Long.MAX_VALUE) {
                        return false;
                    }
                    throw new KeysUsedUpException(table, "no greater number is left in the record of the blocks", null);
                }
                continue;
            }
            use(following);
            skip(keys);
            if (next > range.last()) {
                // rows that were imported with keys of their own
                long last = range.last();
                long within = keys.greatest(last, last < Integer.MAX_VALUE ? Integer.MAX_VALUE : Long.MAX_VALUE);
                if (within == Long.MAX_VALUE) {
                    return false;
                }
                atLeast = within + 1;
            }
        }
        return true;
    }

    private boolean replenish() throws KeysUsedUpException {
        CompletableFuture<List<KeyRange>> task = ahead;
        if (task == null) {
            throw new IllegalStateException("nothing is fetched");
        }
        List<KeyRange> ranges = await(task, "the next one cannot be leased now");
        ahead = null;
        if (lost) {
            forget();
        }
        stock.addAll(ranges);
        return !ranges.isEmpty();
    }

    private void use(KeyRange following) {
        long now = runtime.nanoTime();
        if (range.last() > 0) {
            grow(now - begunAt);
        }
        // what was left out of it is not kept
        range.free(range.last());
        begunAt = now;
        range = following;
        next = range.first();
        half = next + (range.last() - next) / 2;
        heldTo = Math.max(heldTo, range.last());
        suspect = false;
        overtaken = false;
    }

    private void grow(long lasted) {
        if (lasted < QUICK) {
            size = (int) Math.min(KeySettings.MAX_BLOCK_SIZE, size * (lasted < SECOND ? (long) QUICK_GROWTH : 2L));
        } else if (lasted > SLOW) {
            size = Math.max(minSize, size / 2);
        }
    }

    private void fetch(long atLeast) {
        long known = heldTo;
        int wanted = size;
        fetchedAt = runtime.nanoTime();
        failed = false;
        ahead = task(() -> {
            boolean fetched = false;
            try {
                List<KeyRange> ranges = ranges(atLeast, known, wanted);
                fetched = true;
                return ranges;
            } finally {
                failed = !fetched;
            }
        });
    }

    private <T> CompletableFuture<T> task(Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        fetching.execute(() -> {
            try {
                result.complete(work.call());
            } catch (Exception e) {
                logger.debug("No numbers for keys of table {}", table, e);
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** What the process before has left, if it is the first time, and a new block; empty if there is none any more. */
    private List<KeyRange> ranges(long atLeast, long known, int wanted) throws IOException {
        List<KeyRange> ranges = new ArrayList<>(kept.take(table));
        long mine = known;
        for (KeyRange each : ranges) {
            mine = Math.max(mine, each.last());
        }
        try {
            Block block = blocks.lease(table, Math.max(behindGap, Math.max(atLeast, mine + 1)), wanted);
            if (block != null && block.known() < mine) {
                ranges.clear();
                held.clear();
                lost = true;
                block = behindGap(block, mine, wanted);
            }
            if (block != null) {
                ranges.add(new KeyRange(block.first(), block.last()));
            }
        } catch (IOException | RuntimeException e) {
            if (ranges.isEmpty()) {
                throw e;
            }
            logger.info("Table {} gets the keys that were left before the restart: {}", table, e.getMessage());
        }
        held.removeIf(each -> each.free() == each.last());
        held.addAll(ranges);
        kept.keep(table, held, each -> ranges.contains(each) ? each.stepFrom(each.first() - 1) : each.free());
        return ranges;
    }

    /** A block where no other node has one, although what the nodes have taken so far is not known any more. */
    private @Nullable Block behindGap(Block block, long known, int wanted) throws IOException {
        logger.warn(
                "The record of the blocks of keys of table {} ended at {}, although {} had been handed out: it was"
                        + " emptied or set back. This node goes on {} numbers further, where no other node has a block",
                table,
                block.known(),
                known,
                LOST_GAP);
        if (Long.MAX_VALUE - block.last() <= LOST_GAP + wanted) {
            return null;
        }
        // also if the next answer gets lost
        behindGap = block.last() + LOST_GAP;
        return blocks.lease(table, behindGap, wanted);
    }

    private <T> T await(CompletableFuture<T> task, String without) throws KeysUsedUpException {
        try {
            return runtime.await(task, PATIENCE.toNanos());
        } catch (ExecutionException e) {
            if (task == ahead) {
                ahead = null;
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new KeysUsedUpException(table, without + ": " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new KeysUsedUpException(table, without + ": no answer for " + PATIENCE.toSeconds() + " s", null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeysUsedUpException(table, "the thread was interrupted while it waited for the next one", e);
        }
    }
}
