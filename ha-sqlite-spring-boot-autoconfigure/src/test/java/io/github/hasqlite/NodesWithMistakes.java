package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.history.HistorySettings;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes, tables that depend on each other, and mistakes to be taken back. */
abstract class NodesWithMistakes {

    static final List<String> SCHEMA = List.of(
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

    static final List<String> TABLES = List.of("customer", "orders", "item", "note", "audit");

    @TempDir
    Path folder;

    static NatsServer server;

    static int number;
    TestNode one;
    TestNode two;
    ReplicationHistory history;

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

    void open(CommitMode mode) throws Exception {
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

    TestNode node(String name, CommitMode mode) {
        return node(name, mode, publisher -> publisher);
    }

    TestNode node(String name, CommitMode mode, UnaryOperator<ChangeSetPublisher> publishing) {
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
    static String content(TestNode node) throws SQLException {
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
    long last(String node) throws Exception {
        return history.read(HistoryQuery.latest(1).node(node)).get(0).position();
    }

    void assertUndone(String before) throws Exception {
        one.awaitAppliedOn(two);
        two.awaitAppliedOn(one);
        assertThat(content(one)).isEqualTo(before);
        assertThat(content(two)).isEqualTo(before);
    }
}
