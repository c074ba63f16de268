package io.github.hasqlite.simulation;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.simulation.Ledger.Outcome;
import io.github.hasqlite.testing.DatabaseContents;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Two or three production nodes and what happens to them, as one seed decides: lost, repeated, late and overtaking
 * messages, lines that are cut, processes that are stopped and killed, and power that fails. When all is mended and
 * quiet, every node must be what an observer is that joins then, and hold what applications were told.
 */
public final class Simulation {

    private static final JsonChangeSetSerializer SERIALIZER = new JsonChangeSetSerializer();
    private static final int STEPS = 12;
    private static final int MAX_MESSAGES_BETWEEN = 14;
    private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(4);
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final int MAX_STARTS = 8;
    private static final int LOOK_BACK = 10;

    private final Emphasis emphasis;
    private final Random random;
    private final Scheduler scheduler;
    private final SimulatedRuntime world;
    private final SimulatedStream stream;
    private final Ledger ledger = new Ledger();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final Path folder;
    private boolean begunInFile;
    private int checks;

    private Simulation(long seed, Path folder) {
        this.folder = folder;
        // seeds that follow each other must not begin alike
        this.random = new Random(new SplittableRandom(seed).nextLong());
        this.emphasis = Emphasis.of(seed, random);
        this.scheduler = new Scheduler(random);
        this.world = new SimulatedRuntime("world", scheduler, 0);
        this.stream = new SimulatedStream(scheduler, emphasis.faults());
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
        for (int i = 0; i < count; i++) {
            nodes.add(node(
                    "" + (char) ('a' + i),
                    settings -> settings.with(
                            to -> to.isolation(emphasis.isolation()).groupCommit(emphasis.groupCommit()))));
        }
        begunInFile = random.nextBoolean();
        begin(nodes.get(0), begunInFile);
        for (SimulatedNode each : nodes.subList(1, count)) {
            each.start();
        }
        for (int i = 0; i < STEPS; i++) {
            pause();
            step(nodes.get(random.nextInt(count)));
        }
        heal();
        awaitQuiet();
        check();
    }

    private SimulatedNode node(String name, UnaryOperator<NodeSettings> settings) throws IOException {
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
        awaitUp(first);
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
        first.stop();
        while (!first.isDown()) {
            world.sleep(1_000_000);
        }
        first.start();
    }

    private List<String> tables() {
        return SimulatedSchema.tables(emphasis.tables(), emphasis.mode() == CommitMode.STRICT);
    }

    private void createTables(Connection opened) throws SQLException {
        try (Connection connection = opened;
                Statement statement = connection.createStatement()) {
            for (String each : tables()) {
                statement.executeUpdate(each);
            }
        }
    }

    private void awaitUp(SimulatedNode node) throws InterruptedException {
        long deadline = scheduler.now() + PATIENCE_NANOS;
        int starts = 0;
        while (!node.isUp()) {
            if (node.isDown()) {
                if (scheduler.now() > deadline || ++starts > MAX_STARTS) {
                    throw new AssertionError("does not start: " + node);
                }
                node.start();
            }
            world.sleep(20_000_000);
        }
    }

    /** Somebody publishes in the name of another, under the number that comes next. */
    private void forge() {
        if (emphasis.mode() == CommitMode.STRICT) {
            return;
        }
        Map<String, Long> counters = new TreeMap<>();
        for (long sequence = Math.max(stream.first(), stream.end() - LOOK_BACK); sequence <= stream.end(); sequence++) {
            note(stream.get(sequence), counters);
        }
        if (!counters.isEmpty()) {
            List<String> publishers = List.copyOf(counters.keySet());
            String publisher = publishers.get(random.nextInt(publishers.size()));
            long mark = ledger.nextMark();
            ledger.begin(mark, "forger", List.of(), false, false);
            Change change = Change.insert("log", List.of("mark"), List.of("mark"), mark, List.of(mark));
            stream.add(SERIALIZER.serialize(new ChangeSet(
                    "forger", 1, "sim", 1, publisher, counters.get(publisher) + 1, 0, 0, List.of(change))));
            scheduler.note("forged " + publisher);
        }
    }

