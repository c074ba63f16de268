package io.github.hasqlite.core.verify;

import io.github.hasqlite.NodeDigest;
import io.github.hasqlite.TableDifference;
import io.github.hasqlite.TableDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What nodes with digests at one sequence have in common, and what not. Immutable. */
final class Comparison {

    /** More would not be read. */
    private static final int TABLES_NAMED = 5;

    private final List<NodeDigest> nodes;

    /**
     * Compares answers to one verification at one sequence.
     *
     * @param answers those without digests do not count
     */
    Comparison(Collection<NodeDigest> answers) {
        nodes = answers.stream()
                .filter(answer -> answer.state() == NodeDigest.State.DONE)
                .sorted(Comparator.comparing(NodeDigest::node))
                .toList();
    }

    /** How many nodes there are. */
    int size() {
        return nodes.size();
    }

    /** The tables that differ. */
    List<TableDifference> differences() {
        Set<String> tables = new TreeSet<>();
        nodes.forEach(node -> tables.addAll(node.tables().keySet()));
        List<TableDifference> differences = new ArrayList<>();
        for (String table : tables) {
            List<String> divergent = divergent(table);
            if (!divergent.isEmpty()) {
                differences.add(new TableDifference(table, divergent));
            }
        }
        return differences;
    }

    private List<String> divergent(String table) {
        Map<Optional<TableDigest>, List<String>> groups = new HashMap<>();
        for (NodeDigest node : nodes) {
            groups.computeIfAbsent(Optional.ofNullable(node.tables().get(table)), digest -> new ArrayList<>())
                    .add(node.node());
        }
        List<String> majority = groups.values().stream()
                .filter(group -> group.size() * 2 > nodes.size())
                .findFirst()
                .orElse(List.of());
        return nodes.stream()
                .map(NodeDigest::node)
                .filter(node -> !majority.contains(node))
                .toList();
    }

    /** The nodes that differ in any table. */
    Set<String> divergent() {
        return differences().stream()
                .flatMap(difference -> difference.nodes().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** How one node differs, for people; {@code null} if it does not. */
    @Nullable
    String divergence(NodeDigest self) {
        List<String> tables = differences().stream()
                .filter(difference -> difference.nodes().contains(self.node()))
                .map(TableDifference::table)
                .toList();
        if (tables.isEmpty()) {
            return null;
        }
        String named = tables.stream()
                .limit(TABLES_NAMED)
                .map(table -> describe(self, table))
                .collect(Collectors.joining("; "));
        String others = tables.size() > TABLES_NAMED ? "; " + (tables.size() - TABLES_NAMED) + " more tables" : "";
        return named + others + "; at sequence " + self.sequence();
    }

    private String describe(NodeDigest self, String table) {
        TableDigest own = self.tables().get(table);
        String differing = nodes.stream()
                .filter(node -> !Objects.equals(node.tables().get(table), own))
                .map(NodeDigest::node)
                .collect(Collectors.joining(", "));
        String what = table.equals(NodeDigest.SCHEMA) ? "indexes, views and triggers" : "table " + table;
        return what + ": this node differs from " + differing;
    }
}
