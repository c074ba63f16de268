package io.github.hasqlite;

import java.util.List;

/**
 * A table that is not the same on all nodes.
 *
 * @param table its name, or {@link NodeDigest#SCHEMA} if indexes, views or triggers differ
 * @param nodes the nodes where it is not what it is on more than half of the nodes that answered; all of them
 *     if it is the same on no more than half
 */
public record TableDifference(String table, List<String> nodes) {

    public TableDifference {
        nodes = List.copyOf(nodes);
    }
}
