package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Schema changes that stay on their node. */
@Tag("system")
class LocalSchemaTests {

    @TempDir
    private Path folder;

    private NatsServer server;
    private TestNode one;
    private TestNode two;

    @BeforeEach
    void start() {
        server = NatsServer.start();
    }

    @AfterEach
    void close() {
        for (AutoCloseable each : new AutoCloseable[] {one, two, server}) {
            try {
                if (each != null) {
                    each.close();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void open(CommitMode mode) {
        open(mode, StrictIsolation.SERIALIZABLE);
    }

    private void open(CommitMode mode, StrictIsolation isolation) {
        one = open("n1", mode, isolation);
        two = open("n2", mode, isolation);
    }

    private TestNode open(String name, CommitMode mode, StrictIsolation isolation) {
        return TestNode.open(
                server.url(),
                folder.resolve(name + ".db"),
                name,
                settings -> settings.with(
                        to -> to.commitMode(mode).isolation(isolation).ddlSync(false)),
                List.of());
    }

    private static List<String> columns(TestNode node) throws SQLException {
        return node.query("SELECT name FROM pragma_table_info('t')");
    }

    @ParameterizedTest
    @EnumSource
    void eachNodeMakesItsOwnAndRowsAreReplicated(CommitMode mode) throws Exception {
        open(mode);
        for (TestNode node : List.of(one, two)) {
            node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        }
        one.execute("INSERT INTO t VALUES(1, 'one')");
        one.awaitAppliedOn(two);
        for (int i = 2; i < 20; i++) {
            one.execute("INSERT INTO t VALUES(" + i + ", 'x')");
        }
        one.execute("ALTER TABLE t ADD COLUMN b DEFAULT 'b'");
        one.execute("CREATE INDEX by_a ON t(a)");
        assertThat(columns(one)).containsExactly("id", "a", "b");
        one.awaitAppliedOn(two);
        assertThat(columns(two)).containsExactly("id", "a");
        assertThat(two.query("SELECT count(*) FROM t")).containsExactly("19");

        two.execute("ALTER TABLE t ADD COLUMN b DEFAULT 'b'");
        two.execute("UPDATE t SET b = 'of two' WHERE id = 1");
        two.awaitAppliedOn(one);
        one.awaitAppliedOn(two);
        assertThat(one.query("SELECT a, b FROM t WHERE id = 1")).containsExactly("one|of two");
        one.execute("DROP INDEX by_a");
        one.execute("ALTER TABLE t DROP COLUMN a");
        two.execute("ALTER TABLE t DROP COLUMN a");
        one.execute("DELETE FROM t WHERE id > 1");
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT id, b FROM t")).containsExactly("1|of two");
        assertThat(one.query("SELECT * FROM ha_conflicts")).isEmpty();
        assertThat(two.query("SELECT * FROM ha_conflicts")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aTransactionMayChangeTheSchemaAndWriteRows(CommitMode mode) throws Exception {
        open(mode);
        for (TestNode node : List.of(one, two)) {
            node.execute("CREATE TABLE history(step)");
        }
        for (TestNode node : List.of(one, two)) {
            try (Connection connection = node.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
                statement.executeUpdate("INSERT INTO t SELECT count(*) + 1, 'made on "
                        + node.status().node() + "' FROM history");
                statement.executeUpdate(
                        "INSERT INTO history VALUES('" + node.status().node() + "')");
                connection.commit();
            }
            node.awaitAppliedOn(node == one ? two : one);
        }
        assertThat(one.query("SELECT step FROM history ORDER BY 1")).containsExactly("n1", "n2");
        assertThat(two.query("SELECT step FROM history ORDER BY 1")).containsExactly("n1", "n2");
        assertThat(one.query("SELECT id, a FROM t ORDER BY 1")).containsExactly("1|made on n1", "2|made on n2");
        // what came before the table was there is reported
        assertThat(two.query("SELECT id, a FROM t ORDER BY 1")).containsExactly("2|made on n2");
        assertThat(two.query("SELECT table_name, kind FROM ha_conflicts")).containsExactly("t|SCHEMA_CHANGE");
        assertThat(two.status().halted()).isNull();
    }

    @Test
    void whatIsRolledBackLeavesNothing() throws Exception {
        open(CommitMode.ASYNC);
        try (Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
            statement.executeUpdate("INSERT INTO t VALUES(1, 'x')");
            connection.rollback();
        }
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        two.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        one.execute("INSERT INTO t VALUES(2, 'y')");
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT id, a FROM t")).containsExactly("2|y");
    }

    @Test
    void withoutTheStreamASchemaChangeWaitsForWhatWasCommittedBefore() throws Exception {
        one = TestNode.open(
                server.url(),
                folder.resolve("n1.db"),
                "n1",
                settings -> settings.with(to -> to.commitMode(CommitMode.ASYNC)
                        .ddlSync(false)
                        .publisherTimeout(java.time.Duration.ofMillis(300))),
                List.of());
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        server.stop();
        one.execute("CREATE TABLE u(id INTEGER PRIMARY KEY, a)");
        one.execute("INSERT INTO t VALUES(1, 'x')");
        assertThatExceptionOfType(SerializationFailureException.class)
                .isThrownBy(() -> one.execute("ALTER TABLE t DROP COLUMN a"))
                .withMessageContaining("ha.sqlite.ddl-sync is false");
        assertThat(columns(one)).containsExactly("id", "a");
        server.restart();
        org.awaitility.Awaitility.await().until(() -> one.status().outboxLength() == 0);
        one.execute("ALTER TABLE t DROP COLUMN a");
        assertThat(columns(one)).containsExactly("id");
    }

    @Test
    void whatCannotBeTakenApartIsRefused() throws Exception {
        open(CommitMode.STRICT, StrictIsolation.SNAPSHOT);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        one.execute("CREATE VIRTUAL TABLE f USING fts5(a)");
        for (String write : List.of("INSERT INTO t VALUES(1, 'x')", "INSERT INTO f VALUES('x')")) {
            try (Connection connection = one.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.executeUpdate("CREATE TABLE u(id)");
                statement.executeUpdate(write);
                assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
                        .isThrownBy(connection::commit)
                        .withMessageContaining("use two transactions");
                connection.rollback();
            }
        }
        assertThat(one.query("SELECT name FROM sqlite_schema WHERE name = 'u'")).isEmpty();
    }
}
