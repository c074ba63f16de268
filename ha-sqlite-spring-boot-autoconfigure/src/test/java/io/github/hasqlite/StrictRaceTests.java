package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.TestNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commit mode {@code strict}, serializable, while several nodes write the same. */
@Timeout(120)
class StrictRaceTests extends StrictNodes {

    @FunctionalInterface
    private interface Work {
        Void on(TestNode node) throws Exception;
    }

    /** Does the same on both nodes at once. */
    private void race(Work work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            List<Future<Void>> done = new ArrayList<>();
            for (TestNode node : List.of(one, two)) {
                Callable<Void> task = () -> work.on(node);
                done.add(pool.submit(task));
            }
            for (Future<Void> future : done) {
                future.get(90, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** Tries again what lost, as an application would. */
    private static int retrying(TestNode node, Work work) throws Exception {
        for (int lost = 0; ; lost++) {
            try {
                work.on(node);
                return lost;
            } catch (SerializationFailureException e) {
                assertThat(e.getSQLState()).isEqualTo("40001");
            }
        }
    }

    @Test
    void whoLostDoesNotLoseToTheSameAgain() throws Exception {
        int rounds = 100;
        one.execute("CREATE TABLE counter(id INTEGER PRIMARY KEY, n INTEGER)");
        one.execute("INSERT INTO counter VALUES(1, 0)");
        one.awaitAppliedOn(two);
        try (Connection loser = two.dataSource().getConnection();
                Statement statement = loser.createStatement()) {
            loser.setAutoCommit(false);
            for (int i = 0; i < rounds; i++) {
                statement.executeUpdate("UPDATE counter SET n = n + 1");
                one.execute("UPDATE counter SET n = n + 1");
                assertThatExceptionOfType(SerializationFailureException.class).isThrownBy(loser::commit);
                loser.rollback();
                statement.executeUpdate("UPDATE counter SET n = n + 1");
                loser.commit();
            }
        }
        awaitBoth();
        assertThat(one.query("SELECT n FROM counter")).containsExactly(Integer.toString(2 * rounds));
    }

    @Test
    void noUpdateIsLostInTransactionsThatTryAgain() throws Exception {
        int each = 150;
        one.execute("CREATE TABLE counter(id INTEGER PRIMARY KEY, n INTEGER)");
        one.execute("INSERT INTO counter VALUES(1, 0)");
        one.awaitAppliedOn(two);
        race(node -> {
            for (int i = 0; i < each; i++) {
                retrying(node, StrictRaceTests::increment);
            }
            return null;
        });
        awaitBoth();
        assertThat(one.query("SELECT n FROM counter")).containsExactly(Integer.toString(2 * each));
        assertThat(two.query("SELECT n FROM counter")).containsExactly(Integer.toString(2 * each));
    }

    /** Reads first and writes what it has read, plus one. */
    private static Void increment(TestNode node) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            try {
                long n;
                try (ResultSet rows = statement.executeQuery("SELECT n FROM counter WHERE id = 1")) {
                    rows.next();
                    n = rows.getLong(1);
                }
                statement.executeUpdate("UPDATE counter SET n = " + (n + 1) + " WHERE id = 1");
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            }
        }
        return null;
    }

    @Test
    void noUpdateIsLostInSingleStatementsWithoutAnyRetryCode() throws Exception {
        int each = 150;
        one.execute("CREATE TABLE counter(id INTEGER PRIMARY KEY, n INTEGER)");
        one.execute("INSERT INTO counter VALUES(1, 0)");
        one.awaitAppliedOn(two);
        race(node -> {
            try (Connection connection = node.dataSource().getConnection();
                    Statement total = connection.createStatement();
                    PreparedStatement update = connection.prepareStatement("UPDATE counter SET n = n + 1")) {
                long before;
                try (ResultSet rows = total.executeQuery("SELECT total_changes()")) {
                    rows.next();
                    before = rows.getLong(1);
                }
                for (int i = 0; i < each; i++) {
                    assertThat(update.executeUpdate()).isEqualTo(1);
                }
                try (ResultSet rows = total.executeQuery("SELECT total_changes(), changes()")) {
                    rows.next();
                    assertThat(rows.getLong(1) - before)
                            .as("what lost does not count")
                            .isEqualTo(each);
                    assertThat(rows.getLong(2)).isEqualTo(1);
                }
            }
            return null;
        });
        awaitBoth();
        assertThat(one.query("SELECT n FROM counter")).containsExactly(Integer.toString(2 * each));
        assertThat(two.query("SELECT n FROM counter")).containsExactly(Integer.toString(2 * each));
    }

    @Test
    void generatedKeysAreThoseOfTheAttemptThatWon() throws Exception {
        int each = 60;
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a)");
        one.awaitAppliedOn(two);
        List<String> expected = new ArrayList<>();
        race(node -> {
            String name = node == one ? "one" : "two";
            try (Connection connection = node.dataSource().getConnection();
                    PreparedStatement insert = connection.prepareStatement(
                            "INSERT INTO t(a) VALUES(?)", Statement.RETURN_GENERATED_KEYS)) {
                for (int i = 0; i < each; i++) {
                    insert.setString(1, name + i);
                    insert.executeUpdate();
                    try (ResultSet keys = insert.getGeneratedKeys()) {
                        keys.next();
                        synchronized (expected) {
                            expected.add(keys.getLong(1) + "|" + name + i);
                        }
                    }
                }
            }
            return null;
        });
        awaitBoth();
        assertThat(one.query("SELECT id, a FROM t")).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(two.query("SELECT id, a FROM t")).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void returnedRowsAreThoseOfTheAttemptThatWon() throws Exception {
        int each = 60;
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a, r REAL, b BLOB)");
        one.awaitAppliedOn(two);
        List<String> expected = new ArrayList<>();
        race(node -> {
            String name = node == one ? "one" : "two";
            try (Connection connection = node.dataSource().getConnection();
                    PreparedStatement insert = connection.prepareStatement(
                            "INSERT INTO t(a, r, b) VALUES(?, 0.1, x'00ff'),(NULL, 2, NULL) RETURNING id, a AS name, r, b")) {
                for (int i = 0; i < each; i++) {
                    insert.setString(1, name + i);
                    try (ResultSet rows = insert.executeQuery()) {
                        rows.next();
                        synchronized (expected) {
                            expected.add(rows.getLong("id") + "|" + rows.getString("name"));
                        }
                        assertThat(rows.getDouble(3)).isEqualTo(0.1);
                        assertThat(rows.getBytes(4)).containsExactly(0, -1);
                        // the second row is not fetched, and it is committed all the same
                    }
                }
            }
            return null;
        });
        awaitBoth();
        assertThat(one.query("SELECT id, a FROM t WHERE a IS NOT NULL")).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(two.query("SELECT id, a FROM t WHERE a IS NOT NULL")).containsExactlyInAnyOrderElementsOf(expected);
        try (Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(statement.execute("UPDATE t SET a = 'x' RETURNING id")).isTrue();
            try (ResultSet rows = statement.getResultSet()) {
                assertThat(rows.next()).isTrue();
            }
            assertThat(statement.execute("UPDATE t SET a = 'y' WHERE id < 0 RETURNING id"))
                    .isTrue();
            try (ResultSet rows = statement.getResultSet()) {
                assertThat(rows.next()).isFalse();
            }
        }
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT count(*) FROM t WHERE a = 'x'")).containsExactly(Integer.toString(4 * each));
    }

