package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.testing.DatabaseContents;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Three to five nodes, a broker and a network, all played by one thread in an order that the seed
 * decides, with lost, repeated, late, overtaking and forged messages, nodes that hear nothing for a
 * while, and crashes. When all is quiet, every node must be what an observer is that only applied the stream
 * in order.
 */
public final class Simulation {

    private static final int STEPS = 100;

    private final Random random;
    private final long seed;
    private final MergeMode merge;
    private final SimulatedBroker broker;
    /** What was written into the table with the marks, and into which further columns of it. */
    private final Map<Long, List<String>> marks = new LinkedHashMap<>();

    private final List<SimulatedNode> nodes = new ArrayList<>();

    private Simulation(long seed) {
        this.seed = seed;
        this.merge = seed % 3 == 0 ? MergeMode.COLUMN : MergeMode.ROW;
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 0x1234567);
        this.broker = new SimulatedBroker(random);
    }

    /**
     * Plays seeds until one fails.
     *
     * @return what went wrong, or {@code null}
     */
    public static @Nullable String firstFailure(long from, long count) throws Exception {
        for (long seed = from; seed < from + count; seed++) {
            String failure;
            try {
                failure = play(seed);
            } catch (RuntimeException | SQLException e) {
                failure = e.toString();
            }
            if (failure != null) {
                return "seed " + seed + ": " + failure;
            }
        }
        return null;
    }

    /** Plays one seed. */
    static @Nullable String play(long seed) throws Exception {
        Simulation simulation = new Simulation(seed);
        try {
            return simulation.play();
        } catch (HaltException e) {
            return "halted: " + e.getMessage() + " " + e.getCause();
        } finally {
            for (SimulatedNode node : simulation.nodes) {
                node.close();
            }
        }
    }

    private @Nullable String play() throws SQLException, InterruptedException, HaltException, ChangeSetFormatException {
        int count = 3 + random.nextInt(3);
        for (int i = 1; i <= count; i++) {
            node("n" + i);
        }
        SimulatedNode observer = node("observer");
        List<SimulatedNode> players = List.copyOf(nodes.subList(0, count));
        int deaf = -1;
        for (int step = 0; step < STEPS; step++) {
            if (random.nextInt(15) == 0) {
                deaf = random.nextInt(2 * count);
            }
            int who = random.nextInt(count);
            String failure = step(players.get(who), who == deaf);
            if (failure != null) {
                return "after step " + step + ": " + failure + "\n" + players.get(who);
            }
        }
        return quieten(players, observer);
    }

    private SimulatedNode node(String name) throws SQLException {
        SimulatedNode node = new SimulatedNode(name, seed, merge, broker, random, marks);
        nodes.add(node);
        return node;
    }

    private @Nullable String step(SimulatedNode node, boolean deaf)
            throws SQLException, InterruptedException, HaltException, ChangeSetFormatException {
        int dice = random.nextInt(100);
        if (dice < 32) {
            node.write();
        } else if (dice < 36 && !deaf) {
            node.changeSchema();
        } else if (dice < 60) {
            node.publish();
        } else if (dice < 75) {
            broker.step();
        } else if (dice < 97 && !deaf) {
            node.apply();
            return random.nextInt(20) == 0 || Boolean.getBoolean("always")
                    ? node.differenceFromRule(node("rule" + nodes.size()))
                    : null;
        } else if (dice == 97) {
            node.forge();
        } else if (dice >= 98) {
            node.crash();
        }
        return null;
    }

    private @Nullable String quieten(List<SimulatedNode> players, SimulatedNode observer)
            throws SQLException, InterruptedException, HaltException {
        for (int round = 0; ; round++) {
            boolean quiet = broker.isQuiet();
            for (SimulatedNode node : players) {
                node.applyRest();
                node.publish();
                broker.step();
                quiet &= node.isQuiet();
            }
            if (quiet) {
                break;
            }
            if (round > 10_000) {
                return "the outboxes do not get empty: " + players + broker;
            }
        }
        observer.applyRest();
        if (observer.disorder() != null) {
            return observer.disorder();
        }
        for (SimulatedNode node : players) {
            String difference =
                    DatabaseContents.difference(node.name(), node.content(), "observer", observer.content());
            if (difference != null) {
                return difference;
            }
            difference = DatabaseContents.difference(
                    node.name() + "'s books", node.bookkeeping(), "observer's books", observer.bookkeeping());
            if (difference != null) {
                return difference;
            }
        }
        List<String> logged = observer.content().stream()
                .filter(row -> row.startsWith("log "))
                .toList();
        if (logged.size() != marks.size()) {
            return marks.size() + " transactions wrote a mark, " + logged.size() + " marks are there";
        }
        List<String> missing = observer.missingMarks();
        return missing.isEmpty() ? null : "missing: " + missing;
    }
}
