package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.testing.ForwardingPublisher;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.JetStreamManagement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commit mode {@code strict}, serializable: the stream is the serial order. What transactions of several
 * nodes have read and written, transfers between accounts and appends to lists, is replayed against a model
 * in the order of the stream, while the server is killed now and then.
 */
@Tag("nats")
class StrictHistoryTests {

    private static final int NODES = 3;
    private static final int ACCOUNTS = 6;
    private static final int LISTS = 3;
    private static final int START = 100;
    private static final int TRANSACTIONS = 60;
    private static final int KILLS = 2;

    /** Runs of a broken rule at most; most often the first finds it. */
    private static final int RUNS = 20;

    private static final JsonChangeSetSerializer SERIALIZER = new JsonChangeSetSerializer();

    @TempDir
    private Path folder;

    /** What one transaction has read, and what it has made of that. */
    private static final class Transaction {
        final Map<String, String> reads = new HashMap<>();
        final Map<String, String> writes = new HashMap<>();
        volatile String outcome = "open";
    }

    private final Map<Integer, Transaction> history = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();

    @Test
    void everyTransactionFitsTheOrderOfTheStream() throws Exception {
        assertThat(play(UnaryOperator.identity(), true)).isNull();
        assertThat(history.values().stream().filter(each -> each.outcome.equals("committed")))
                .hasSizeGreaterThan(NODES * TRANSACTIONS / 3);
    }

    @Test
    void withoutCompareAndSetItDoesNot() throws Exception {
        assertFound(Unchecked::new);
    }

    @Test
    void withoutWaitingForTheAnswerItDoesNot() throws Exception {
        assertFound(Impatient::new);
    }

    /** What crosses on real nodes is a matter of chance: some runs of a broken rule go well. */
    private void assertFound(UnaryOperator<ChangeSetPublisher> broken) throws Exception {
        String found = null;
        for (int run = 0; run < RUNS && found == null; run++) {
            history.clear();
            found = play(broken, false);
        }
        assertThat(found).isNotNull();
    }

    /** Runs transactions on all nodes; what does not fit, or {@code null}. */
    private @Nullable String play(UnaryOperator<ChangeSetPublisher> publishing, boolean killing) throws Exception {
        long seed = Long.getLong("ha.sqlite.test.seed", System.nanoTime());
        List<TestNode> nodes = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(NODES);
        Path files = Files.createTempDirectory(folder, "run");
        try (NatsServer server = NatsServer.start()) {
            for (int i = 1; i <= NODES; i++) {
                nodes.add(TestNode.openStrict(
                        server, files.resolve("n" + i), "n" + i, UnaryOperator.identity(), publishing));
            }
            nodes.get(0).execute("CREATE TABLE cell(k TEXT PRIMARY KEY, v TEXT)");
            nodes.get(0).execute("CREATE TABLE tx(id INTEGER PRIMARY KEY)");
            for (String key : start().keySet()) {
                nodes.get(0).execute("INSERT INTO cell VALUES('" + key + "', '" + start().get(key) + "')");
            }
            for (TestNode node : nodes) {
                nodes.get(0).awaitAppliedOn(node);
            }
            List<Future<?>> running = new ArrayList<>();
            for (TestNode node : nodes) {
                Random random = new Random(seed + nodes.indexOf(node));
                running.add(threads.submit(() -> {
                    for (int i = 0; i < TRANSACTIONS; i++) {
                        transact(node, random);
                    }
                }));
            }
            if (killing) {
                for (int i = 1; i <= KILLS; i++) {
                    int begun = i * NODES * TRANSACTIONS / (KILLS + 1);
                    Awaitility.await().until(() -> ids.get() >= begun);
                    server.kill9();
                    server.restart();
                }
            }
            for (Future<?> each : running) {
                each.get();
            }
            String misfit = check(messages(server));
            return misfit == null ? null : "seed " + seed + ": " + misfit;
        } finally {
            threads.shutdownNow();
            nodes.forEach(TestNode::close);
        }
    }

    private static Map<String, String> start() {
        Map<String, String> start = new HashMap<>();
        for (int i = 0; i < ACCOUNTS; i++) {
            start.put("account" + i, String.valueOf(START));
        }
        for (int i = 0; i < LISTS; i++) {
            start.put("list" + i, "");
        }
        return start;
    }