    @Test
    void batchesThatLoseAreRunAgainAsAWhole() throws Exception {
        int each = 30;
        one.execute("CREATE TABLE t(id TEXT PRIMARY KEY, a)");
        one.awaitAppliedOn(two);
        race(node -> {
            String name = node == one ? "one" : "two";
            try (Connection connection = node.dataSource().getConnection();
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES(?, ?)")) {
                for (int i = 0; i < each; i++) {
                    for (int row = 0; row < 5; row++) {
                        insert.setString(1, name + i + "." + row);
                        insert.setInt(2, row);
                        insert.addBatch();
                    }
                    assertThat(insert.executeBatch()).containsExactly(1, 1, 1, 1, 1);
                }
            }
            return null;
        });
        awaitBoth();
        assertThat(one.query("SELECT count(*) FROM t")).containsExactly(Integer.toString(2 * each * 5));
        assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
    }

    @Test
    void totalOfAllAccountsIsTheSameForEveryReaderAtAnyTime() throws Exception {
        int accounts = 5;
        int transfers = 80;
        one.execute("CREATE TABLE account(id INTEGER PRIMARY KEY, balance INTEGER CHECK (balance >= 0))");
        for (int i = 0; i < accounts; i++) {
            one.execute("INSERT INTO account VALUES(" + i + ", 100)");
        }
        one.awaitAppliedOn(two);
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService readers = Executors.newFixedThreadPool(2);
        try {
            List<Future<Integer>> reading = new ArrayList<>();
            for (TestNode node : List.of(one, two)) {
                reading.add(readers.submit(() -> {
                    int reads = 0;
                    while (!stop.get()) {
                        assertThat(node.query("SELECT sum(balance) FROM account"))
                                .containsExactly("500");
                        reads++;
                    }
                    return reads;
                }));
            }
            race(node -> {
                Random random = new Random(node == one ? 1 : 2);
                for (int i = 0; i < transfers; i++) {
                    int from = random.nextInt(accounts);
                    int to = (from + 1 + random.nextInt(accounts - 1)) % accounts;
                    int amount = 1 + random.nextInt(60);
                    retrying(node, each -> transfer(each, from, to, amount));
                }
                return null;
            });
            stop.set(true);
            for (Future<Integer> reads : reading) {
                assertThat(reads.get(60, TimeUnit.SECONDS)).isPositive();
            }
        } finally {
            stop.set(true);
            readers.shutdownNow();
        }
        awaitBoth();
        assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
    }

