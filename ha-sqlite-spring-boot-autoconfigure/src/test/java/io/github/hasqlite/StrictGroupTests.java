package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.JetStreamManagement;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sqlite.SQLiteConnection;

/**
 * Many threads write and read on two nodes in commit mode {@code strict}, while the server is killed and hangs. The order
 * of the stream, and within a message the order of its changes, is the serial order: each committed transaction fits it,
 * and whatever anybody read, on its way or alone, is a state of it, no older than what the same thread has seen before.
 */
@Tag("nats")
@Timeout(120)
class StrictGroupTests {

    private static final int WRITERS = 6;
    private static final int READERS = 2;
    private static final int CELLS = 4;
    private static final int INSERTS = 200;
    private static final long MILLIS = 5_000;
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final JsonChangeSetSerializer SERIALIZER = new JsonChangeSetSerializer();

    @TempDir
    private Path folder;

    private final Map<Integer, String> outcomes = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Seen> seen = new ConcurrentLinkedQueue<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger refused = new AtomicInteger();

    /**
     * What one thread has read.
     *
     * @param at the number that each transaction adds one to
     * @param least what it must be at least, because this thread knew of it before
     */
    private record Seen(long at, long least, Map<Integer, Long> cells, String who) {}

    @ParameterizedTest
    @EnumSource(StrictIsolation.class)
    void whatAnybodySeesIsAStateOfTheStream(StrictIsolation isolation) throws Exception {
        long seed = Long.getLong("ha.sqlite.test.seed", System.nanoTime());
        System.out.println("StrictGroupTests: -Dha.sqlite.test.seed=" + seed);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "one", isolation);
                TestNode two = open(server, "two", isolation)) {
            one.execute("CREATE TABLE cell(k INTEGER PRIMARY KEY, v INTEGER)");
            one.execute("CREATE TABLE tx(id INTEGER PRIMARY KEY)");
            for (int i = 0; i <= CELLS; i++) {
                one.execute("INSERT INTO cell VALUES(" + i + ", 0)");
            }
            one.awaitAppliedOn(two);
            List<Future<?>> running = new ArrayList<>();
            for (TestNode node : List.of(one, two)) {
                for (int i = 0; i < WRITERS; i++) {
                    Random random = new Random(seed + running.size());
                    running.add(threads.submit(() -> write(node, random)));
                }
                for (int i = 0; i < READERS; i++) {
                    boolean transaction = i % 2 == 0;
                    running.add(threads.submit(() -> {
                        read(node, transaction);
                        return null;
                    }));
                }
            }
            disturb(server, new Random(seed));
            over.set(true);
            for (Future<?> each : running) {
                each.get();
            }
            one.awaitAppliedOn(two);
            two.awaitAppliedOn(one);
            assertThat(check(messages(server))).as("seed " + seed).isNull();
            assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
            assertThat(one.query("SELECT * FROM ha_publishers ORDER BY 1"))
                    .isEqualTo(two.query("SELECT * FROM ha_publishers ORDER BY 1"));
            assertThat(one.status().rejectedMessages()).isZero();
        } finally {
            threads.shutdownNow();
        }
    }

    /** Nobody commits first while others could see it, or where not all of it could be taken back. */
    @Test
    void whatCannotBeHiddenOrTakenBackIsCommittedAlone() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode node = open(server, "node", StrictIsolation.SERIALIZABLE)) {
            node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            long before = node.node().position().applied();
            insert(node, "INSERT INTO t VALUES(%d)");
            assertThat(node.node().position().applied() - before).isLessThan(INSERTS);
            try (Connection connection = node.dataSource().getConnection()) {
                assertThat(connection.unwrap(SQLiteConnection.class)).isNotNull();
                before = node.node().position().applied();
                insert(node, "INSERT INTO t VALUES(%d)");
                assertThat(node.node().position().applied() - before).isEqualTo(INSERTS);
            }
            before = node.node().position().applied();
            insert(
                    node,
                    "CREATE TEMP TABLE IF NOT EXISTS mine(id); INSERT INTO mine VALUES(1); INSERT INTO t VALUES(%d)");
            assertThat(node.node().position().applied() - before).isEqualTo(INSERTS);
            before = node.node().position().applied();
            insert(node, "INSERT INTO t VALUES(%d)");
            assertThat(node.node().position().applied() - before).isLessThan(INSERTS);
        }
    }

    /** Many threads, each statement of which is in one transaction with the others of its text. */
    private void insert(TestNode node, String sql) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < INSERTS; i++) {
                running.add(threads.submit(() -> {
                    try (Connection connection = node.dataSource().getConnection()) {
                        connection.setAutoCommit(false);
                        for (String each : sql.formatted(ids.incrementAndGet()).split(";")) {
                            execute(connection, each);
                        }
                        connection.commit();
                    }
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private TestNode open(NatsServer server, String name, StrictIsolation isolation) {
        return TestNode.openStrict(
                server,
                folder.resolve(name + ".db"),
                name,
                settings -> settings.with(
                        to -> to.groupCommit(true).isolation(isolation).publisherTimeout(PATIENCE)),
                publisher -> publisher);
    }

    private static void disturb(NatsServer server, Random random) throws Exception {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS);
        while (System.nanoTime() < end) {
            pause(200 + random.nextInt(800));
            if (random.nextBoolean()) {
                server.kill9();
                pause(random.nextInt(300));
                server.restart();
            } else {
                server.suspend();
                pause(random.nextInt(1_200));
                server.resume();
            }
        }
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    // ---- writers and readers

    /** Each transaction adds one to cell 0, which shows where it is in the serial order. */
    private void write(TestNode node, Random random) {
        long least = 0;
        while (!over.get()) {
            int id = ids.incrementAndGet();
            outcomes.put(id, "open");
            try (Connection connection = node.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                execute(connection, "UPDATE cell SET v = v + 1 WHERE k = 0");
                execute(
                        connection,
                        "UPDATE cell SET v = (v * 31 + " + id + ") % 1000003 WHERE k = " + (1 + random.nextInt(CELLS)));
                Map<Integer, Long> cells = cells(connection);
                execute(connection, "INSERT INTO tx VALUES(" + id + ")");
                if (random.nextInt(20) == 0) {
                    connection.rollback();
                    outcomes.put(id, "refused");
                    continue;
                }
                connection.commit();
                outcomes.put(id, "committed");
                seen.add(new Seen(cells.get(0), least, cells, "transaction " + id));
                least = cells.get(0);
            } catch (SQLException e) {
                boolean unknown = "08007".equals(e.getSQLState());
                outcomes.put(id, unknown ? "unknown" : "refused");
                refused.incrementAndGet();
                if (!"40001".equals(e.getSQLState())) {
                    pause(5);
                }
            }
            if (random.nextInt(30) == 0) {
                // the other node gets a word in
                pause(random.nextInt(30));
            }
        }
    }

    private void read(TestNode node, boolean transaction) throws Exception {
        long least = 0;
        while (!over.get()) {
            try (Connection connection = node.dataSource().getConnection()) {
                connection.setReadOnly(true);
                connection.setAutoCommit(!transaction);
                Map<Integer, Long> cells = cells(connection);
                if (transaction) {
                    assertThat(cells(connection)).isEqualTo(cells);
                    connection.commit();
                }
                seen.add(new Seen(
                        cells.get(0),
                        least,
                        cells,
                        "a reader of " + node.status().node()));
                least = cells.get(0);
            } catch (SQLException e) {
                assertThat(e.getSQLState()).as(e.getMessage()).isIn("40001", "55P03");
            }
            pause(1);
        }
    }

    private static Map<Integer, Long> cells(Connection connection) throws SQLException {
        Map<Integer, Long> cells = new TreeMap<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT k, v FROM cell");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                cells.put(rows.getInt(1), rows.getLong(2));
            }
        }
        return cells;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    // ---- the model

    private static List<byte[]> messages(NatsServer server) throws Exception {
        List<byte[]> messages = new ArrayList<>();
        try (io.nats.client.Connection connection = server.connect()) {
            JetStreamManagement management = connection.jetStreamManagement();
            long last =
                    management.getStreamInfo("ha_replication").getStreamState().getLastSequence();
            for (long sequence = 1; sequence <= last; sequence++) {
                messages.add(management.getMessage("ha_replication", sequence).getData());
            }
        }
        return messages;
    }

    private @Nullable String check(List<byte[]> messages) throws Exception {
        Map<Long, Map<Integer, Long>> states = new TreeMap<>();
        Map<Integer, Long> state = new TreeMap<>();
        List<Integer> order = new ArrayList<>();
        int grouped = 0;
        for (byte[] message : messages) {
            int transactions = 0;
            for (Change change : SERIALIZER.deserialize(message).changes()) {
                if ("cell".equals(change.table())) {
                    state.put(((Long) change.newValues().get(0)).intValue(), (Long)
                            change.newValues().get(1));
                } else if ("tx".equals(change.table())) {
                    order.add(((Long) change.newValues().get(0)).intValue());
                    transactions++;
                }
                if (state.size() == CELLS + 1 && (transactions == 0 || "tx".equals(change.table()))) {
                    states.put(state.get(0), new TreeMap<>(state));
                }
            }
            grouped = Math.max(grouped, transactions);
        }
        System.out.println("StrictGroupTests: " + order.size() + " transactions, at most " + grouped + " together, "
                + refused + " refused, " + seen.size() + " states seen");
        if (order.stream().distinct().count() != order.size()) {
            return "a transaction is in the stream twice";
        }
        if (state.get(0) != order.size()) {
            return order.size() + " transactions have counted " + state.get(0);
        }
        if (grouped < 2) {
            return "no two transactions were together";
        }
        return order.stream()
                .filter(id -> "refused".equals(outcomes.get(id)))
                .map(id -> "transaction " + id + " is in the stream, and its caller was told that it is not")
                .findFirst()
                .orElseGet(() -> missing(order, states));
    }

    private @Nullable String missing(List<Integer> order, Map<Long, Map<Integer, Long>> states) {
        for (Map.Entry<Integer, String> each : outcomes.entrySet()) {
            if (each.getValue().equals("committed") && !order.contains(each.getKey())) {
                return "transaction " + each.getKey() + " was committed and is not in the stream";
            }
        }
        for (Seen each : seen) {
            if (!each.cells.equals(states.get(each.at))) {
                return each + " is no state of the stream; at its place it is " + states.get(each.at);
            }
            if (each.at < each.least) {
                return each + " is older than what was seen before";
            }
        }
        return null;
    }
}
