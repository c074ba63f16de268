package io.github.hasqlite;

import java.util.List;

/**
 * What came of a verification.
 *
 * @param verification its id
 * @param sequence the stream sequence at which the nodes were compared
 * @param nodes what they have answered, in the order of their names
 * @param differences the tables that are not the same on all nodes with digests, in the order of their names
 * @param missing nodes that have answered another verification not long ago, and not this one, in the order
 *     of their names
 */
public record VerificationReport(
        String verification,
        long sequence,
        List<NodeDigest> nodes,
        List<TableDifference> differences,
        List<String> missing) {

    public VerificationReport {
        nodes = List.copyOf(nodes);
        differences = List.copyOf(differences);
        missing = List.copyOf(missing);
    }

    /** Whether at least two nodes were compared and no table differs. */
    public boolean agrees() {
        return differences.isEmpty()
                && nodes.stream()
                                .filter(node -> node.state() == NodeDigest.State.DONE)
                                .count()
                        > 1;
    }
}
