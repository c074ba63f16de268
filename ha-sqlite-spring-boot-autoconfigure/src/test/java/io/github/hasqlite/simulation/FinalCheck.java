package io.github.hasqlite.simulation;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.simulation.Ledger.Outcome;
import io.github.hasqlite.testing.DatabaseContents;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** When all is quiet, every node is what an observer is that joins then, and holds what applications were told. */
final class FinalCheck {

    private final SimulatedCluster cluster;

    FinalCheck(SimulatedCluster cluster) {
        this.cluster = cluster;
    }

    void check() throws SQLException, IOException, InterruptedException {
        SimulatedNode observer = cluster.observer("observer");
        cluster.awaitUp(observer);
        while (observer.status().appliedSequence() < cluster.stream().end()) {
            cluster.pause(10_000_000);
        }
        List<String> wanted = rows(observer.file());
        List<String> books = DatabaseContents.of(observer.file()).books();
        StringBuilder differences = new StringBuilder();
        for (SimulatedNode each : cluster.nodes()) {
            add(DatabaseContents.difference(each.name(), rows(each.file()), "observer", wanted), differences);
            add(
                    DatabaseContents.difference(
                            each.name() + "'s books",
                            DatabaseContents.of(each.file()).books(),
                            "observer's books",
                            books),
                    differences);
            if (each.status().deadLetters() > 0 || each.status().divergence() != null) {
                throw new AssertionError("something was left out: " + each);
            }
        }
        add(promises(observer.file()), differences);
        cluster.nodes().add(observer);
        if (cluster.emphasis().also().audited()) {
            for (SimulatedNode each : cluster.nodes()) {
                add(
                        AppliedAudit.difference(
                                each.name(), each.file(), cluster.stream().places(), each.loaded()),
                        differences);
            }
        }
        if (!differences.isEmpty()) {
            throw new AssertionError(differences.toString());
        }
        cluster.nodes().forEach(SimulatedNode::stop);
        for (SimulatedNode each : cluster.nodes()) {
            cluster.stop(each);
        }
    }

    /** What all nodes have alike. */
    static List<String> rows(Path file) throws SQLException {
        return DatabaseContents.of(file).rows().stream()
                .filter(each -> !AppliedAudit.isLine(each))
                .toList();
    }

    /** What applications were told and is not so. */
    private @Nullable String promises(Path file) throws SQLException {
        List<String> broken = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            Marks marks = Marks.in(connection);
            long known = 0;
            long versions = 0;
            Set<String> told = new HashSet<>();
            for (Ledger.Entry each : cluster.ledger().entries()) {
                told.add(String.valueOf(each.mark));
                boolean present = marks.has(each);
                boolean promised = each.outcome == Outcome.STORED || each.outcome == Outcome.COMMITTED_HERE;
                if (promised && !present) {
                    broken.add("missing: " + each);
                }
                if (present && (each.outcome == Outcome.ROLLED_BACK || each.outcome == Outcome.LOST)) {
                    broken.add("should not be there: " + each);
                }
                if (present) {
                    marks.complain(each, connection, broken);
                }
                known += present && each.counted ? 1 : 0;
                versions += present && each.version ? 1 : 0;
            }
            for (long mark : cluster.ledger().seen()) {
                if (!marks.there().contains(String.valueOf(mark))) {
                    broken.add("read and gone: " + mark);
                }
            }
            Set<String> others = new HashSet<>(marks.there());
            others.removeAll(told);
            if (!others.isEmpty()) {
                broken.add("written by nobody: " + others);
            }
            compare("the schema's version is", "SELECT n FROM version", versions, connection, broken);
            if (cluster.emphasis().mode() == CommitMode.STRICT) {
                compare("counted", "SELECT n FROM c", known, connection, broken);
            }
        }
        return broken.isEmpty() ? null : String.join("\n", broken);
    }

    private static void compare(String what, String sql, long wanted, Connection connection, List<String> broken)
            throws SQLException {
        String found = SimulatedCluster.query(connection, sql).get(0);
        if (!found.equals(String.valueOf(wanted))) {
            broken.add(what + " " + found + " instead of " + wanted);
        }
    }

    private static void add(@Nullable String difference, StringBuilder differences) {
        if (difference != null) {
            differences.append(difference).append('\n');
        }
    }
}
