package io.github.hasqlite;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A transaction of the stream is committed on this node at its place: one of another node, or one of this node that has
 * come back from the stream. So every node that follows the stream is told of every change set, its author included.
 * Not told are change sets that had no effect on any node, or that this node has left out, and what a snapshot has
 * brought ({@link ChangeSetsMissed}). Immutable.
 *
 * @param node the name of the node that wrote it
 * @param own whether that is this node
 * @param position its place in the stream
 * @param number its number among the transactions that share this place, because they came into the stream together, from
 *     1; 0 if it has the place for itself
 * @param stored when the stream stored it, by the server's clock; what this node has committed in commit mode {@code
 *     strict}, by its own
 * @param rowsByTable how many changes of rows of which table it has, in the order of the tables' names as its author
 *     knew them; without what travelled as a statement
 * @param anyTable whether it may have changed other tables, too: a statement was in it (a change of the schema, or of a
 *     virtual table), or a table was renamed since it was written
 */
public record ChangeSetApplied(
        String database,
        String node,
        boolean own,
        long position,
        int number,
        Instant stored,
        Map<String, Long> rowsByTable,
        boolean anyTable)
        implements ReplicationEvent {

    public ChangeSetApplied {
        rowsByTable = sorted(rowsByTable);
    }

    private static Map<String, Long> sorted(Map<String, Long> rows) {
        TreeMap<String, Long> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sorted.putAll(rows);
        return Collections.unmodifiableMap(sorted);
    }

    /** The tables whose rows it has changed. */
    public Set<String> tables() {
        return rowsByTable.keySet();
    }

    /** How many changes of rows it has. */
    public long rows() {
        return rowsByTable.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Whether it has changed rows of a table, in any case of letters, or {@linkplain #anyTable may have}. */
    public boolean touches(String table) {
        return anyTable || rowsByTable.containsKey(table);
    }
}