    private static Void transfer(TestNode node, int from, int to, int amount) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            try {
                long balance;
                try (ResultSet rows = statement.executeQuery("SELECT balance FROM account WHERE id = " + from)) {
                    rows.next();
                    balance = rows.getLong(1);
                }
                if (balance >= amount) {
                    statement.executeUpdate("UPDATE account SET balance = balance - " + amount + " WHERE id = " + from);
                    statement.executeUpdate("UPDATE account SET balance = balance + " + amount + " WHERE id = " + to);
                }
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            }
        }
        return null;
    }

    /** Each list says in which order its elements were appended; the reads of all must fit one order. */
    @Test
    void appendedListsGrowInOneOrderForAll() throws Exception {
        int each = 80;
        one.execute("CREATE TABLE list(id INTEGER PRIMARY KEY, elements TEXT NOT NULL)");
        one.execute("INSERT INTO list VALUES(1, '')");
        one.awaitAppliedOn(two);
        List<String> seen = new ArrayList<>();
        race(node -> {
            String name = node == one ? "a" : "b";
            for (int i = 0; i < each; i++) {
                String element = name + i + ",";
                retrying(node, all -> append(all, element, seen));
            }
            return null;
        });
        awaitBoth();
        String end = one.query("SELECT elements FROM list").get(0);
        assertThat(two.query("SELECT elements FROM list")).containsExactly(end);
        assertThat(end.split(",")).hasSize(2 * each);
        assertThat(new HashSet<>(List.of(end.split(",")))).hasSize(2 * each);
        assertThat(new HashSet<>(seen)).as("no two transactions saw the same").hasSize(2 * each);
        assertThat(seen).allMatch(end::startsWith);
    }

    private static Void append(TestNode node, String element, List<String> seen) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            String before;
            try {
                try (ResultSet rows = statement.executeQuery("SELECT elements FROM list")) {
                    rows.next();
                    before = rows.getString(1);
                }
                statement.executeUpdate("UPDATE list SET elements = '" + before + element + "'");
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            }
            synchronized (seen) {
                seen.add(before);
            }
        }
        return null;
    }

    @Test
    void schemaChangesThatRaceTakeEffectOnce() throws Exception {
        List<String> failures = new ArrayList<>();
        race(node -> {
            try {
                node.execute("CREATE TABLE raced(id INTEGER PRIMARY KEY)");
            } catch (SQLException e) {
                synchronized (failures) {
                    failures.add(e.getMessage());
                }
            }
            return null;
        });
        assertThat(failures).singleElement().asString().contains("already exists");
        awaitBoth();
        assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
        assertThat(one.status().rejectedMessages()).isZero();
    }
}