    private void transact(TestNode node, Random random) {
        int id = ids.incrementAndGet();
        Transaction transaction = new Transaction();
        history.put(id, transaction);
        try (Connection connection = node.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            String from = "account" + random.nextInt(ACCOUNTS);
            String to = "account" + random.nextInt(ACCOUNTS);
            String list = "list" + random.nextInt(LISTS);
            int amount = random.nextInt(10);
            int balance = Integer.parseInt(read(connection, transaction, from));
            write(connection, transaction, from, String.valueOf(balance - amount));
            int other = Integer.parseInt(read(connection, transaction, to));
            write(connection, transaction, to, String.valueOf(other + amount));
            write(connection, transaction, list, read(connection, transaction, list) + id + ",");
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO tx VALUES(?)")) {
                insert.setInt(1, id);
                insert.executeUpdate();
            }
            connection.commit();
            transaction.outcome = "committed";
        } catch (SQLException e) {
            boolean unknown = "08007".equals(e.getSQLState());
            transaction.outcome = unknown ? "unknown" : "refused";
        }
    }

    /** Reads what the transaction sees; notes it unless it has written it itself. */
    private static String read(Connection connection, Transaction transaction, String key) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT v FROM cell WHERE k = ?")) {
            select.setString(1, key);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                String value = rows.getString(1);
                if (!transaction.writes.containsKey(key)) {
                    transaction.reads.put(key, value);
                }
                return value;
            }
        }
    }

    private static void write(Connection connection, Transaction transaction, String key, String value)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("UPDATE cell SET v = ? WHERE k = ?")) {
            update.setString(1, value);
            update.setString(2, key);
            update.executeUpdate();
            transaction.writes.put(key, value);
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
        Map<String, String> model = start();
        Map<Integer, Integer> places = new HashMap<>();
        for (int place = 0; place < messages.size(); place++) {
            Integer id = transactionOf(SERIALIZER.deserialize(messages.get(place)));
            if (id == null) {
                continue;
            }
            Integer before = places.put(id, place);
            if (before != null) {
                return "transaction " + id + " is in the stream twice";
            }
            Transaction transaction = history.get(id);
            if (transaction.outcome.equals("refused")) {
                return "transaction " + id + " is in the stream, but its caller was told that it is rolled back";
            }
            for (Map.Entry<String, String> read : transaction.reads.entrySet()) {
                String then = model.get(read.getKey());
                if (!read.getValue().equals(then)) {
                    return "transaction " + id + " read " + read + ", which was " + then + " at its place";
                }
            }
            model.putAll(transaction.writes);
        }
        for (Map.Entry<Integer, Transaction> each : history.entrySet()) {
            if (each.getValue().outcome.equals("committed") && !places.containsKey(each.getKey())) {
                return "transaction " + each.getKey() + " was committed and is not in the stream";
            }
        }
        int total = 0;
        for (int i = 0; i < ACCOUNTS; i++) {
            total += Integer.parseInt(model.get("account" + i));
        }
        return total == ACCOUNTS * START ? null : "the accounts hold " + total;
    }

    private static @Nullable Integer transactionOf(ChangeSet changeSet) {
        for (Change change : changeSet.changes()) {
            if (change.table() != null && change.table().equals("tx") && change.operation() == Operation.INSERT) {
                return ((Long) change.newValues().get(0)).intValue();
            }
        }
        return null;
    }

    /** Stores whatever came in between. */
    private static final class Unchecked extends ForwardingPublisher {

        Unchecked(ChangeSetPublisher publisher) {
            super(publisher);
        }

        @Override
        public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message, long expectedLastSequence) {
            return publish(changeSet, message).thenApply(stored -> expectedLastSequence + 1);
        }
    }

    /** Says that it is stored before it is known. */
    private static final class Impatient extends ForwardingPublisher {

        Impatient(ChangeSetPublisher publisher) {
            super(publisher);
        }

        @Override
        public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message, long expectedLastSequence) {
            var unused = super.publish(changeSet, message, expectedLastSequence);
            return CompletableFuture.completedFuture(expectedLastSequence + 1);
        }
    }
}
