package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.history.HistoryCommand;
import io.github.hasqlite.core.history.HistorySettings;
import io.github.hasqlite.testing.GatedPublisher;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes are taken back exactly, on all nodes, and nothing of anybody else with them. */
@Tag("system")
class UndoTests {

    private static final List<String> SCHEMA = List.of(
            "CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, picture BLOB)",
            "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customer(id)"
                    + " ON DELETE CASCADE, total REAL)",
            "CREATE TABLE item(orders INTEGER REFERENCES orders(id) ON DELETE CASCADE, line INTEGER, text,"
                    + " PRIMARY KEY(orders, line)) WITHOUT ROWID",
            "CREATE TABLE note(text)",
            "CREATE TABLE audit(id INTEGER PRIMARY KEY, what)",
            "CREATE TRIGGER note_order AFTER UPDATE ON orders BEGIN"
                    + " INSERT INTO audit(what) VALUES ('order ' || new.id); END",
            "CREATE TRIGGER note_gone BEFORE DELETE ON customer BEGIN"
                    + " INSERT INTO audit(what) VALUES ('gone ' || old.id); END",
            "INSERT INTO customer VALUES (1, 'Ada', 'ada@x', x'0102'), (2, 'Bob', 'bob@x', NULL), (3, 'Cid', NULL, x'ff')",
            "INSERT INTO orders VALUES (10, 1, 9.5), (11, 1, 1e300), (20, 2, 0.1)",
            "INSERT INTO item VALUES (10, 1, 'tea'), (10, 2, 7), (11, 1, NULL), (20, 1, 'milk')",
            "INSERT INTO note VALUES ('a'), ('a'), ('b')");

    private static final List<String> TABLES = List.of("customer", "orders", "item", "note", "audit");

    @TempDir
    private Path folder;

    private static NatsServer server;
    private static int number;

    private TestNode one;
    private TestNode two;
    private ReplicationHistory history;

