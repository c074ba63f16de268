package io.github.hasqlite;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A transaction of the stream, as its author has written it. Immutable.
 *
 * @param position its place in the stream; of one that travelled in parts, that of the last
 * @param number its number among the transactions that share this place, because they came into the stream together (group
 *     commit of commit mode {@code strict}), from 1; 0 if it has the place for itself
 * @param stored when the stream stored it, by the server's clock
 * @param committed when its author committed it, by that node's clock
 * @param node the name of the node that wrote it
 * @param publisher the id of the publisher; empty for one of the Go implementation
 * @param counter its place among that publisher's messages
 * @param rowsByTable how many changes of rows of which table it has
 * @param changes its first changes, at most {@link #MAX_CHANGES}
 * @param size how many it has
 */
public record HistoryEntry(
        long position,
        int number,
        Instant stored,
        Instant committed,
        String node,
        String publisher,
        long counter,
        Map<String, Long> rowsByTable,
        List<Change> changes,
        long size) {

    /** Of more changes than this the others are counted only. */
    public static final int MAX_CHANGES = 1_000;

    public HistoryEntry {
        rowsByTable = Map.copyOf(rowsByTable);
        changes = List.copyOf(changes);
    }

    /** Whether it has more changes than {@link #changes} shows. */
    public boolean isAbridged() {
        return size > changes.size();
    }
}
