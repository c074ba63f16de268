package io.github.hasqlite.actuate;

import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.DatabaseVerifier;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.VerificationReport;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** What somebody who operates this node can do to one of its databases. */
final class Operations {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration MAX_TIMEOUT = Duration.ofMinutes(10);

    private static final String SEE_HEALTH = "See health, and the log of this node.";

    private final OperatedDatabase database;
    private final HaSqliteDataSource dataSource;

    Operations(OperatedDatabase database) {
        this.database = database;
        this.dataSource = database.dataSource();
    }

    Map<String, Object> snapshot() {
        DatabaseSnapshotter snapshotter = database.snapshotter();
        if (snapshotter == null) {
            throw EndpointProblem.impossible(
                    "This node takes no snapshots: it does not replicate, is a read replica, or"
                            + " ha.sqlite.snapshotter.enabled is false.",
                    "Ask a node that does.");
        }
        try {
            return described(snapshotter.takeSnapshot());
        } catch (IOException | SQLException e) {
            throw EndpointProblem.failed("No snapshot was taken: " + e.getMessage() + ".", SEE_HEALTH, e);
        }
    }

    private static Map<String, Object> described(Snapshot snapshot) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("sequence", snapshot.sequence());
        described.put("node", snapshot.node());
        described.put("taken", Instant.ofEpochSecond(0, snapshot.takenAtNs()));
        described.put("bytes", snapshot.bytes());
        return described;
    }

    Map<String, Object> retry() {
        requireHalt();
        if (!dataSource.retryReplication()) {
            throw EndpointProblem.impossible(
                    "Trying again has no effect: "
                            + dataSource.replicationStatus().halted() + ".",
                    "The log of this node says why. Mend that first, or start the node again.");
        }
        return Map.of("retried", true);
    }

    Map<String, Object> skip() {
        String reason = requireHalt();
        if (!dataSource.skipFailedChangeSet()) {
            throw EndpointProblem.impossible(
                    "There is nothing that could be left out: " + reason + ".",
                    "The log of this node says what it waits for.");
        }
        return Map.of("leftOut", reason);
    }

    private String requireHalt() {
        String reason = dataSource.replicationStatus().halted();
        if (reason == null) {
            throw EndpointProblem.impossible(
                    "Replication of database " + database.name() + " has not stopped on this node.",
                    "There is nothing to do here; ask the node whose health is DOWN.");
        }
        return reason;
    }

    private static Duration patience(@Nullable String timeout) {
        if (timeout == null) {
            return TIMEOUT;
        }
        Duration patience = Duration.ZERO;
        try {
            patience = DurationStyle.detectAndParse(timeout);
        } catch (IllegalArgumentException | ArithmeticException e) {
            // as one that is too short
        }
        if (patience.isNegative() || patience.isZero() || patience.compareTo(MAX_TIMEOUT) > 0) {
            throw EndpointProblem.wrong(
                    "timeout is " + timeout + ".",
                    "Take more than nothing, such as 30s, and at most " + MAX_TIMEOUT.toMinutes() + "m.");
        }
        return patience;
    }

    Map<String, Object> verify(@Nullable String timeout) {
        Duration patience = patience(timeout);
        try {
            VerificationReport report = verifier().verify(patience);
            Map<String, Object> described = new LinkedHashMap<>();
            described.put("agrees", report.agrees());
            described.put("sequence", report.sequence());
            Map<String, Object> states = new LinkedHashMap<>();
            report.nodes()
                    .forEach(answered -> states.put(
                            answered.node(),
                            answered.state() + (answered.detail().isEmpty() ? "" : ": " + answered.detail())));
            described.put("nodes", states);
            described.put("missing", report.missing());
            described.put("differences", report.differences());
            return described;
        } catch (IOException e) {
            throw EndpointProblem.failed("The nodes were not compared: " + e.getMessage() + ".", SEE_HEALTH, e);
        }
    }

    Map<String, Object> repair(@Nullable String node) {
        DatabaseVerifier verifier = verifier();
        try {
            return described(node == null ? verifier.repair() : verifier.repair(node));
        } catch (IOException | SQLException e) {
            throw EndpointProblem.failed("This node was not repaired: " + e.getMessage() + ".", SEE_HEALTH, e);
        }
    }

    private DatabaseVerifier verifier() {
        DatabaseVerifier verifier = database.verifier();
        if (verifier == null) {
            throw EndpointProblem.impossible(
                    "This node is not compared with others: it does not replicate, or ha.sqlite.subscriber.enabled is"
                            + " false.",
                    "Ask a node that is.");
        }
        return verifier;
    }

    Map<String, Object> remove(@Nullable String node) {
        String member = required(node);
        try {
            ClusterMembers members = members();
            boolean known = members.list().stream().anyMatch(each -> each.name().equals(member));
            members.remove(member);
            return Map.of("removed", member, "wasMember", known);
        } catch (IllegalArgumentException e) {
            throw EndpointProblem.wrong(e.getMessage() + ".", "Name another node, or ask another node to remove it.");
        } catch (IOException e) {
            throw EndpointProblem.failed(
                    member + " may be removed or not: " + e.getMessage() + ".",
                    "Ask again when the servers can be reached.",
                    e);
        }
    }

    Map<String, Object> admit(@Nullable String node) {
        String member = required(node);
        try {
            return Map.of("admitted", member, "hadBeenRemoved", members().admit(member));
        } catch (IllegalArgumentException e) {
            throw EndpointProblem.wrong(e.getMessage() + ".", "Name another node, or ask another node to admit it.");
        } catch (IOException e) {
            throw EndpointProblem.failed(
                    member + " may be admitted or not: " + e.getMessage() + ".",
                    "Ask again when the servers can be reached.",
                    e);
        }
    }

    private static String required(@Nullable String node) {
        if (node == null) {
            throw EndpointProblem.wrong("No node is named.", "Say which one, as {\"node\": \"n3\"}.");
        }
        return node;
    }

    private ClusterMembers members() {
        ClusterMembers members = database.facts().members();
        if (members == null) {
            throw noMembers();
        }
        return members;
    }

    /** This node knows of no others. */
    static EndpointProblem noMembers() {
        return EndpointProblem.impossible(
                "This node knows of no members, because ha.sqlite.members.enabled is false.",
                "Set it to true on all nodes.");
    }
}
