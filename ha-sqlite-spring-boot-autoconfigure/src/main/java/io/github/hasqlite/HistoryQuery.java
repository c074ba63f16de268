package io.github.hasqlite;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which change sets to read. Immutable; begin with {@link #latest}.
 *
 * @param fromPosition the oldest place in the stream; 0 for any
 * @param toPosition the newest one; {@link Long#MAX_VALUE} for any
 * @param since the earliest time at which the stream has stored it, by the server's clock; {@code null} for any
 * @param until the latest one; {@code null} for any
 * @param node the name of the node that wrote it; {@code null} for any
 * @param table a table of which it has changed rows, in any case of letters; {@code null} for any
 * @param key the values of that table's primary key of a row that it has changed, in the order of the table's columns;
 *     empty for any
 * @param limit how many at most, from 1 to {@link #MAX_LIMIT}
 */
public record HistoryQuery(
        long fromPosition,
        long toPosition,
        @Nullable Instant since,
        @Nullable Instant until,
        @Nullable String node,
        @Nullable String table,
        List<Object> key,
        int limit) {

    /** Of more change sets than this nobody reads at once. */
    public static final int MAX_LIMIT = 100_000;

    public HistoryQuery {
        key = List.copyOf(key);
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit is " + limit + ", and must be from 1 to " + MAX_LIMIT);
        }
        if (!key.isEmpty() && table == null) {
            throw new IllegalArgumentException("a key is one of a table: name that, too");
        }
    }

    /** The newest change sets. */
    public static HistoryQuery latest(int limit) {
        return new HistoryQuery(0, Long.MAX_VALUE, null, null, null, null, List.of(), limit);
    }

    /** Only from a place in the stream on. */
    public HistoryQuery from(long position) {
        return new HistoryQuery(position, toPosition, since, until, node, table, key, limit);
    }

    /** Only up to a place in the stream. */
    public HistoryQuery to(long position) {
        return new HistoryQuery(fromPosition, position, since, until, node, table, key, limit);
    }

    /** Only what was stored at a time or later. */
    public HistoryQuery since(Instant time) {
        return new HistoryQuery(fromPosition, toPosition, time, until, node, table, key, limit);
    }

    /** Only what was stored at a time or earlier. */
    public HistoryQuery until(Instant time) {
        return new HistoryQuery(fromPosition, toPosition, since, time, node, table, key, limit);
    }

    /** Only what a node has written. */
    public HistoryQuery node(String name) {
        return new HistoryQuery(fromPosition, toPosition, since, until, name, table, key, limit);
    }

    /** Only what has changed rows of a table. */
    public HistoryQuery table(String name) {
        return new HistoryQuery(fromPosition, toPosition, since, until, node, name, List.of(), limit);
    }

    /** Only what has changed one row. */
    public HistoryQuery row(String ofTable, Object... primaryKey) {
        return new HistoryQuery(fromPosition, toPosition, since, until, node, ofTable, List.of(primaryKey), limit);
    }
}