    @BeforeAll
    static void startServer() {
        server = NatsServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void openNodes() throws Exception {
        open(CommitMode.SYNC);
    }

    private void open(CommitMode mode) throws Exception {
        number++;
        one = node("one", mode);
        two = node("two", mode);
        one.execute("CREATE TABLE busy(id INTEGER PRIMARY KEY, n)");
        for (String statement : SCHEMA) {
            one.execute(statement);
        }
        one.awaitAppliedOn(two);
        history = one.node().histories().history(HistorySettings.DEFAULT_MAX_ROWS);
    }

    private TestNode node(String name, CommitMode mode) {
        return node(name, mode, publisher -> publisher);
    }

    private TestNode node(String name, CommitMode mode, UnaryOperator<ChangeSetPublisher> publishing) {
        String id = "undo" + number;
        return TestNode.openWith(
                server.url(),
                folder.resolve(name + "-" + id + ".db"),
                name,
                settings -> NodeSettings.of(name, settings.pool().with(to -> to.foreignKeys(true)))
                        .with(to -> to.commitMode(mode).groupCommit(true))
                        .with(to -> to.publisherTimeout(Duration.ofSeconds(10))),
                publishing,
                stream -> stream.with(to -> to.stream(id).subject(id + ".test")));
    }

    @AfterEach
    void closeNodes() {
        two.close();
        one.close();
    }

    /** Every value of every row, but for what others write meanwhile. */
    private static String content(TestNode node) throws SQLException {
        StringBuilder content = new StringBuilder();
        for (String table : TABLES) {
            String columns = String.join(
                    "||'|'||",
                    node.query("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('" + table + "')"));
            content.append(table)
                    .append(node.query("SELECT " + columns + " FROM " + table + " ORDER BY 1"))
                    .append('\n');
        }
        return content.toString();
    }

    /** The place of what a node has written last. */
    private long last(String node) throws Exception {
        return history.read(HistoryQuery.latest(1).node(node)).get(0).position();
    }

    private void assertUndone(String before) throws Exception {
        one.awaitAppliedOn(two);
        two.awaitAppliedOn(one);
        assertThat(content(one)).isEqualTo(before);
        assertThat(content(two)).isEqualTo(before);
    }

    /** What somebody did by mistake, each in one transaction. */
    private static final List<List<String>> MISTAKES = List.of(
            List.of("UPDATE customer SET name = 'Eve'"),
            List.of("DELETE FROM customer WHERE id = 1"),
            List.of(
                    "UPDATE customer SET email = 'none' WHERE id = 1",
                    "UPDATE customer SET email = 'ada@x' WHERE id = 2",
                    "UPDATE customer SET email = 'bob@x' WHERE id = 1"),
            List.of("WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1499)"
                    + " INSERT INTO orders SELECT i, 2, i / 7.0 FROM n"),
            List.of("UPDATE customer SET picture = zeroblob(100000) WHERE id = 3"),
            List.of("DELETE FROM note WHERE text = 'a'"),
            List.of(
                    "INSERT INTO orders VALUES (30, 3, 1)",
                    "UPDATE orders SET id = 31 WHERE id = 30",
                    "UPDATE orders SET total = NULL",
                    "DELETE FROM orders WHERE id = 31"),
            List.of("REPLACE INTO customer VALUES (4, 'Dora', 'bob@x', NULL)"),
            List.of(
                    "DELETE FROM item",
                    "INSERT INTO item SELECT id, 1, 'coffee' FROM orders",
                    "UPDATE note SET text = 'c'"),
            List.of("UPDATE customer SET id = -id WHERE id = 3", "INSERT INTO customer(name) VALUES ('Zoe')"));

    private static void make(TestNode node, List<String> mistake) throws SQLException {
        while (true) {
            try {
                makeOnce(node, mistake);
                return;
            } catch (SerializationFailureException e) {
                // in strict mode others may come first
            }
        }
    }

    private static void makeOnce(TestNode node, List<String> mistake) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : mistake) {
                statement.executeUpdate(sql);
            }
            connection.commit();
        }
    }

    @Test
    void tenMistakesAreTakenBackOneByOneWhileOthersWrite() throws Exception {
        takeBackOneByOneWhileOthersWrite(MISTAKES, 0);
    }

    private void takeBackOneByOneWhileOthersWrite(List<List<String>> mistakes, long pauseNanos) throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        Thread busy = new Thread(() -> {
            try {
                // at full speed nothing that takes its time could commit in strict mode
                for (int i = 1; !ended.get(); i++, LockSupport.parkNanos(pauseNanos)) {
                    two.execute("INSERT INTO busy VALUES (" + i + ", 0)");
                    two.awaitAppliedOn(one);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        busy.start();
        try {
            for (List<String> mistake : mistakes) {
                String before = content(one);
                make(one, mistake);
                long position = last("one");
                String after = content(one);
                assertThat(after).as("mistake %s", mistake).isNotEqualTo(before);
                UndoPlan plan = history.plan(UndoRequest.only(position));
                assertThat(plan.conflicts()).isEmpty();
                assertThat(content(one)).as("a dry run does nothing").isEqualTo(after);
                history.undo(plan);
                assertUndone(before);
                history.undo(UndoRequest.only(last("one")));
                assertUndone(after);
                history.undo(UndoRequest.only(last("one")));
                assertUndone(before);
            }
        } finally {
            ended.set(true);
            busy.join();
        }
        assertThat(two.query("PRAGMA integrity_check")).containsExactly("ok");
        assertThat(two.query("PRAGMA foreign_key_check")).isEmpty();
        assertThat(one.query("SELECT count(*) FROM ha_conflicts")).containsExactly("0");
        assertThat(two.query("SELECT count(*) FROM ha_conflicts")).containsExactly("0");
    }

    @Test
    void tenMistakesAreTakenBackAtOnce() throws Exception {
        String before = content(one);
        long first = 0;
        for (List<String> mistake : MISTAKES) {
            make(first == 0 ? one : two, mistake);
            two.awaitAppliedOn(one);
            one.awaitAppliedOn(two);
            first = first == 0 ? last("one") : first;
        }
        history.undo(UndoRequest.everythingFrom(first));
        assertUndone(before);
    }

    @Test
    void whatOthersHaveChangedSinceIsInTheWayUnlessItIsTakenAlong() throws Exception {
        String before = content(one);
        one.execute("UPDATE customer SET name = 'Eve'");
        one.awaitAppliedOn(two);
        long mistake = last("one");
        two.execute("UPDATE customer SET picture = x'00' WHERE id = 2");
        two.awaitAppliedOn(one);
        String after = content(one);
        UndoPlan plan = history.plan(UndoRequest.only(mistake));
        assertThat(plan.conflicts())
                .containsExactly(
                        new UndoConflict(UndoConflict.Kind.CHANGED_SINCE, "customer", List.of(2L), last("two")));
        assertThatExceptionOfType(UndoConflictException.class)
                .isThrownBy(() -> history.undo(UndoRequest.only(mistake)))
                .withMessageContaining("row [2] of table customer was changed since (transaction")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("55000"));
        assertThat(content(one)).isEqualTo(after);
        history.undo(UndoRequest.only(mistake).takingAlong());
        assertUndone(before);
    }

    @Test
    void rowsAndTransactionsAreTakenBackFromAPlaceOn() throws Exception {
        String before = content(one);
        one.execute("UPDATE customer SET name = 'Eve' WHERE id = 1");
        long mistake = last("one");
        make(
                one,
                List.of(
                        "UPDATE customer SET name = 'Eva' WHERE id = 1",
                        "UPDATE note SET text = 'z' WHERE text = 'b'"));
        one.execute("UPDATE customer SET name = 'Otto' WHERE id = 2");
        UndoPlan rows = history.plan(UndoRequest.rowsOf(mistake));
        assertThat(rows.transactions()).hasSize(2);
        assertThat(rows.changes()).hasSize(1);
        assertThat(history.plan(UndoRequest.transactionsFrom(mistake)).changes())
                .hasSize(3);
        history.undo(rows);
        assertThat(one.query("SELECT name FROM customer ORDER BY id")).containsExactly("Ada", "Otto", "Cid");
        assertThat(one.query("SELECT text FROM note ORDER BY 1")).containsExactly("a", "a", "z");
        history.undo(UndoRequest.only(last("one")));
        history.undo(UndoRequest.transactionsFrom(mistake));
        assertThat(one.query("SELECT name FROM customer ORDER BY id")).containsExactly("Ada", "Otto", "Cid");
        assertThat(one.query("SELECT text FROM note ORDER BY 1")).containsExactly("a", "a", "b");
        history.undo(UndoRequest.everythingFrom(mistake));
        assertUndone(before);
    }

    @Test
    void keysThatOthersHoldAndRowsThatReferToWhatGoesAreInTheWay() throws Exception {
        String before = content(one);
        one.execute("UPDATE customer SET email = NULL WHERE id = 1");
        long freed = last("one");
        one.awaitAppliedOn(two);
        two.execute("INSERT INTO customer VALUES (7, 'Gil', 'ada@x', NULL)");
        two.awaitAppliedOn(one);
        long inserted = last("two");
        one.execute("INSERT INTO orders VALUES (70, 7, 1.0)");
        assertThat(history.plan(UndoRequest.only(freed)).conflicts())
                .containsExactly(new UndoConflict(UndoConflict.Kind.UNIQUE_KEY, "customer", List.of(7L), 0));
        assertThat(history.plan(UndoRequest.only(inserted)).conflicts())
                .containsExactly(new UndoConflict(UndoConflict.Kind.REFERENCES, "orders", List.of(70L), 0));
        one.execute("DELETE FROM orders WHERE id = 11");
        long order = last("one");
        two.awaitAppliedOn(one);
        two.execute("DELETE FROM customer WHERE id = 1");
        two.awaitAppliedOn(one);
        assertThat(history.plan(UndoRequest.only(order)).conflicts())
                .contains(new UndoConflict(UndoConflict.Kind.MISSING, "customer", List.of(1L), 0));
        history.undo(UndoRequest.only(order).takingAlong());
        assertThat(one.query("SELECT count(*) FROM orders WHERE customer = 1")).containsExactly("1");
        history.undo(UndoRequest.everythingFrom(freed));
        assertUndone(before);
    }

    @Test
    void whatCannotBeTakenBackSaysWhatToDo() throws Exception {
        one.execute("UPDATE customer SET name = 'Eve'");
        long mistake = last("one");
        one.execute("ALTER TABLE customer ADD COLUMN more");
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> history.plan(UndoRequest.only(mistake)))
                .withMessageContaining("changes the schema (ALTER TABLE customer ADD COLUMN more)")
                .withMessageContaining("copyAsOf(")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("55000"));
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> history.plan(UndoRequest.only(mistake + 1000)))
                .withMessageContaining("there is no transaction")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22023"));
        one.execute("DELETE FROM item");
        ReplicationHistory small = one.node().histories().history(3);
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> small.plan(UndoRequest.only(last("one"))))
                .withMessageContaining("ha.sqlite.history.max-rows")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("54000"));
    }

    @Test
    void aLargeTransactionIsTakenBack() throws Exception {
        String before = content(one);
        one.execute("WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 10999)"
                + " INSERT INTO customer SELECT i, 'name ' || i, 'mail' || i, randomblob(900) FROM n");
        long imported = last("one");
        one.execute("UPDATE customer SET name = name || '!' WHERE id BETWEEN 1000 AND 3999");
        HistoryEntry entry = history.read(HistoryQuery.latest(1)).get(0);
        assertThat(entry.size()).isEqualTo(3_000);
        assertThat(entry.isAbridged()).isTrue();
        assertThat(entry.rowsByTable()).containsExactly(Map.entry("customer", 3_000L));
        history.undo(UndoRequest.only(entry.position()));
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT count(*) FROM customer WHERE id >= 1000 AND name = 'name ' || id"))
                .containsExactly("10000");
        history.undo(UndoRequest.everythingFrom(imported));
        assertUndone(before);
    }

    @Test
    void inStrictModeItIsOneTransactionAmongOthers() throws Exception {
        closeNodes();
        open(CommitMode.STRICT);
        takeBackOneByOneWhileOthersWrite(MISTAKES.subList(1, 4), TimeUnit.MILLISECONDS.toNanos(100));
    }

    @Test
    void theHistoryShowsWhatWasAskedFor() throws Exception {
        one.execute("UPDATE customer SET name = 'Eve' WHERE id = 2");
        one.awaitAppliedOn(two);
        two.execute("INSERT INTO note VALUES ('n')");
        two.awaitAppliedOn(one);
        assertThat(history.read(HistoryQuery.latest(2)))
                .extracting(HistoryEntry::node)
                .containsExactly("two", "one");
        assertThat(history.read(HistoryQuery.latest(9).row("CUSTOMER", 2))).hasSize(2);
        assertThat(history.read(HistoryQuery.latest(9).row("customer", 3))).hasSize(1);
        assertThat(history.read(HistoryQuery.latest(9).table("note").node("two")))
                .hasSize(1);
        HistoryCommand.Answer shown =
                HistoryCommand.parse("HISTORY '1h'").orElseThrow().run(history, Instant.now());
        assertThat(shown.columns()).containsExactly("seq", "sql", "timestamp", "node", "number");
        assertThat(shown.rows()).hasSize(14);
        assertThat(shown.rows().get(12).get(1)).isEqualTo("UPDATE \"customer\" SET \"name\" = 'Eve' WHERE \"id\" = 2");
        long change = last("one");
        HistoryCommand.Answer plan =
                HistoryCommand.parse("EXPLAIN UNDOE " + change).orElseThrow().run(history, Instant.now());
        assertThat(plan.rows()).hasSize(1);
        HistoryCommand.Answer done =
                HistoryCommand.parse("UNDOE " + change + ";").orElseThrow().run(history, Instant.now());
        assertThat(done.rows()).containsExactly(List.of(1L, 1L));
        assertThat(one.query("SELECT name FROM customer WHERE id = 2")).containsExactly("Bob");
    }

    @Test
    void whatIsGivenBackIsWhatTheRowWasOnAllNodes() throws Exception {
        closeNodes();
        number++;
        AtomicReference<GatedPublisher> gate = new AtomicReference<>();
        one = node("one", CommitMode.ASYNC);
        for (String statement : SCHEMA) {
            one.execute(statement);
        }
        two = node("two", CommitMode.ASYNC, publisher -> {
            gate.set(new GatedPublisher(publisher));
            return gate.get();
        });
        history = one.node().histories().history(HistorySettings.DEFAULT_MAX_ROWS);
        one.awaitAppliedOn(two);
        gate.get().shut();
        two.execute("UPDATE customer SET name = 'of two' WHERE id = 1");
        two.execute("DELETE FROM customer WHERE id = 3");
        one.execute("UPDATE customer SET name = 'of one' WHERE id IN (1, 3)");
        one.awaitAppliedOn(one);
        String before = content(one);
        gate.get().open();
        two.awaitAppliedOn(one);
        assertThat(one.query("SELECT name FROM customer ORDER BY id")).containsExactly("of two", "Bob");
        List<HistoryEntry> ofTwo = history.read(HistoryQuery.latest(2).node("two"));
        assertThat(ofTwo.get(1).changes().get(0).oldValues().get(1)).isEqualTo("Ada");
        history.undo(UndoRequest.only(ofTwo.get(0).position()));
        history.undo(UndoRequest.only(ofTwo.get(1).position()));
        assertUndone(before);
    }

    @Test
    void textSearchFollows() throws Exception {
        one.execute("CREATE TABLE doc(id INTEGER PRIMARY KEY, body)");
        one.execute("CREATE VIRTUAL TABLE search USING fts5(body, content=doc, content_rowid=id)");
        one.execute("CREATE TRIGGER doc_i AFTER INSERT ON doc BEGIN"
                + " INSERT INTO search(rowid, body) VALUES (new.id, new.body); END");
        one.execute("CREATE TRIGGER doc_d AFTER DELETE ON doc BEGIN"
                + " INSERT INTO search(search, rowid, body) VALUES ('delete', old.id, old.body); END");
        one.execute("CREATE TRIGGER doc_u AFTER UPDATE ON doc BEGIN"
                + " INSERT INTO search(search, rowid, body) VALUES ('delete', old.id, old.body);"
                + " INSERT INTO search(rowid, body) VALUES (new.id, new.body); END");
        one.execute("INSERT INTO doc VALUES (1, 'green tea'), (2, 'black coffee')");
        one.execute("UPDATE doc SET body = 'nothing'");
        history.undo(UndoRequest.only(last("one")));
        make(one, List.of("DELETE FROM doc"));
        history.undo(UndoRequest.only(last("one")));
        one.awaitAppliedOn(two);
        for (TestNode node : List.of(one, two)) {
            assertThat(node.query("SELECT rowid FROM search WHERE search MATCH 'tea'"))
                    .containsExactly("1");
            assertThat(node.query("SELECT rowid FROM search WHERE search MATCH 'nothing'"))
                    .isEmpty();
        }
        one.execute("INSERT INTO search(search) VALUES ('integrity-check')");
    }
}
