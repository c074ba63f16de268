package io.github.hasqlite.simulation;

import io.github.hasqlite.OnStreamReset;
import io.github.hasqlite.simulation.Emphasis.Loss;
import io.github.hasqlite.simulation.Ledger.Outcome;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What all nodes follow is lost, and an operator says what they go on with (rule R11). Nodes that do not know of it yet
 * go on all the while, and neither may what they write get into the new history nor the new history into theirs.
 */
final class StreamLoss {

    private static final int LONGEST_TAIL = 8;
    private static final int TRIES = 10;
    private static final long NOTICED_NANOS = TimeUnit.MILLISECONDS.toNanos(2_500);
    private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

    private final SimulatedCluster cluster;
    private final SimulatedStream stream;
    private final Loss kind;
    private boolean happened;
    /** Marks that are greater come from after the new beginning. */
    private long begunAt;

    StreamLoss(SimulatedCluster cluster) {
        this.cluster = cluster;
        this.stream = cluster.stream();
        this.kind = cluster.emphasis().also().loss();
    }

    /** Whether the stream is what it was. */
    boolean isStillToCome() {
        return !happened;
    }

    /** One of many moments in which it may happen. */
    void mayHappen() {
        if (kind == Loss.NONE || happened || cluster.random().nextInt(6) > 0) {
            return;
        }
        if (kind == Loss.REMADE) {
            happened = true;
            stream.remake();
        } else if (stream.end() > 1) {
            happened = true;
            stream.setBack(stream.end() - 1 - cluster.random().nextInt(LONGEST_TAIL));
            cluster.ledger().doubtAll();
            cluster.nodes().forEach(each -> each.connect(false));
            cluster.nodes().forEach(each -> each.connect(true));
        }
    }

    /** The operator learns of it. */
    void mend() throws Exception {
        if (!happened) {
            return;
        }
        cluster.nodes().forEach(each -> each.connect(true));
        // a commit that waits for the stream lets nothing be applied so long, and the node does not stop before it has
        // ended
        long noticed = NOTICED_NANOS + cluster.emphasis().timeout().toNanos();
        cluster.pause(kind == Loss.SET_BACK ? noticed : cluster.random().nextLong(NOTICED_NANOS));
        if (kind == Loss.REMADE) {
            beginAnew();
        } else {
            rejoinWhoStopped();
        }
    }

    private void beginAnew() throws Exception {
        List<SimulatedNode> others = new ArrayList<>(cluster.nodes());
        SimulatedNode origin = others.remove(chosen(others));
        end(origin);
        Set<String> kept = Marks.in(origin.file()).there();
        begunAt = cluster.ledger().lastMark();
        cluster.ledger().abandon(origin, kept, Outcome.LOST);
        for (int i = 0; !origin.isUp(); i++) {
            if (i > TRIES) {
                throw new AssertionError("is not what the new stream begins with: " + origin);
            }
            // what is in it already is worth nothing
            stream.remake();
            awaitStart(origin, OnStreamReset.ORIGIN);
        }
        for (SimulatedNode each : others) {
            cluster.pause(cluster.random().nextLong(MAX_PAUSE_NANOS));
            end(each);
            expectNothingNew(each);
            cluster.ledger().abandon(each, kept, Outcome.LOST);
            rejoin(each);
        }
    }

    private int chosen(List<SimulatedNode> nodes) throws SQLException {
        List<Integer> begun = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            SimulatedNode each = nodes.get(i);
            if (Files.exists(each.file()) && !Marks.in(each.file()).columns().isEmpty()) {
                begun.add(i);
            }
        }
        return begun.get(cluster.random().nextInt(begun.size()));
    }

    private void rejoinWhoStopped() throws Exception {
        for (SimulatedNode each : cluster.nodes()) {
            while (!each.isUp() && !each.isDown()) {
                cluster.pause(20_000_000);
            }
            if (each.isDown() || each.status().halted() != null) {
                end(each);
                cluster.ledger().abandon(each, Set.of(), Outcome.UNKNOWN);
                rejoin(each);
            }
        }
    }

    private void rejoin(SimulatedNode node) throws InterruptedException {
        for (int i = 0; !node.isUp(); i++) {
            if (i > TRIES) {
                throw new AssertionError("does not join the others again: " + node);
            }
            awaitStart(node, OnStreamReset.REJOIN);
        }
        node.onStreamReset(OnStreamReset.STOP);
    }

    private void awaitStart(SimulatedNode node, OnStreamReset how) throws InterruptedException {
        node.onStreamReset(how);
        node.start();
        while (!node.isUp() && !node.isDown()) {
            cluster.pause(20_000_000);
        }
    }

    private void end(SimulatedNode node) throws InterruptedException {
        if (!node.isDown() && (!node.isUp() || cluster.random().nextBoolean())) {
            node.crash(false);
        } else if (!node.isDown()) {
            cluster.stop(node);
        }
    }

    /** Nothing of the new history is in a file that belongs to the old one. */
    private void expectNothingNew(SimulatedNode old) throws SQLException {
        if (Files.exists(old.file())) {
            Marks marks = Marks.in(old.file());
            for (Ledger.Entry each : cluster.ledger().entries()) {
                if (each.mark > begunAt && marks.has(each) && !each.isOf(old)) {
                    throw new AssertionError(old.name() + " follows the old stream, and has " + each);
                }
            }
        }
    }
}
