package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.GatedPublisher;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one node commits while another one changes the schema is never lost (rule R13). */
@Tag("nats")
class CrossingSchemaChangeTests {

    @TempDir
    private Path folder;

    private NatsServer server;
    private GatedPublisher gate;
    /** Changes the schema. */
    private TestNode author;
    /** Writes rows meanwhile. */
    private TestNode writer;

    @BeforeEach
    void open() throws SQLException {
        server = NatsServer.start();
        author = TestNode.open(server, folder.resolve("author.db"), "author", CommitMode.ASYNC);
        AtomicReference<GatedPublisher> gated = new AtomicReference<>();
        writer = TestNode.open(
                server.url(),
                folder.resolve("writer.db"),
                "writer",
                settings -> settings.with(to -> to.commitMode(CommitMode.ASYNC)),
                List.of(),
                publisher -> {
                    gated.set(new GatedPublisher(publisher));
                    return gated.get();
                },
                null);
        gate = gated.get();
        author.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v, w)");
        author.execute("INSERT INTO t VALUES(1, 'one', 'uno'), (2, 'two', 'due')");
        author.awaitAppliedOn(writer);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : new AutoCloseable[] {author, writer, server}) {
            if (resource != null) {
                resource.close();
            }
        }
    }

    /** The rows come into the stream behind the schema change, which their author had not seen. */
    private void writeBehind(String rows, String... schemaChange) throws SQLException {
        gate.shut();
        writer.execute(rows);
        inOneTransaction(schemaChange);
        gate.open();
        assertSame();
    }

    /** The rows come into the stream before the schema change, whose author has not seen them. */
    private void writeBefore(String rows, String... schemaChange) throws SQLException {
        changeSchemaBehind(rows, schemaChange);
        assertSame();
    }

    private void changeSchemaBehind(String rows, String... schemaChange) throws SQLException {
        try (Connection connection = author.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : schemaChange) {
                statement.executeUpdate(sql);
            }
            writer.execute(rows);
            Awaitility.await().until(() -> writer.status().outboxLength() == 0);
            connection.commit();
        }
    }

    private void inOneTransaction(String... statements) throws SQLException {
        try (Connection connection = author.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
            connection.commit();
        }
    }

    private void assertSame() throws SQLException {
        for (int i = 0; i < 2; i++) {
            author.awaitAppliedOn(writer);
            writer.awaitAppliedOn(author);
        }
        assertThat(Content.of(writer.dataSource())).isEqualTo(Content.of(author.dataSource()));
        assertThat(author.status().halted()).isNull();
        assertThat(writer.status().halted()).isNull();
    }

    private List<String> conflicts() throws SQLException {
        String query = "SELECT kind, table_name, losing FROM ha_conflicts ORDER BY publisher, counter, number";
        List<String> found = author.query(query);
        assertThat(writer.query(query)).isEqualTo(found);
        List<String> kinds = new ArrayList<>();
        for (String row : found) {
            kinds.add(row);
        }
        return kinds;
    }

    @Test
    void rowsThatNameARenamedColumnGetItsNewName() throws Exception {
        writeBehind(
                "INSERT INTO t(id, v) VALUES(3, 'three'); UPDATE t SET v = 'zwei' WHERE id = 2; DELETE FROM t WHERE id = 1",
                "ALTER TABLE t RENAME COLUMN v TO x");
        assertThat(author.query("SELECT id, x, w FROM t")).containsExactly("2|zwei|due", "3|three|null");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void rowsThatDoNotTouchARenamedColumnAreNotLeftOut() throws Exception {
        writeBehind("INSERT INTO t(id, v) VALUES(3, 'three')", "ALTER TABLE t RENAME COLUMN w TO x");
        assertThat(author.query("SELECT id, v, x FROM t WHERE id = 3")).containsExactly("3|three|null");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void rowsThatDoNotTouchADroppedColumnAreNotLeftOut() throws Exception {
        writeBehind(
                "INSERT INTO t(id, v) VALUES(3, 'three'); UPDATE t SET v = 'zwei' WHERE id = 2",
                "ALTER TABLE t DROP COLUMN w");
        assertThat(author.query("SELECT * FROM t")).containsExactly("1|one", "2|zwei", "3|three");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void whatWasMeantForADroppedColumnIsKept() throws Exception {
        writeBehind(
                "INSERT INTO t VALUES(3, 'three', 'tre'); UPDATE t SET w = 'two more' WHERE id = 2",
                "ALTER TABLE t DROP COLUMN w");
        assertThat(author.query("SELECT * FROM t")).containsExactly("1|one", "2|two", "3|three");
        assertThat(conflicts())
                .hasSize(2)
                .allMatch(row -> row.startsWith("SCHEMA_CHANGE|t|"))
                .anyMatch(row -> row.contains("tre"))
                .anyMatch(row -> row.contains("two more"));
    }

    @Test
    void rowsForARenamedTableGoThere() throws Exception {
        writeBehind("INSERT INTO t VALUES(3, 'three', 'tre')", "ALTER TABLE t RENAME TO u");
        assertThat(author.query("SELECT * FROM u WHERE id = 3")).containsExactly("3|three|tre");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void severalRenamesAreFollowedOneAfterTheOther() throws Exception {
        gate.shut();
        writer.execute("INSERT INTO t VALUES(3, 'three', 'tre')");
        author.execute("ALTER TABLE t RENAME COLUMN v TO x");
        author.execute("ALTER TABLE t RENAME TO u");
        inOneTransaction(
                "ALTER TABLE u RENAME COLUMN x TO y",
                "ALTER TABLE u RENAME COLUMN w TO x",
                "ALTER TABLE u RENAME COLUMN y TO w");
        gate.open();
        assertSame();
        assertThat(author.query("SELECT id, w, x FROM u WHERE id = 3")).containsExactly("3|three|tre");
    }

    @Test
    void rowsForADroppedTableAreKept() throws Exception {
        writeBehind("INSERT INTO t VALUES(3, 'three', 'tre')", "DROP TABLE t");
        assertThat(conflicts())
                .singleElement()
                .asString()
                .startsWith("SCHEMA_CHANGE|t|")
                .contains("three");
    }

    @Test
    void rowsThatBreakANewConstraintAreKept() throws Exception {
        writeBehind(
                "INSERT INTO t VALUES(3, NULL, 'tre')",
                "CREATE TABLE n(id INTEGER PRIMARY KEY, v NOT NULL, w)",
                "INSERT INTO n SELECT * FROM t",
                "DROP TABLE t",
                "ALTER TABLE n RENAME TO t");
        assertThat(author.query("SELECT id FROM t")).containsExactly("1", "2");
        assertThat(conflicts())
                .singleElement()
                .asString()
                .startsWith("SCHEMA_CHANGE|t|")
                .contains("tre");
    }

    @Test
    void aNodeThatJoinsLaterKnowsTheRenames() throws Exception {
        gate.shut();
        writer.execute("INSERT INTO t VALUES(3, 'three', 'tre')");
        author.execute("ALTER TABLE t RENAME COLUMN v TO x");
        author.close();
        author = TestNode.open(server, folder.resolve("author.db"), "author", CommitMode.ASYNC);
        gate.open();
        assertSame();
        assertThat(author.query("SELECT id, x FROM t WHERE id = 3")).containsExactly("3|three");
    }

    @ParameterizedTest
    @CsvSource({
        "'CREATE TABLE n(id INTEGER PRIMARY KEY, v, w, z)|INSERT INTO n(id, v, w) SELECT id, v, w FROM t|DROP TABLE t"
                + "|ALTER TABLE n RENAME TO t'",
        "'ALTER TABLE t RENAME TO old|CREATE TABLE t(id INTEGER PRIMARY KEY, v, w, z)|INSERT INTO t(id, v, w) SELECT id,"
                + " v, w FROM old|DROP TABLE old'",
        "'CREATE TABLE n AS SELECT * FROM t|DROP TABLE t|CREATE TABLE t(id INTEGER PRIMARY KEY, v, w, z)|INSERT INTO t(id,"
                + " v, w) SELECT id, v, w FROM n|DROP TABLE n'"
    })
    void aRebuildLosesNothingThatCrossesIt(String statements) throws Exception {
        String[] rebuild = statements.split("\\|");
        writeBehind("INSERT INTO t VALUES(3, 'three', 'tre'); UPDATE t SET v = 'zwei' WHERE id = 2", rebuild);
        assertThat(author.query("SELECT id, v, w FROM t")).containsExactly("1|one|uno", "2|zwei|due", "3|three|tre");
        writeBefore(
                "INSERT INTO t(id, v, w) VALUES(4, 'four', 'quattro'); UPDATE t SET v = 'eins' WHERE id = 1", rebuild);
        assertThat(author.query("SELECT id, v, w FROM t"))
                .containsExactly("1|eins|uno", "2|zwei|due", "3|three|tre", "4|four|quattro");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void aRebuildWhoseRowsCannotBeMadeAnewGivesWay() throws Exception {
        String[] rebuild = {
            "CREATE TABLE n(id INTEGER PRIMARY KEY, v, w, z)",
            "INSERT INTO n SELECT id, v, w, random() FROM t",
            "DROP TABLE t",
            "ALTER TABLE n RENAME TO t"
        };
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> changeSchemaBehind("INSERT INTO t VALUES(3, 'three', 'tre')", rebuild))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("40001"));
        assertSame();
        assertThat(author.query("SELECT * FROM t WHERE id = 3")).containsExactly("3|three|tre");
        inOneTransaction(rebuild);
        assertSame();
        assertThat(author.query("SELECT id, v FROM t")).containsExactly("1|one", "2|two", "3|three");
    }

    @Test
    void rowsCopiedByTheApplicationItselfGiveWay() throws Exception {
        try (Connection connection = author.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("CREATE TABLE n(id INTEGER PRIMARY KEY, v, w)");
            List<String> copied = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery("SELECT id, v, w FROM t")) {
                while (rows.next()) {
                    copied.add("(" + rows.getLong(1) + ", '" + rows.getString(2) + "', '" + rows.getString(3) + "')");
                }
            }
            statement.executeUpdate("INSERT INTO n VALUES " + String.join(", ", copied));
            statement.executeUpdate("DROP TABLE t");
            statement.executeUpdate("ALTER TABLE n RENAME TO t");
            writer.execute("INSERT INTO t VALUES(3, 'three', 'tre')");
            Awaitility.await().until(() -> writer.status().outboxLength() == 0);
            assertThatExceptionOfType(SerializationFailureException.class).isThrownBy(connection::commit);
        }
        assertSame();
        assertThat(writer.query("SELECT id FROM t")).containsExactly("1", "2", "3");
    }

    @Test
    void aTableThatIsDroppedWithoutACopyGivesWay() throws Exception {
        assertThatExceptionOfType(SerializationFailureException.class)
                .isThrownBy(() -> changeSchemaBehind("INSERT INTO t VALUES(3, 'three', 'tre')", "DROP TABLE t"));
        assertSame();
        assertThat(writer.query("SELECT id FROM t")).containsExactly("1", "2", "3");
        author.execute("DROP TABLE t");
        assertSame();
    }

    @Test
    void writersWaitForASchemaChangeThatGaveWayBefore() throws Exception {
        for (int i = 3; i < 5; i++) {
            String row = "INSERT INTO t VALUES(" + i + ", 'v', 'w')";
            assertThatExceptionOfType(SerializationFailureException.class)
                    .isThrownBy(() -> changeSchemaBehind(row, "DROP TABLE t"));
        }
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
            try {
                writer.execute("CREATE TABLE other(a)");
            } catch (SQLException e) {
                throw new CompletionException(e);
            }
        });
        author.execute("DROP TABLE t");
        waiting.get(60, TimeUnit.SECONDS);
        assertSame();
        assertThat(writer.query("SELECT name FROM sqlite_schema WHERE name IN ('t', 'other')"))
                .containsExactly("other");
    }

    @Test
    void aUniqueIndexAndRowsThatBreakItAreDecidedByWhatComesFirst() throws Exception {
        writeBehind("INSERT INTO t VALUES(3, 'one', 'tre')", "CREATE UNIQUE INDEX t_v ON t(v)");
        assertThat(author.query("SELECT id FROM t ORDER BY id")).containsExactly("2", "3");
        assertThat(conflicts())
                .singleElement()
                .asString()
                .startsWith("UNIQUE_KEY|t|")
                .contains("uno");
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() ->
                        changeSchemaBehind("INSERT INTO t VALUES(4, 'four', 'tre')", "CREATE UNIQUE INDEX t_w ON t(w)"))
                .satisfies(e -> assertThat(e.getErrorCode()).isNotZero());
        assertSame();
        assertThat(author.query("SELECT id FROM t ORDER BY id")).containsExactly("2", "3", "4");
        assertThat(author.query("SELECT name FROM sqlite_schema WHERE type = 'index'"))
                .containsExactly("t_v");
    }

    @Test
    void aDataMigrationBesideTheSchemaChangeTakesWhatIsThere() throws Exception {
        writeBefore(
                "INSERT INTO t VALUES(3, 'three', 'tre')",
                "ALTER TABLE t ADD COLUMN x",
                "UPDATE t SET x = v || '!'",
                "DELETE FROM t WHERE id = 1");
        assertThat(author.query("SELECT id, x FROM t")).containsExactly("2|two!", "3|three!");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void rowsAreRowsAgainWhenTheSchemaCommandIsRolledBack() throws Exception {
        try (Connection connection = author.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("INSERT INTO t VALUES(3, 'three', 'tre')");
            statement.executeUpdate("SAVEPOINT s");
            statement.executeUpdate("ALTER TABLE t RENAME COLUMN v TO x");
            statement.executeUpdate("UPDATE t SET x = 'gone'");
            statement.executeUpdate("ROLLBACK TO s");
            statement.executeUpdate("UPDATE t SET v = upper(v)");
            connection.commit();
        }
        assertSame();
        assertThat(writer.query("SELECT v FROM t")).containsExactly("ONE", "TWO", "THREE");
    }

    @Test
    void textKeysAreCopiedInOrder() throws Exception {
        author.execute("CREATE TABLE k(code TEXT PRIMARY KEY, v)");
        author.execute("INSERT INTO k VALUES('b', 1), ('a', 2)");
        author.awaitAppliedOn(writer);
        writeBefore(
                "INSERT INTO k VALUES('0', 3)",
                "CREATE TABLE n(code TEXT PRIMARY KEY, v, z)",
                "INSERT INTO n(code, v) SELECT code, v FROM k",
                "DROP TABLE k",
                "ALTER TABLE n RENAME TO k");
        assertThat(writer.query("SELECT rowid, code FROM k ORDER BY rowid")).containsExactly("1|b", "2|a", "3|0");
    }

    @Test
    void autoincrementTablesAreRebuiltToo() throws Exception {
        author.execute("CREATE TABLE k(id INTEGER PRIMARY KEY AUTOINCREMENT, v)");
        author.execute("INSERT INTO k(v) VALUES('a'), ('b')");
        author.awaitAppliedOn(writer);
        writeBefore(
                "INSERT INTO k VALUES(7, 'c')",
                "CREATE TABLE n(id INTEGER PRIMARY KEY AUTOINCREMENT, v, z)",
                "INSERT INTO n(id, v) SELECT id, v FROM k",
                "DROP TABLE k",
                "ALTER TABLE n RENAME TO k");
        assertThat(writer.query("SELECT id, v FROM k")).containsExactly("1|a", "2|b", "7|c");
    }

    /** Drops what its author has not seen. */
    private static final String[] REBUILD_WITHOUT_W = {
        "CREATE TABLE n(id INTEGER PRIMARY KEY, v)",
        "INSERT INTO n SELECT id, v FROM t",
        "DROP TABLE t",
        "ALTER TABLE n RENAME TO t"
    };

    private void givesWay(String others, String... schemaChange) throws SQLException {
        assertThatExceptionOfType(SerializationFailureException.class)
                .isThrownBy(() -> changeSchemaBehind(others, schemaChange));
        assertSame();
    }

    @Test
    void aRebuildDoesNotDropAColumnThatItsAuthorHadNotSeen() throws Exception {
        givesWay("ALTER TABLE t ADD COLUMN z; UPDATE t SET z = v || '!'", REBUILD_WITHOUT_W);
        assertThat(author.query("SELECT * FROM t")).containsExactly("1|one|uno|one!", "2|two|due|two!");
        assertThat(conflicts()).isEmpty();
        inOneTransaction(REBUILD_WITHOUT_W);
        assertSame();
        assertThat(writer.query("SELECT * FROM t")).containsExactly("1|one", "2|two");
    }

    @Test
    void aRebuildDoesNotDropAColumnThatWasRenamedUnseen() throws Exception {
        givesWay("ALTER TABLE t RENAME COLUMN w TO x", REBUILD_WITHOUT_W);
        assertThat(author.query("SELECT id, x FROM t")).containsExactly("1|uno", "2|due");
    }

    @Test
    void allNodesKnowWhoChangedTheSchemaLast() throws Exception {
        try (TestNode third = TestNode.open(server, folder.resolve("third.db"), "third", CommitMode.ASYNC)) {
            author.awaitAppliedOn(third);
            givesWay("ALTER TABLE t ADD COLUMN z; UPDATE t SET z = v || '!'", REBUILD_WITHOUT_W);
            author.awaitAppliedOn(third);
            String places = "SELECT publisher, sequence FROM ha_schema_changes ORDER BY sequence";
            assertThat(third.query(places)).hasSize(2).isEqualTo(author.query(places));
            assertThat(third.query("SELECT z FROM t")).containsExactly("one!", "two!");
        }
    }

    @Test
    void schemaChangesThatOnlyAddDoNotGiveWayToEachOther() throws Exception {
        writeBefore(
                "ALTER TABLE t ADD COLUMN y; CREATE TABLE a(b); UPDATE t SET y = 1 WHERE id = 1",
                "ALTER TABLE t ADD COLUMN z",
                "CREATE TABLE c(d)",
                "CREATE UNIQUE INDEX t_z ON t(z)");
        assertThat(author.query("SELECT id, y, z FROM t")).containsExactly("1|1|null", "2|null|null");
        assertThat(writer.query("SELECT count(*) FROM sqlite_schema WHERE name IN ('a', 'c', 't_z')"))
                .containsExactly("3");
    }

    @Test
    void aTableIsNotMadeToReferToOneThatWasRenamedUnseen() throws Exception {
        givesWay("ALTER TABLE t RENAME TO u", "CREATE TABLE child(t INTEGER REFERENCES t(id))");
        assertThat(writer.query("SELECT name FROM sqlite_schema WHERE name = 'child'"))
                .isEmpty();
    }

    @Test
    void rowsAreWrittenAcrossANewTriggerAsTheirAuthorMeantThem() throws Exception {
        author.execute("CREATE TABLE log(id INTEGER PRIMARY KEY, what)");
        author.awaitAppliedOn(writer);
        String trigger = "CREATE TRIGGER t_log AFTER INSERT ON t BEGIN INSERT INTO log(what) VALUES(new.v); END";
        writeBehind("INSERT INTO t VALUES(3, 'three', 'tre')", trigger);
        writeBefore("INSERT INTO t VALUES(4, 'four', 'quattro')", "DROP TRIGGER t_log");
        assertThat(author.query("SELECT what FROM log")).containsExactly("four");
        assertThat(author.query("SELECT id FROM t")).containsExactly("1", "2", "3", "4");
        writeBefore("INSERT INTO t VALUES(5, 'five', 'cinque')", trigger);
        writer.execute("INSERT INTO t VALUES(6, 'six', 'sei')");
        assertSame();
        assertThat(author.query("SELECT what FROM log")).containsExactly("four", "six");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void rowsAreWrittenThroughAViewThatIsDroppedMeanwhile() throws Exception {
        String view = "CREATE VIEW names AS SELECT id, v FROM t";
        String trigger = "CREATE TRIGGER names_new INSTEAD OF INSERT ON names BEGIN INSERT INTO t(id, v)"
                + " VALUES(new.id, new.v); END";
        writeBefore("INSERT INTO t VALUES(3, 'three', 'tre')", view, trigger);
        writeBehind("INSERT INTO names VALUES(4, 'four')", "DROP VIEW names");
        assertThat(author.query("SELECT id, v FROM t WHERE id > 2")).containsExactly("3|three", "4|four");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void aViewIsNotMadeOfAColumnThatWasRenamedUnseen() throws Exception {
        givesWay("ALTER TABLE t RENAME COLUMN v TO x", "CREATE VIEW names AS SELECT id, v FROM t");
        author.execute("ALTER TABLE t RENAME COLUMN w TO y");
        assertSame();
    }
}
