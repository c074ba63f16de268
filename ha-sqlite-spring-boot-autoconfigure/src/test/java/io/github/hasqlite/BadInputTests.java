package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.Attacker;
import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.JetStreamApiException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Malformed and hostile messages on the replication subject: nothing happens that is not a change, the
 * reason can be read, all nodes stay equal, and what others publish afterwards is applied.
 */
@Tag("system")
class BadInputTests {

    private static final int LARGEST = 64 << 20;
    private static final int LARGE = 30 << 20;

    @TempDir
    private Path folder;

    private NatsServer server;
    private TestNode one;
    private TestNode two;
    private Attacker attacker;
    private int good;

    @BeforeEach
    void open() throws Exception {
        server = NatsServer.start("max_payload: " + LARGEST + "\nmax_pending: " + 2L * LARGEST);
        one = TestNode.open(server, folder.resolve("one.db"), "n1");
        two = TestNode.open(server, folder.resolve("two.db"), "n2");
        attacker = new Attacker(server);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        one.execute("CREATE TABLE \"odd \"\" name\"(id INTEGER PRIMARY KEY, a)");
        one.execute("CREATE VIRTUAL TABLE search USING fts5(body)");
        one.execute("INSERT INTO t VALUES(1, 'one')");
        one.awaitAppliedOn(two);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : new AutoCloseable[] {attacker, one, two, server}) {
            if (resource != null) {
                resource.close();
            }
        }
    }

    private Map<String, List<String>> content() throws Exception {
        Map<String, List<String>> content = Content.of(one.dataSource());
        assertThat(Content.of(two.dataSource())).isEqualTo(content);
        return content;
    }

    /** The message is skipped with a reason on both nodes, which change nothing and go on. */
    private void assertRejected(String message, String reason) throws Exception {
        Map<String, List<String>> before = content();
        long rejectedBefore = one.status().rejectedMessages();
        long sequence = attacker.publish(message, one, two);
        String shown = message.substring(0, Math.min(300, message.length()));
        for (TestNode node : List.of(one, two)) {
            assertThat(node.status().halted()).as(shown).isNull();
            assertThat(node.status().rejectedMessages()).as(shown).isEqualTo(rejectedBefore + 1);
            assertThat(node.status().lastRejection())
                    .as(shown)
                    .startsWith("message " + sequence + ": ")
                    .contains(reason);
        }
        assertThat(content()).as(shown).isEqualTo(before);
        assertGoodOnesAreApplied();
    }

    private void assertGoodOnesAreApplied() throws Exception {
        good++;
        one.execute("INSERT INTO t VALUES(" + (1_000 + good) + ", 'one " + good + "')");
        one.awaitAppliedOn(two);
        two.execute("UPDATE t SET a = 'two " + good + "' WHERE id = 1");
        two.awaitAppliedOn(one);
        attacker.publish(
                Attacker.insert("somebody", Integer.toString(good), "t", Integer.toString(10_000 + good), "\"x\""),
                one,
                two);
        assertThat(two.query("SELECT count(*) FROM t WHERE a IN ('one " + good + "', 'two " + good + "') OR id = "
                        + (10_000 + good)))
                .containsExactly("3");
        content();
    }

    @Test
    void whatIsNoChangeSet() throws Exception {
        String fine = Attacker.insert("", "", "t", "2", "3");
        assertRejected("", "not");
        assertRejected("hello", "not readable as JSON");
        assertRejected(fine.substring(0, fine.length() - 5), "");
        assertRejected(fine.substring(0, 70), "");
        assertRejected(fine + "}", "");
        assertRejected("[]", "not a JSON object");
        assertRejected("{\"changes\":[]}", "changes: none are given");
        assertRejected("{\"changes\":{}}", "changes: not an array");
        assertRejected(fine.replace("[\"id\",\"a\"]", "7"), "columns");
        assertRejected(fine.replace("\"INSERT\"", "\"MERGE\""), "unknown operation MERGE");
        assertRejected(fine.replace("[2,3]", "[2]"), "values");
        assertRejected(fine.replace("[2,3]", "[[2],{}]"), "new_values");
        assertRejected(Attacker.insert("", "", "t", "1180591620717411303424", "1"), "1180591620717411303424");
        assertRejected("{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}", "");
        assertRejected("{\"x\":" + "[".repeat(2_000_000), "nested");
    }

    @Test
    void whatHasNothingHereToChange() throws Exception {
        assertRejected(Attacker.insert("", "", "absent", "2", "3"), "absent");
        assertRejected(Attacker.insert("", "", "t", "2", "3").replace("\"a\"]", "\"b\"]"), "b");
        assertRejected(Attacker.insert("", "", "t\"; DROP TABLE t; --", "2", "3"), "DROP TABLE t");
        assertRejected(
                Attacker.insert("", "", "t", "2", "3").replace("\"a\"]", "\"a) VALUES(9,9); DROP TABLE t; --\"]"), "");
        assertRejected(Attacker.insert("", "", "t", "2", "3").replace("\"main\"", "\"temp\""), "temp");
        for (String internal : List.of("ha_state", "ha_outbox", "HA_PUBLISHERS", "sqlite_schema", "sqlite_sequence")) {
            assertRejected(Attacker.insert("", "", internal, "2", "3"), "");
        }
        assertRejected(Attacker.insert("", "", "search", "2", "3"), "");
        assertRejected(Attacker.insert("", "", "search_data", "2", "3"), "");
    }

    @Test
    void oddNamesAreNames() throws Exception {
        attacker.publish(Attacker.insert("", "", "odd \" name", "2", "3"), one, two);
        assertThat(content().get("odd \" name")).containsExactly("2|3");
        assertGoodOnesAreApplied();
    }

    @Test
    void commandsThatAreNoChanges() throws Exception {
        Path elsewhere = folder.resolve("elsewhere.db");
        for (String sql : List.of(
                "ATTACH '" + elsewhere + "' AS x",
                "VACUUM INTO '" + elsewhere + "'",
                "PRAGMA writable_schema = ON",
                "PRAGMA journal_mode = DELETE",
                "PRAGMA main.user_version = 1; DROP TABLE t",
                "SELECT load_extension('/tmp/evil.so')",
                "CREATE VIEW v AS SELECT load_extension('/tmp/evil.so')",
                "CREATE TABLE u AS SELECT \"load_extension\"('/tmp/evil.so')",
                "DROP TABLE ha_outbox",
                "DROP TABLE main.\"ha_outbox\"",
                "DROP TABLE /* */ IF EXISTS -- \n [HA_STATE]",
                "ALTER TABLE ha_state RENAME TO mine",
                "ALTER TABLE t RENAME TO ha_state2",
                "CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM ha_state; END",
                "CREATE TRIGGER x AFTER INSERT ON ha_outbox BEGIN SELECT 1; END",
                "CREATE TEMP TABLE u(a)",
                "CREATE TABLE temp.u(a)",
                "INSERT INTO ha_state VALUES('applied_sequence', 9)",
                "INSERT INTO t VALUES(9, 9)",
                "UPDATE t SET a = 9",
                "DELETE FROM t",
                "WITH x AS (SELECT 1) DELETE FROM t",
                "SELECT 1",
                "BEGIN",
                "COMMIT",
                "ROLLBACK",
                "SAVEPOINT x",
                "RELEASE x",
                "REINDEX",
                "ANALYZE",
                "DETACH main",
                "EXPLAIN DROP TABLE t",
                "CREATE TABLE u(a); DELETE FROM t",
                "CREATE TABLE u(a);;DROP TABLE t",
                "",
                ";",
                "-- nothing",
                "CREATE TABLE u(a)\0; DROP TABLE t",
                "nonsense")) {
            assertRejected(Attacker.command(sql), "");
        }
        assertThat(elsewhere).doesNotExist();
    }

    @Test
    void commandsThatFailDoSoEverywhere() throws Exception {
        assertRejected(Attacker.command("CREATE TABLE t(b)"), "already exists");
        assertRejected(Attacker.command("DROP TABLE absent"), "no such table");
        assertRejected(Attacker.command("INSERT INTO search(search) VALUES('nonsense')"), "");
        assertRejected(Attacker.command("CREATE TABLE u(a CHECK(a IN (SELECT 1)))"), "");
    }

    @Test
    void countersOutOfTurnAreIgnored() throws Exception {
        Map<String, List<String>> before = content();
        for (String counter : List.of("2", "9223372036854775807", "1000000")) {
            attacker.publish(Attacker.insert("p", counter, "t", "50", "3"), one, two);
        }
        assertThat(content()).isEqualTo(before);
        for (String counter : List.of("0", "-1", "9223372036854775808", "1.5", "\"1\"", "null")) {
            assertRejected(Attacker.insert("p", counter, "t", "50", "3"), "counter");
        }
        attacker.publish(Attacker.insert("p", "1", "t", "50", "3"), one, two);
        attacker.publish(Attacker.insert("p", "1", "t", "50", "4"), one, two);
        assertThat(two.query("SELECT a FROM t WHERE id = 50")).containsExactly("3");
        content();
        assertGoodOnesAreApplied();
    }

    @Test
    void hugeMessages() throws Exception {
        for (char filler : "x[9\"".toCharArray()) {
            assertHugeRejected(filled("", filler));
        }
        assertHugeRejected(filled("{\"changes\":[{\"operation\":\"INSERT\",\"table\":\"", 'n'));
        assertGoodOnesAreApplied();
    }

    /**
     * A node's own id with its next counter: every node takes it for that node's, itself included, and
     * what the node commits afterwards counts on from there.
     */
    @Test
    void changeSetsForgedInTheNameOfANode() throws Exception {
        String id = one.query("SELECT publisher FROM ha_publishers WHERE publisher GLOB 'n1.*'")
                .get(0);
        Map<String, List<String>> before = content();
        attacker.publish(Attacker.insert(id, Long.toString(counter(id) + 5), "t", "60", "1"), one, two);
        assertThat(content()).isEqualTo(before);
        assertRejected(
                Attacker.insert(id, Long.toString(counter(id) + 1), "t", "60", "1")
                        .replace("INSERT", "MERGE"),
                "unknown operation");
        attacker.publish(Attacker.insert(id, Long.toString(counter(id) + 1), "t", "61", "1"), one, two);
        assertThat(content().get("t")).contains("61|1");
        assertGoodOnesAreApplied();
        attacker.publish(Attacker.insert(id, Long.toString(counter(id) + 1), "absent", "61", "1"), one, two);
        one.execute("CREATE TABLE after(a)");
        assertGoodOnesAreApplied();
        assertThat(one.query("SELECT publisher, counter FROM ha_publishers"))
                .isEqualTo(two.query("SELECT publisher, counter FROM ha_publishers"));
    }

    private long counter(String publisher) throws Exception {
        List<String> counters = one.query("SELECT counter FROM ha_publishers WHERE publisher = '" + publisher + "'");
        assertThat(two.query("SELECT counter FROM ha_publishers WHERE publisher = '" + publisher + "'"))
                .isEqualTo(counters);
        return Long.parseLong(counters.get(0));
    }

    private static byte[] filled(String start, char filler) {
        byte[] message = new byte[LARGE];
        Arrays.fill(message, (byte) filler);
        System.arraycopy(start.getBytes(StandardCharsets.US_ASCII), 0, message, 0, start.length());
        message[LARGE - 1] = '"';
        return message;
    }

    /** Old servers would acknowledge and then never deliver it, nor anything after it. */
    @Test
    void theStreamRefusesWhatItCannotKeep() throws Exception {
        assertThatExceptionOfType(JetStreamApiException.class)
                .isThrownBy(() -> attacker.publish(new byte[60 << 20], one, two))
                .withMessageMatching(".*(exceeds maximum|too large).*");
        assertGoodOnesAreApplied();
    }

    private void assertHugeRejected(byte[] message) throws Exception {
        Map<String, List<String>> before = content();
        long sequence = attacker.publish(message, one, two);
        assertThat(one.status().lastRejection())
                .startsWith("message " + sequence + ": ")
                .hasSizeLessThan(1_000);
        assertThat(two.status().lastRejection()).isEqualTo(one.status().lastRejection());
        assertThat(content()).isEqualTo(before);
    }

    @Test
    void restartsAndNewNodesJudgeAlike() throws Exception {
        for (String message : List.of(
                "hello",
                Attacker.command("DELETE FROM t"),
                Attacker.insert("p", "2", "t", "50", "3"),
                Attacker.insert("p", "1", "t", "51", "3"),
                Attacker.insert("p", "1", "t", "52", "3"),
                Attacker.insert("", "", "nothing", "2", "3"))) {
            attacker.publish(message, one, two);
        }
        two.close();
        two = TestNode.open(server, folder.resolve("two.db"), "n2");
        content();
        try (TestNode three = TestNode.open(server, folder.resolve("three.db"), "n3")) {
            assertThat(Content.of(three.dataSource())).isEqualTo(content());
            assertThat(three.query("SELECT * FROM ha_publishers")).isEqualTo(one.query("SELECT * FROM ha_publishers"));
        }
        assertGoodOnesAreApplied();
    }
}
