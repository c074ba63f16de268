package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.core.history.HistorySettings;
import io.github.hasqlite.testing.GatedPublisher;
import io.github.hasqlite.testing.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Mistakes are taken back exactly, on all nodes, and nothing of anybody else with them. */
@Tag("system")
class UndoTests extends NodesWithMistakes {

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
