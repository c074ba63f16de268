package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.testing.KeyWriterMain;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two nodes that insert at once and leave all keys to the database, as Spring PetClinic does: owners, and pets that
 * refer to them.
 */
@Tag("nats")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class KeyBlocksTests {

    private static final int OWNERS = 200;

    @TempDir
    private Path folder;

    /** In {@code strict} SQLite counts, and of two that choose one key the stream refuses one. */
    @ParameterizedTest
    @CsvSource({"ASYNC, 100", "SYNC, 100", "STRICT, 100", "STRICT, 0", "ASYNC, 7"})
    void nothingIsLostAndNoPetHasAnotherOwner(CommitMode mode, int blockSize) throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "one", mode, blockSize)) {
            one.execute("CREATE TABLE owners(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);"
                    + "CREATE TABLE pets(id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES owners(id),"
                    + " name TEXT NOT NULL);"
                    + "INSERT INTO owners(name) VALUES('George Franklin')");
            try (TestNode two = open(server, "two", mode, blockSize)) {
                one.awaitAppliedOn(two);
                List<Callable<Void>> work = List.of(() -> add(one, "one"), () -> add(two, "two"));
                ExecutorService nodes = Executors.newFixedThreadPool(2);
                try {
                    for (Future<Void> done : nodes.invokeAll(work)) {
                        done.get();
                    }
                } finally {
                    nodes.shutdownNow();
                }
                one.awaitAppliedOn(two);
                two.awaitAppliedOn(one);
                for (TestNode node : List.of(one, two)) {
                    assertThat(node.query("SELECT count(*), count(DISTINCT name) FROM owners"))
                            .containsExactly(2 * OWNERS + 1 + "|" + (2 * OWNERS + 1));
                    assertThat(node.query("SELECT count(*) FROM pets JOIN owners ON owners.id = owner_id"
                                    + " AND pets.name = 'pet of ' || owners.name"))
                            .containsExactly(Integer.toString(2 * OWNERS));
                    assertThat(node.query("SELECT count(*) FROM ha_conflicts")).containsExactly("0");
                }
                assertThat(one.query("SELECT id, name FROM owners ORDER BY id"))
                        .isEqualTo(two.query("SELECT id, name FROM owners ORDER BY id"));
            }
        }
    }

    @Test
    void whoIsKilledLosesItsNumbersAndNothingElse() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "one", CommitMode.SYNC, 10)) {
            one.execute("CREATE TABLE owners(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL)");
            List<String> acknowledged = new ArrayList<>();
            int own = 0;
            for (int life = 0; life < 3; life++) {
                Process process = writer(server, "life " + life + " ", 10, CommitMode.SYNC);
                try (BufferedReader output = process.inputReader()) {
                    int seen = 0;
                    for (String line = output.readLine(); line != null && seen < 60; line = output.readLine()) {
                        if (line.startsWith("life ")) {
                            acknowledged.add(line);
                            one.execute("INSERT INTO owners(name) VALUES('own " + own++ + "')");
                            seen++;
                        }
                    }
                    // in the middle of what it does
                    process.toHandle().destroyForcibly();
                    assertThat(seen).isEqualTo(60);
                } finally {
                    process.destroyForcibly().waitFor();
                }
            }
            try (TestNode two = open(server, "two", CommitMode.SYNC, 10)) {
                two.awaitAppliedOn(one);
                one.awaitAppliedOn(two);
                List<String> names = two.query("SELECT name FROM owners ORDER BY id");
                assertThat(names).isEqualTo(one.query("SELECT name FROM owners ORDER BY id"));
                assertThat(names).containsAll(acknowledged).doesNotHaveDuplicates();
                assertThat(one.query("SELECT count(*) FROM owners WHERE name LIKE 'own %'"))
                        .containsExactly(Integer.toString(own));
                assertThat(one.query("SELECT count(*) FROM ha_conflicts")).containsExactly("0");
            }
        }
    }

    @Test
    void whoIsKilledHasNumbersWhileTheStreamIsAway() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "one", CommitMode.ASYNC, 100)) {
            one.execute("CREATE TABLE owners(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL)");
            Process process = writer(server, "before ", 1_000, CommitMode.ASYNC);
            try (BufferedReader output = process.inputReader()) {
                int seen = 0;
                for (String line = output.readLine(); line != null && seen < 100; line = output.readLine()) {
                    seen += line.startsWith("before ") ? 1 : 0;
                }
                process.toHandle().destroyForcibly();
                assertThat(seen).isEqualTo(100);
            } finally {
                process.destroyForcibly().waitFor();
            }
            server.kill9();
            try (TestNode two = open(server, "two", CommitMode.ASYNC, 1_000)) {
                for (int i = 0; i < 300; i++) {
                    two.execute("INSERT INTO owners(name) VALUES('after " + i + "')");
                }
                one.execute("INSERT INTO owners(id, name) VALUES(1000000, 'one')");
                server.restart();
                await().until(() -> two.query("SELECT count(*) FROM owners WHERE id = 1000000")
                        .equals(List.of("1")));
                two.awaitAppliedOn(one);
                one.awaitAppliedOn(two);
                for (TestNode node : List.of(one, two)) {
                    assertThat(node.query("SELECT count(*) FROM owners WHERE name LIKE 'after %'"))
                            .containsExactly("300");
                    assertThat(node.query("SELECT count(*) >= 100, count(*) = count(DISTINCT name) FROM owners"
                                    + " WHERE name LIKE 'before %'"))
                            .containsExactly("1|1");
                    assertThat(node.query("SELECT count(*) FROM ha_conflicts")).containsExactly("0");
                }
            }
        }
    }

    private Process writer(NatsServer server, String names, int blockSize, CommitMode mode) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx192m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KeyWriterMain.class.getName(),
                        server.url(),
                        folder.resolve("two.db").toString(),
                        "two",
                        names,
                        Integer.toString(blockSize),
                        mode.name())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    void whileTheStreamIsAwayTheRestOfABlockIsUsedAndThenSaidWhatToDo() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "one", CommitMode.ASYNC, 20);
                TestNode two = open(server, "two", CommitMode.ASYNC, 20)) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT)");
            one.execute("INSERT INTO t(a) VALUES('one')");
            one.awaitAppliedOn(two);
            two.execute("INSERT INTO t(a) VALUES('two')");
            server.kill9();
            int[] inserted = new int[2];
            for (int i = 0; i < 2; i++) {
                TestNode node = i == 0 ? one : two;
                SQLException failure = null;
                while (failure == null) {
                    try {
                        node.execute("INSERT INTO t(a) VALUES('away')");
                        inserted[i]++;
                    } catch (SQLException e) {
                        failure = e;
                    }
                }
                assertThat((Throwable) failure)
                        .hasMessageContaining("table t")
                        .hasMessageContaining("ha.sqlite.keys.blocks.enabled");
                assertThat(failure.getSQLState()).isEqualTo("08001");
                node.execute("UPDATE t SET a = a || '!' WHERE a = 'away'");
            }
            assertThat(inserted).containsExactly(19, 19);
            server.restart();
            await().pollInterval(Duration.ofMillis(50)).ignoreExceptions().until(() -> {
                one.execute("INSERT INTO t(a) VALUES('back')");
                return true;
            });
            one.awaitAppliedOn(two);
            two.awaitAppliedOn(one);
            for (TestNode node : List.of(one, two)) {
                assertThat(node.query("SELECT a, count(*) FROM t GROUP BY a ORDER BY a"))
                        .containsExactly("away!|38", "back|1", "one|1", "two|1");
            }
        }
    }

    private TestNode open(NatsServer server, String name, CommitMode mode, int blockSize) {
        Path file = folder.resolve(name + ".db");
        return blockSize == 0
                ? TestNode.open(server, file, name, mode)
                : TestNode.openWithKeys(server.url(), file, name, mode, blockSize);
    }

    private static Void add(TestNode node, String who) throws SQLException {
        for (int i = 0; i < OWNERS; i++) {
            String owner = who + " " + i;
            boolean generated = i % 2 == 0;
            boolean saved = false;
            while (!saved) {
                try (Connection connection = node.dataSource().getConnection()) {
                    connection.setAutoCommit(false);
                    add(connection, owner, generated);
                    connection.commit();
                    saved = true;
                } catch (SQLException e) {
                    // strict: somebody else came first
                    assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo("40001");
                }
            }
        }
        return null;
    }

    private static void add(Connection connection, String owner, boolean generated) throws SQLException {
        if (generated) {
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into owners (name) values (?)", Statement.RETURN_GENERATED_KEYS)) {
                insert.setString(1, owner);
                insert.executeUpdate();
                try (ResultSet keys = insert.getGeneratedKeys()) {
                    assertThat(keys.next()).isTrue();
                    addPet(connection, keys.getLong(1), owner);
                }
            }
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("INSERT INTO owners VALUES (NULL, '" + owner + "')");
            statement.executeUpdate(
                    "INSERT INTO pets(owner_id, name) SELECT last_insert_rowid(), 'pet of " + owner + "'");
        }
    }

    private static void addPet(Connection connection, long owner, String name) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into pets (id, owner_id, name) values (?, ?, ?)")) {
            insert.setObject(1, null);
            insert.setLong(2, owner);
            insert.setString(3, "pet of " + name);
            insert.executeUpdate();
        }
    }
}