    private static void note(@Nullable StreamMessage stored, Map<String, Long> counters) {
        if (stored != null) {
            try {
                ChangeSet changeSet = SERIALIZER.deserialize(stored.data());
                if (changeSet.counter() > 0) {
                    counters.merge(changeSet.publisher(), changeSet.counter(), Math::max);
                }
            } catch (ChangeSetFormatException e) {
                // a notice, or part of a large one
            }
        }
    }

    private void step(SimulatedNode node) throws Exception {
        Emphasis.Steps steps = emphasis.steps();
        int dice = random.nextInt(100);
        if (node.isDown()) {
            if (dice < 60) {
                node.start();
            }
        } else if ((dice -= steps.crash() + steps.power()) < 0) {
            node.crash(dice >= -steps.power());
            if (random.nextInt(4) == 0) {
                checkRule(node);
            }
        } else if ((dice -= steps.stop()) < 0) {
            node.stop();
        } else if ((dice -= steps.cut()) < 0) {
            node.connect(false);
        } else if ((dice -= steps.mend()) < 0) {
            nodes.forEach(each -> each.connect(true));
        } else if (dice - steps.forge() < 0) {
            forge();
        }
    }

    /**
     * At any moment a node's content is what the stream makes up to where the node is, with what is pending there on top
     * (rule R5).
     */
    private void checkRule(SimulatedNode dead) throws Exception {
        if (begunInFile || stream.first() > 1 || !Files.exists(dead.file())) {
            return;
        }
        Path copy = folder.resolve("copy" + ++checks);
        SimulatedNode.copy(dead.file().getParent(), copy);
        Path file = copy.resolve("data.db");
        long sequence;
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            if (query(
                                    connection,
                                    "SELECT 1 FROM sqlite_schema WHERE name IN ('ha_state', 'ha_outbox',"
                                            + " 'ha_outbox_chunks', 'ha_conflicts')")
                            .size()
                    < 4) {
                return;
            }
            List<String> applied = query(connection, "SELECT value FROM ha_state WHERE name = 'applied_sequence'");
            sequence = applied.isEmpty() ? 0 : Long.parseLong(applied.get(0));
        }
        SimulatedNode rule = node("rule" + checks, settings -> settings.with(to -> to.readOnly(true)));
        rule.beQuiet();
        rule.seeOnlyUpTo(sequence);
        awaitUp(rule);
        rule.stop();
        while (!rule.isDown()) {
            world.sleep(1_000_000);
        }
        List<String> wanted = withPending(rule.file(), file);
        String difference = DatabaseContents.difference(
                dead.name(), DatabaseContents.of(file).rows(), "rule", wanted);
        if (difference != null) {
            throw new AssertionError("at " + sequence + ": " + difference);
        }
        SimulatedNode.delete(copy);
        SimulatedNode.delete(rule.file().getParent());
    }

    /** What the rule says, with what is pending in another file on top. */
    private List<String> withPending(Path canonical, Path local) throws Exception {
        try (SQLiteConnection connection = new DatabaseFile(PoolSettings.of(canonical.toString())).open();
                SQLiteConnection pending = new DatabaseFile(PoolSettings.of(local.toString())).open();
                Statement statement = connection.createStatement()) {
            ChangeSetApplication application =
                    new ChangeSetApplication(connection, RowIdentify.PK, emphasis.merge(), new RowImages(connection));
            statement.executeUpdate("BEGIN");
            for (OutboxTable.Row row : new OutboxTable(pending).read(0, Integer.MAX_VALUE)) {
                // a schema change whose outcome its author does not know takes effect nowhere but at its place (rule
                // R9)
                if (!row.pending().command()) {
                    application.apply(row.changeSet(SERIALIZER));
                }
            }
            statement.executeUpdate("COMMIT");
        }
        return DatabaseContents.of(canonical).rows();
    }

    private void heal() throws InterruptedException {
        scheduler.note("all is mended");
        stream.heal();
        for (SimulatedNode each : nodes) {
            each.connect(true);
            awaitUp(each);
        }
    }

    private void awaitQuiet() throws InterruptedException {
        nodes.forEach(SimulatedNode::beQuiet);
        long deadline = scheduler.now() + PATIENCE_NANOS;
        int starts = 0;
        while (!nodes.stream().allMatch(this::isQuiet)) {
            if (scheduler.now() > deadline) {
                throw new AssertionError("does not come to rest, the stream ends at " + stream.end() + ": " + nodes);
            }
            world.sleep(50_000_000);
            for (SimulatedNode each : nodes) {
                if (each.isUp()
                        && each.status().halted() != null
                        && !each.status().halted().contains("snapshot")
                        && !each.status().halted().contains("are not in the stream any more")) {
                    throw new AssertionError("replication has stopped: " + each);
                }
                if (each.isDown()) {
                    if (++starts > MAX_STARTS) {
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

    private void check() throws SQLException, IOException, InterruptedException {
        SimulatedNode observer = node("observer", settings -> settings.with(to -> to.readOnly(true)));
        observer.beQuiet();
        awaitUp(observer);
        while (observer.status().appliedSequence() < stream.end()) {
            world.sleep(10_000_000);
        }
        DatabaseContents wanted = DatabaseContents.of(observer.file());
        StringBuilder differences = new StringBuilder();
        for (SimulatedNode each : nodes) {
            DatabaseContents found = DatabaseContents.of(each.file());
            add(DatabaseContents.difference(each.name(), found.rows(), "observer", wanted.rows()), differences);
            add(
                    DatabaseContents.difference(
                            each.name() + "'s books", found.books(), "observer's books", wanted.books()),
                    differences);
            if (each.status().deadLetters() > 0 || each.status().divergence() != null) {
                throw new AssertionError("something was left out: " + each);
            }
        }
        add(promises(observer.file()), differences);
        if (!differences.isEmpty()) {
            throw new AssertionError(differences.toString());
        }
        nodes.add(observer);
        nodes.forEach(SimulatedNode::stop);
        for (SimulatedNode each : nodes) {
            while (!each.isDown()) {
                world.sleep(1_000_000);
            }
        }
    }

    /** What applications were told and is not so. */
    private @Nullable String promises(Path file) throws SQLException {
        List<String> broken = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            List<String> columns = query(connection, "SELECT name FROM pragma_table_info('log') ORDER BY cid");
            Set<String> there = new HashSet<>(query(connection, "SELECT " + columns.get(0) + " FROM log"));
            long known = 0;
            long versions = 0;
            Set<String> told = new HashSet<>();
            for (Ledger.Entry each : ledger.entries()) {
                told.add(String.valueOf(each.mark));
                boolean present = there.contains(String.valueOf(each.mark));
                boolean promised = each.outcome == Outcome.STORED || each.outcome == Outcome.COMMITTED_HERE;
                if (promised && !present) {
                    broken.add("missing: " + each);
                }
                if (each.outcome == Outcome.ROLLED_BACK && present) {
                    broken.add("not rolled back: " + each);
                }
                if (present) {
                    for (String column : each.columns) {
                        if (!columns.contains(column)) {
                            broken.add("no column " + column);
                        } else if (query(
                                        connection,
                                        "SELECT 1 FROM log WHERE " + columns.get(0) + " = " + each.mark + " AND "
                                                + column + " = " + each.mark)
                                .isEmpty()) {
                            broken.add(column + " of " + each);
                        }
                    }
                }
                known += present && each.counted ? 1 : 0;
                versions += present && each.version ? 1 : 0;
            }
            for (long mark : ledger.seen()) {
                if (!there.contains(String.valueOf(mark))) {
                    broken.add("read and gone: " + mark);
                }
            }
            there.removeAll(told);
            if (!there.isEmpty()) {
                broken.add("written by nobody: " + there);
            }
            String version = query(connection, "SELECT n FROM version").get(0);
            if (!version.equals(String.valueOf(versions))) {
                broken.add("the schema's version is " + version + " instead of " + versions);
            }
            if (emphasis.mode() == CommitMode.STRICT) {
                String counter = query(connection, "SELECT n FROM c").get(0);
                if (!counter.equals(String.valueOf(known))) {
                    broken.add("counted " + counter + " instead of " + known);
                }
            }
        }
        return broken.isEmpty() ? null : String.join("\n", broken);
    }

    private static List<String> query(Connection connection, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    private static void add(@Nullable String difference, StringBuilder differences) {
        if (difference != null) {
            differences.append(difference).append('\n');
        }
    }
}
