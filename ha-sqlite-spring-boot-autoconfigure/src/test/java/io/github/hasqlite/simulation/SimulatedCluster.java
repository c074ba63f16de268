package io.github.hasqlite.simulation;

import io.github.hasqlite.core.commit.NodeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * The nodes of a simulation and what they share, for the conductor.
 *
 * @param folder with a folder for each node
 * @param random what the conductor decides by
 * @param world the conductor's own runtime
 * @param nodes that take part; grows
 */
record SimulatedCluster(
        Path folder,
        Emphasis emphasis,
        Random random,
        Scheduler scheduler,
        SimulatedRuntime world,
        SimulatedStream stream,
        Ledger ledger,
        List<SimulatedNode> nodes) {

    static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);
    static final int MAX_STARTS = 8;

    SimulatedCluster(
            Path folder,
            Emphasis emphasis,
            Random random,
            Scheduler scheduler,
            SimulatedRuntime world,
            SimulatedStream stream) {
        this(folder, emphasis, random, scheduler, world, stream, new Ledger(), new ArrayList<>());
    }

    /** Another node, which is down. */
    SimulatedNode node(String name, UnaryOperator<NodeSettings> settings) throws IOException {
        SimulatedNode node = new SimulatedNode(
                name,
                folder,
                stream,
                ledger,
                emphasis,
                from -> settings.apply(from.with(to -> to.merge(emphasis.merge()))
                        .with(to -> to.bootstrapTimeout(Duration.ofMinutes(2)))));
        Files.createDirectories(node.file().getParent());
        return node;
    }

    /** A read replica on which nothing else works. */
    SimulatedNode observer(String name) throws IOException {
        SimulatedNode node = node(name, settings -> settings.with(to -> to.readOnly(true)));
        node.beQuiet();
        return node;
    }

    void pause(long nanos) throws InterruptedException {
        world.sleep(nanos);
    }

    void awaitUp(SimulatedNode node) throws InterruptedException {
        long deadline = scheduler.now() + PATIENCE_NANOS;
        int starts = 0;
        while (!node.isUp()) {
            if (node.isDown()) {
                if (scheduler.now() > deadline || ++starts > MAX_STARTS) {
                    throw new AssertionError("does not start: " + node);
                }
                node.start();
            }
            pause(20_000_000);
        }
    }

    void stop(SimulatedNode node) throws InterruptedException {
        node.stop();
        while (!node.isDown()) {
            pause(1_000_000);
        }
    }

    /** The first column of an answer. */
    static List<String> query(Connection connection, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
