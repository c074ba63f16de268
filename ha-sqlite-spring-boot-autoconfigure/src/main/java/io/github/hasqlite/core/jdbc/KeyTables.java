package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.KeyBlocks;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.TaskThread;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The numbers of all tables whose keys this node's connections hand out. Thread-safe. */
final class KeyTables implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(KeyTables.class);

    private static final int MAX_TOLD = 1_000;
    private static final long END_PATIENCE = TimeUnit.SECONDS.toNanos(5);

    private final KeyBlocks blocks;
    private final int blockSize;
    private final KeptBlocks kept;
    private final Map<String, KeyNumbers> tables = new ConcurrentHashMap<>();
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private final AtomicLong leftAlone = new AtomicLong();
    private final NodeRuntime runtime;
    private final TaskThread fetching;

    /**
     * Leases nothing yet.
     *
     * @param runtime in which blocks are fetched and waited for
     * @param blockSize how many numbers a block has at least
     * @param database the database's file, beside which the rest of the blocks is kept
     */
    KeyTables(NodeRuntime runtime, KeyBlocks blocks, int blockSize, String database) {
        this.runtime = runtime;
        this.fetching = runtime.taskThread("ha-sqlite-keys");
        this.blocks = blocks;
        this.blockSize = blockSize;
        this.kept = new KeptBlocks(database);
    }

    /** The numbers of a table. */
    KeyNumbers of(String table) {
        return tables.computeIfAbsent(
                SqlIdentifier.fold(table), name -> new KeyNumbers(table, blocks, kept, runtime, fetching, blockSize));
    }

    /** A statement is run that lets SQLite choose a key of a table. */
    void leftAlone(String table, String sql) {
        leftAlone.incrementAndGet();
        if (told.size() < MAX_TOLD && told.add(table)) {
            logger.warn(
                    "SQLite chooses a key of table {} on each node for itself, so that two nodes can give different rows"
                            + " one key, and one of the rows is lost: the statement is of a form that is left as it is, or"
                            + " a trigger inserts the row. Give the row a key, for example from ha_id(). Said once for"
                            + " each table: {}",
                    table,
                    sql);
        }
    }

    /** How many statements were run that let SQLite choose a key. */
    long leftAlone() {
        return leftAlone.get();
    }

    /** Keeps what is left of the blocks for the next start. */
    @Override
    public void close() {
        fetching.stop();
        try {
            if (fetching.awaitEnd(END_PATIENCE)) {
                tables.values().forEach(KeyNumbers::close);
                kept.keepAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // what it shows was not handed out
            logger.warn("The rest of the blocks of keys was not kept", e);
        }
    }
}
