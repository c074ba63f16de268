package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Texts whose bytes are not characters arrive as the bytes that they are. */
@Tag("system")
class RawTextTests {

    @TempDir
    Path folder;

    private NatsServer server;

    @BeforeEach
    void start() throws Exception {
        server = NatsServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private TestNode open(String name, CommitMode mode, MergeMode merge) {
        return TestNode.open(
                server.url(),
                folder.resolve(name),
                name,
                settings -> settings.with(to -> to.commitMode(mode).merge(merge)),
                List.of());
    }

    private static void settle(TestNode one, TestNode two) {
        for (int round = 0; round < 2; round++) {
            one.awaitAppliedOn(two);
            two.awaitAppliedOn(one);
        }
    }

    private static void assertSame(TestNode one, TestNode two) throws Exception {
        settle(one, two);
        assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
        assertThat(two.status().halted()).isNull();
        assertThat(two.status().rejectedMessages()).isZero();
    }

    @ParameterizedTest
    @EnumSource(CommitMode.class)
    void keysOfOtherBytesAreOtherRows(CommitMode mode) throws Exception {
        try (TestNode one = open("n1", mode, MergeMode.ROW);
                TestNode two = open("n2", mode, MergeMode.ROW)) {
            one.execute("CREATE TABLE k(k TEXT PRIMARY KEY, n); CREATE TABLE w(a, b UNIQUE, PRIMARY KEY(a)) WITHOUT"
                    + " ROWID; CREATE TABLE bag(x, y)");
            one.execute("INSERT INTO k VALUES(CAST(x'ff' AS TEXT), 1), (CAST(x'fe' AS TEXT), 2), (char(65533), 3),"
                    + " (CAST(x'eda080' AS TEXT), 4), (CAST(x'c080' AS TEXT), 5), (CAST(x'6100ff' AS TEXT), 6)");
            one.execute("INSERT INTO w SELECT n, k FROM k; INSERT INTO bag SELECT k, k FROM k");
            one.execute("INSERT INTO bag SELECT k, k FROM k");
            assertSame(one, two);
            assertThat(two.query("SELECT hex(k), n, typeof(k) FROM k ORDER BY n"))
                    .containsExactly(
                            "FF|1|text", "FE|2|text", "EFBFBD|3|text", "EDA080|4|text", "C080|5|text", "6100FF|6|text");

            two.execute("UPDATE k SET k = CAST(x'fd' AS TEXT), n = CAST(x'80' AS TEXT) WHERE k = CAST(x'ff' AS TEXT)");
            two.execute("DELETE FROM k WHERE k = CAST(x'fe' AS TEXT)");
            two.execute("UPDATE bag SET y = CAST(x'f0' AS TEXT) WHERE rowid = 2; DELETE FROM bag WHERE rowid = 8");
            two.execute("INSERT OR REPLACE INTO w VALUES(9, CAST(x'ff' AS TEXT))");
            two.execute("CREATE TABLE copied AS SELECT * FROM k");
            assertSame(one, two);
            assertThat(one.query("SELECT hex(k) FROM copied ORDER BY n")).contains("FD", "EFBFBD", "EDA080");
            assertThat(one.query("SELECT a, hex(b) FROM w WHERE b = CAST(x'ff' AS TEXT)"))
                    .containsExactly("9|FF");
        }
    }

    @ParameterizedTest
    @EnumSource(MergeMode.class)
    void whatCrossesIsMergedAndKeptAsBytes(MergeMode merge) throws Exception {
        try (TestNode one = open("n1", CommitMode.ASYNC, merge);
                TestNode two = open("n2", CommitMode.ASYNC, merge)) {
            one.execute("CREATE TABLE t(k TEXT PRIMARY KEY, a, b)");
            one.execute("INSERT INTO t VALUES(CAST(x'ff' AS TEXT), CAST(x'01ff' AS TEXT), 0)");
            assertSame(one, two);
            server.suspend();
            one.execute("UPDATE t SET a = CAST(x'02ff' AS TEXT); INSERT INTO t VALUES(CAST(x'fe' AS TEXT), 1, 1)");
            two.execute("UPDATE t SET b = CAST(x'03ff' AS TEXT); INSERT INTO t VALUES(CAST(x'fe' AS TEXT), 2, 2)");
            server.resume();
            assertSame(one, two);
            List<String> conflicts = one.query("SELECT kind, losing FROM ha_conflicts ORDER BY 1, 2");
            assertThat(two.query("SELECT kind, losing FROM ha_conflicts ORDER BY 1, 2"))
                    .isEqualTo(conflicts);
            assertThat(conflicts).isNotEmpty().allMatch(row -> row.contains("\"u"));
            if (merge == MergeMode.COLUMN) {
                assertThat(one.query("SELECT hex(a), hex(b) FROM t WHERE k = CAST(x'ff' AS TEXT)"))
                        .containsExactly("02FF|03FF");
            }
        }
    }

    @Test
    void aDatabaseWithAnotherEncodingSaysSoInsteadOfStoringSomethingElse() throws Exception {
        try (TestNode one = open("n1", CommitMode.ASYNC, MergeMode.ROW)) {
            one.execute("CREATE TABLE t(k TEXT PRIMARY KEY)");
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("n2"));
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("PRAGMA encoding = 'UTF-16le'; CREATE TABLE x(a); DROP TABLE x");
            }
            try (TestNode two = open("n2", CommitMode.ASYNC, MergeMode.ROW)) {
                one.execute("INSERT INTO t VALUES('ä')");
                one.awaitAppliedOn(two);
                one.execute("INSERT INTO t VALUES(CAST(x'ff' AS TEXT))");
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> two.status().halted() != null);
                assertThat(two.status().halted()).contains("UTF_8").contains("UTF_16LE");
                assertThat(two.query("SELECT k FROM t")).containsExactly("ä");
            }
        }
    }

    @Test
    void rowsOfReturningAreTheBytesInStrictMode() throws Exception {
        try (TestNode one = open("n1", CommitMode.STRICT, MergeMode.ROW);
                Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t(k TEXT PRIMARY KEY)");
            try (ResultSet rows = statement.executeQuery(
                    "INSERT INTO t VALUES(CAST(x'ff00' AS TEXT)), ('\uFFFD') RETURNING k, typeof(k)")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getBytes(1)).containsExactly(0xff, 0);
                assertThat(rows.getString(2)).isEqualTo("text");
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(1)).isEqualTo("\uFFFD");
            }
        }
    }
}
