package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two nodes that insert at once and leave all keys to the database, as Spring PetClinic does: owners, and pets that
 * refer to them.
 */
@Tag("nats")
@Timeout(120)
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

    private TestNode open(NatsServer server, String name, CommitMode mode, int blockSize) {
        Path file = folder.resolve(name + ".db");
        return blockSize == 0
                ? TestNode.open(server, file, name, mode)
                : TestNode.openWithKeys(server, file, name, mode, blockSize);
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
