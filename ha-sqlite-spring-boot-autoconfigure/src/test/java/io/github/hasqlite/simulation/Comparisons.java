package io.github.hasqlite.simulation;

import io.github.hasqlite.DatabaseVerifier;
import io.github.hasqlite.NodeDigest;
import io.github.hasqlite.VerificationReport;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Nodes compare themselves with each other while all goes on: as long as none was damaged, none may differ. One that was
 * damaged must be found, and is what the others are once it is repaired.
 */
final class Comparisons {

    private static final int TRIES = 20;
    private static final Duration ANSWERS = Duration.ofMinutes(1);

    private final SimulatedCluster cluster;
    private final Emphasis.Also also;
    private final SimulatedSchema schema;
    private @Nullable SimulatedNode damaged;
    private boolean found;
    private @Nullable SimulatedRuntime repairing;

    Comparisons(SimulatedCluster cluster) {
        this.cluster = cluster;
        this.also = cluster.emphasis().also();
        this.schema = new SimulatedSchema(cluster.emphasis().tables(), cluster.random());
    }

    boolean isDamaged(SimulatedNode node) {
        return damaged == node;
    }

    /** Somebody may write to the file of a node that is down. */
    void damage(SimulatedNode down) throws SQLException {
        if (!also.damaged() || damaged != null || !allHaveBegun()) {
            return;
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + down.file());
                Statement statement = connection.createStatement()) {
            for (String each : schema.damage()) {
                try {
                    statement.executeUpdate(each);
                    damaged = down;
                    cluster.scheduler().note("damaged " + down.name() + ": " + each);
                } catch (SQLException e) {
                    cluster.scheduler().note("not damaged: " + e.getMessage());
                }
            }
        }
    }

    private boolean allHaveBegun() throws SQLException {
        for (SimulatedNode each : cluster.nodes()) {
            if (!Files.exists(each.file()) || Marks.in(each.file()).columns().isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Nobody differs without a reason; who does is repaired at some time. */
    void look() {
        for (SimulatedNode each : also.compares() ? cluster.nodes() : java.util.List.<SimulatedNode>of()) {
            DatabaseVerifier verifier = each.verifier();
            String divergence = each.isUp() && verifier != null ? verifier.divergence() : null;
            if (divergence != null) {
                if (damaged == null) {
                    throw new AssertionError(each.name() + " differs: " + divergence);
                }
                if (each == damaged
                        && each.runtime() != repairing
                        && cluster.random().nextInt(3) == 0) {
                    found = true;
                    repairing = each.runtime();
                    SimulatedRuntime process = each.runtime();
                    process.thread("repair", () -> repair(verifier)).start();
                }
            }
        }
    }

    private void repair(DatabaseVerifier verifier) {
        try {
            cluster.scheduler().note("repaired with " + verifier.repair());
        } catch (IOException | SQLException e) {
            cluster.scheduler().note("not repaired: " + e.getMessage());
        }
    }

    /** All is quiet: in the end they are equal, and say so. */
    void settle() throws Exception {
        SimulatedNode first = cluster.nodes().get(0);
        for (int i = 0; also.compares() && !agree(first); i++) {
            if (i == TRIES) {
                throw new AssertionError("do not agree: " + cluster.nodes());
            }
            SimulatedNode wrong = damaged;
            if (wrong != null && wrong.status().divergence() != null) {
                found = true;
                repair(wrong.verifier());
                SimulatedNode right = cluster.nodes().get(wrong == first ? 1 : 0);
                right.takeSnapshot();
            }
            cluster.pause(ANSWERS.toNanos() / 60);
        }
        if (damaged != null) {
            if (!found) {
                throw new AssertionError("was damaged, and nobody has found out: " + damaged);
            }
            String name = damaged.name();
            cluster.stream().snapshots().keySet().removeIf(each -> each.node().equals(name));
            cluster.nodes().get(damaged == first ? 1 : 0).takeSnapshot();
        }
    }

    private boolean agree(SimulatedNode asking) throws IOException {
        VerificationReport report = asking.verifier().verify(ANSWERS);
        cluster.scheduler().note("compared: " + report);
        boolean complete = report.nodes().size() == cluster.nodes().size()
                && report.nodes().stream().allMatch(each -> each.state() == NodeDigest.State.DONE);
        return complete
                && report.agrees()
                && cluster.nodes().stream().allMatch(each -> each.status().divergence() == null);
    }
}
