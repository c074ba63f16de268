package io.github.hasqlite.simulation;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Two or three production nodes and what happens to them, as one seed decides: lost, repeated, late and overtaking
 * messages, lines that are cut, processes that are stopped and killed, and power that fails. When all is mended and
 * quiet, every node must be what an observer is that joins then, and hold what applications were told.
 */
public final class Simulation {

    private static final int STEPS = 12;
    private static final int MAX_MESSAGES_BETWEEN = 14;
    private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(4);

    private final Emphasis emphasis;
    private final Random random;
    private final Scheduler scheduler;
    private final SimulatedRuntime world;
    private final SimulatedStream stream;
    private final SimulatedCluster cluster;

    private Simulation(long seed, Path folder) {
        // seeds that follow each other must not begin alike
        this.random = new Random(new SplittableRandom(seed).nextLong());
        this.emphasis = Emphasis.of(seed, random);
        this.scheduler = new Scheduler(random);
        this.world = new SimulatedRuntime("world", 0, scheduler, false);
        this.stream = new SimulatedStream(scheduler, emphasis.faults());
        this.cluster = new SimulatedCluster(folder, emphasis, random, scheduler, world, stream);
    }

    /**
     * Plays seeds until one fails.
     *
     * @return what went wrong, or {@code null}
     */
    public static @Nullable String firstFailure(long from, long count) throws Exception {
        for (long seed = from; seed < from + count; seed++) {
            String failure = play(seed).failure();
            if (failure != null) {
                return "seed " + seed + " (again: -Dha.sqlite.test.simulation=" + seed + "): " + failure;
            }
        }
        return null;
    }

    /** How a seed went. */
    record Result(@Nullable String failure, long hash, long messages, List<String> events) {}

    /** Plays one seed. */
    static Result play(long seed) throws Exception {
        Path memory = Path.of("/dev/shm");
        Path folder = Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "simulation")
                : Files.createTempDirectory("simulation");
        try {
            Simulation simulation = new Simulation(seed, folder);
            SimulatedThread conductor = simulation.world.simulated("conductor", simulation::conduct);
            simulation.scheduler.begin(conductor);
            String failure = simulation.scheduler.run(conductor);
            return new Result(
                    failure, simulation.scheduler.hash(), simulation.stream.end(), simulation.scheduler.events());
        } finally {
            SimulatedNode.delete(folder);
        }
    }

    private void conduct() {
        try {
            script();
        } catch (SimulatedCrash e) {
            throw e;
        } catch (Exception | AssertionError e) {
            StringWriter text = new StringWriter();
            e.printStackTrace(new PrintWriter(text));
            scheduler.fail(text.toString());
        }
        scheduler.finish();
    }

    private void script() throws Exception {
        int count = emphasis.nodes();
        scheduler.note(emphasis.toString());
        List<SimulatedNode> nodes = cluster.nodes();
        for (int i = 0; i < count; i++) {
            nodes.add(cluster.node(
                    "" + (char) ('a' + i),
                    settings -> settings.with(
                            to -> to.isolation(emphasis.isolation()).groupCommit(emphasis.groupCommit()))));
        }
        boolean inFile = random.nextBoolean();
        begin(nodes.get(0), inFile);
        for (SimulatedNode each : nodes.subList(1, count)) {
            each.start();
        }
        StreamLoss loss = new StreamLoss(cluster);
        Comparisons comparisons = new Comparisons(cluster);
        Mishaps mishaps = new Mishaps(cluster, new RuleCheck(cluster, !inFile), loss, comparisons);
        for (int i = 0; i < STEPS; i++) {
            pause();
            mishaps.step(nodes.get(random.nextInt(count)));
        }
        loss.mend();
        heal();
        awaitQuiet();
        comparisons.settle();
        awaitQuiet();
        new FinalCheck(cluster).check();
    }

    /** Until some more is in the stream, but not for ever: everybody may be cut off. */
    private void pause() throws InterruptedException {
        long enough = stream.end() + 1 + random.nextInt(MAX_MESSAGES_BETWEEN);
        long latest = scheduler.now() + random.nextLong(MAX_PAUSE_NANOS);
        while (stream.end() < enough && scheduler.now() < latest) {
            world.sleep(TimeUnit.MICROSECONDS.toNanos(1 + random.nextInt(10_000)));
        }
    }

    /** The first node brings the tables, in its file or by schema changes. */
    private void begin(SimulatedNode first, boolean inFile) throws SQLException, InterruptedException {
        first.beQuiet();
        if (inFile) {
            createTables(DriverManager.getConnection("jdbc:sqlite:" + first.file()));
        }
        cluster.awaitUp(first);
        if (!inFile) {
            for (int i = 0; ; i++) {
                try (Connection connection = first.dataSource().getConnection()) {
                    for (String each : tables()) {
                        try (Statement statement = connection.createStatement()) {
                            statement.executeUpdate(each.replaceFirst(
                                            "^CREATE (UNIQUE INDEX|TABLE|TRIGGER|VIEW) ", "CREATE $1 IF NOT EXISTS ")
                                    .replaceFirst("^INSERT", "INSERT OR IGNORE"));
                        }
                    }
                    break;
                } catch (SQLException e) {
                    scheduler.note("the tables are not there yet: " + e.getMessage());
                    if (i > 100) {
                        throw e;
                    }
                }
            }
        }
        first.beBusy();
        // its applications have ended
        cluster.stop(first);
        first.start();
    }

    private List<String> tables() {
        return SimulatedSchema.tables(emphasis);
    }

    private void createTables(Connection opened) throws SQLException {
        try (Connection connection = opened;
                Statement statement = connection.createStatement()) {
            for (String each : tables()) {
                statement.executeUpdate(each);
            }
        }
    }

    private void heal() throws InterruptedException {
        scheduler.note("all is mended");
        stream.heal();
        for (SimulatedNode each : cluster.nodes()) {
            each.connect(true);
            cluster.awaitUp(each);
        }
    }

    private void awaitQuiet() throws InterruptedException {
        cluster.nodes().forEach(SimulatedNode::beQuiet);
        long deadline = scheduler.now() + SimulatedCluster.PATIENCE_NANOS;
        int starts = 0;
        while (!cluster.nodes().stream().allMatch(this::isQuiet)) {
            if (scheduler.now() > deadline) {
                throw new AssertionError(
                        "does not come to rest, the stream ends at " + stream.end() + ": " + cluster.nodes());
            }
            world.sleep(50_000_000);
            for (SimulatedNode each : cluster.nodes()) {
                if (each.isUp()
                        && each.status().halted() != null
                        && !each.status().halted().contains("snapshot")
                        && !each.status().halted().contains("are not in the stream any more")) {
                    throw new AssertionError("replication has stopped: " + each);
                }
                if (each.isDown()) {
                    if (++starts > SimulatedCluster.MAX_STARTS) {
                        throw new AssertionError("does not start: " + each);
                    }
                    each.start();
                }
            }
        }
    }

    private boolean isQuiet(SimulatedNode node) {
        return node.isUp()
                && scheduler.alive(node.runtime()).stream().noneMatch(each -> each.name.contains("/application"))
                && node.status().outboxLength() == 0
                && node.status().appliedSequence() == stream.end();
    }
}
