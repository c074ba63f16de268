package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
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
import org.junit.jupiter.params.provider.ValueSource;

/** What is written to virtual tables is the same on all nodes, whatever wrote it (rule R12). */
@Tag("system")
class VirtualTableTests {

    @TempDir
    private Path folder;

    private NatsServer server;
    private TestNode one;
    private TestNode two;

    @BeforeEach
    void open() throws SQLException {
        server = NatsServer.start();
        one = TestNode.open(server, folder.resolve("n1.db"), "n1");
        two = TestNode.open(server, folder.resolve("n2.db"), "n2");
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
        one.execute("CREATE TABLE hidden(v)");
        one.execute("CREATE VIRTUAL TABLE f USING fts5(v, w)");
        one.execute("CREATE VIRTUAL TABLE f4 USING fts4(v)");
        one.execute("CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +note)");
        one.execute("CREATE VIRTUAL TABLE external USING fts5(v, content='t', content_rowid='id')");
        one.execute("INSERT INTO t VALUES(1, 'alpha'), (2, 'beta'), (3, 'gamma')");
        one.execute("INSERT INTO f(rowid, v, w) VALUES(10, 'ten', 'x'), (11, 'eleven', 'y'), (12, 'twelve', 'z')");
        one.execute("INSERT INTO r VALUES(1, 0, 1, 'a'), (2, 5, 6, 'b')");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : new AutoCloseable[] {one, two, server}) {
            if (resource != null) {
                resource.close();
            }
        }
    }

    private void reopen(CommitMode mode) throws SQLException {
        one.close();
        two.close();
        server.close();
        server = NatsServer.start();
        one = TestNode.open(server, folder.resolve("m1.db"), "m1", mode);
        two = TestNode.open(server, folder.resolve("m2.db"), "m2", mode);
        one.execute("CREATE VIRTUAL TABLE f USING fts5(v, w)");
    }

    /** What a query answers on both nodes, which must be the same. */
    private List<String> same(String query) throws SQLException {
        one.awaitAppliedOn(two);
        two.awaitAppliedOn(one);
        List<String> answer = one.query(query);
        assertThat(two.query(query)).isEqualTo(answer);
        assertThat(one.status().halted()).isNull();
        assertThat(two.status().halted()).isNull();
        return answer;
    }

    private void assertSame() throws SQLException {
        same("SELECT rowid, v, w FROM f");
        same("SELECT rowid, v FROM f4");
        same("SELECT * FROM r");
        same("SELECT id, v FROM t");
        same("SELECT rowid FROM external WHERE external MATCH 'alpha OR beta OR gamma OR delta'");
        same("SELECT term FROM f_terms");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO f(v) VALUES('w' || abs(random()))",
                "INSERT INTO f SELECT hex(randomblob(8)), v FROM t ORDER BY random()",
                "INSERT INTO f(v, w) VALUES(CURRENT_TIMESTAMP, datetime('now')), (ha_id(), ha_uuid7())",
                "INSERT INTO f(rowid, v) VALUES(?1 + 900, ha_uuid7())",
                "INSERT INTO f(v) SELECT v FROM t",
                "INSERT INTO f(v) SELECT v FROM t ORDER BY v DESC LIMIT 2",
                "INSERT OR REPLACE INTO f(rowid, v) SELECT id + 9, random() FROM t",
                "INSERT OR IGNORE INTO f(rowid, v) SELECT id + 9, random() FROM t",
                "REPLACE INTO f(rowid, v) VALUES(10, random())",
                "UPDATE f SET w = random()",
                "UPDATE f SET v = ha_uuid7() WHERE f MATCH 'ten'",
                "UPDATE f SET rowid = rowid + 1 + abs(random()) % 1000 WHERE rowid = 11",
                "DELETE FROM f WHERE random() % 2 = 0",
                "DELETE FROM f WHERE rowid IN (SELECT rowid FROM f ORDER BY random() LIMIT 1)",
                "WITH x(a) AS (SELECT random()) INSERT INTO main.f(v) SELECT a FROM x",
                "INSERT INTO f4(v) VALUES(random()), (random())",
                "UPDATE f4 SET v = random()",
                "INSERT INTO r VALUES(NULL, abs(random()) % 1000, 2000, random())",
                "UPDATE r SET x1 = x1 + abs(random()) % 100, note = CURRENT_TIMESTAMP",
                "DELETE FROM r WHERE id = 1 + abs(random()) % 2",
                "INSERT INTO f(v) SELECT v FROM hidden",
                "INSERT INTO f(rowid, v) SELECT rowid + 50, v FROM hidden",
                "INSERT INTO f(v) VALUES(last_insert_rowid()), (changes()), (total_changes())"
            })
    void takesWhatItsAuthorEvaluated(String sql) throws SQLException {
        one.execute("CREATE VIRTUAL TABLE f_terms USING fts5vocab(f, 'row')");
        one.execute("INSERT INTO f4(v) VALUES('four')");
        one.execute("INSERT INTO hidden VALUES('h1'), ('h2')");
        long before = content().hashCode();

        if (sql.contains("?1")) {
            try (Connection connection = one.dataSource().getConnection();
                    PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < 3; i++) {
                    statement.setInt(1, i);
                    statement.addBatch();
                }
                assertThat(statement.executeBatch()).containsExactly(1, 1, 1);
            }
        } else {
            one.execute(sql);
        }

        assertSame();
        boolean mayDoNothing = sql.contains("random() % 2 = 0") || sql.contains("OR IGNORE");
        assertThat(mayDoNothing || content().hashCode() != before).isTrue();
    }

    private List<String> content() throws SQLException {
        return one.query("SELECT rowid, v, w FROM f UNION ALL SELECT rowid, v, 'f4' FROM f4"
                + " UNION ALL SELECT id, x0 || ' ' || x1, note FROM r");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO f(f) VALUES('optimize')",
                "INSERT INTO f(f, rank) VALUES('automerge', 4)",
                "INSERT INTO f(f) VALUES('rebuild')",
                "INSERT INTO f(f) VALUES('integrity-check')",
                "INSERT INTO external(external) VALUES('rebuild')",
                "INSERT INTO external(rowid, v) VALUES(1, 'alpha')",
                "INSERT INTO external(rowid, v) SELECT id, v FROM t",
                "INSERT INTO f4(f4) VALUES('optimize')",
                "DELETE FROM f WHERE f MATCH 'ten'",
                "UPDATE f SET v = v || ' more' WHERE rowid > 10",
                "INSERT INTO f(rowid, v) SELECT id + 100, v FROM t"
            })
    void runsOnEveryNodeWhatIsTheSameEverywhere(String sql) throws SQLException {
        one.execute("CREATE VIRTUAL TABLE f_terms USING fts5vocab(f, 'row')");

        one.execute(sql);

        assertSame();
    }

    @Test
    void sendsTheRankThatWasChosen() throws SQLException {
        one.execute("INSERT INTO f(f, rank) VALUES('rank', 'bm25(10.0, 5.0)')");

        same("SELECT rank FROM f WHERE f MATCH 'ten'");
        assertThat(two.query("SELECT v FROM f_config WHERE k = 'rank'")).containsExactly("bm25(10.0, 5.0)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO external(rowid, v) VALUES(1, random())",
                "INSERT INTO external(rowid, v) SELECT id, v FROM local",
                "INSERT INTO external(v) SELECT v FROM t",
                "INSERT INTO external(external, rowid, v) VALUES('delete', 1, hex(randomblob(2)))",
                "INSERT INTO t VALUES(9, 'x')"
            })
    void refusesWhatCannotBeSent(String sql) throws SQLException {
        one.execute("CREATE TRIGGER clock AFTER INSERT ON t BEGIN INSERT INTO external(rowid, v)"
                + " VALUES(new.id, new.v || CURRENT_TIMESTAMP); END");
        try (Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TEMP TABLE local(id INTEGER PRIMARY KEY, v)");
            statement.executeUpdate("INSERT INTO temp.local VALUES(1, 'x')");
            assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
                    .isThrownBy(() -> statement.executeUpdate(sql))
                    .withMessageContaining("external")
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("0A000"));
            connection.setAutoCommit(false);
            statement.executeUpdate("INSERT INTO hidden VALUES('before')");
            assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
                    .isThrownBy(() -> statement.executeUpdate(sql));
            statement.executeUpdate("INSERT INTO hidden VALUES('behind')");
            connection.commit();
        }
        assertThat(same("SELECT v FROM hidden")).containsExactly("before", "behind");
        same("SELECT id, v FROM t");
    }

    @Test
    void takesRowsOfTemporaryTablesAndOfThoseThatShadowOthers() throws SQLException {
        try (Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TEMP TABLE t(id INTEGER PRIMARY KEY, v)");
            statement.executeUpdate("INSERT INTO temp.t VALUES(70, 'mine')");
            statement.executeUpdate("INSERT INTO f(rowid, v) SELECT id, v FROM t");
            statement.executeUpdate("DELETE FROM f WHERE rowid IN (SELECT id - 60 FROM t)");
            statement.executeUpdate("DROP TABLE temp.t");
        }
        assertThat(same("SELECT rowid, v FROM f")).containsExactly("11|eleven", "12|twelve", "70|mine");
    }

    @Test
    void takesWhatTriggersOfViewsAndTemporaryTriggersWrite() throws SQLException {
        one.execute("CREATE VIEW fv AS SELECT rowid AS id, v FROM f");
        one.execute("CREATE TRIGGER fi INSTEAD OF INSERT ON fv BEGIN INSERT INTO f(v) VALUES(new.v); END");
        one.execute("CREATE TRIGGER fu INSTEAD OF UPDATE ON fv BEGIN UPDATE f SET v = new.v WHERE rowid = old.id; END");
        one.execute("CREATE TRIGGER fd INSTEAD OF DELETE ON fv BEGIN DELETE FROM f WHERE rowid = old.id; END");

        one.execute("INSERT INTO fv(v) VALUES('hello'), ('world')");
        one.execute("UPDATE fv SET v = 'changed' || random() WHERE id = 10");
        one.execute("DELETE FROM fv WHERE id = 11");
        try (Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TEMP TRIGGER mine AFTER INSERT ON main.hidden BEGIN"
                    + " INSERT INTO f(v) VALUES('by ' || new.v); END");
            statement.executeUpdate("INSERT INTO hidden VALUES('trigger')");
            statement.executeUpdate("DROP TRIGGER temp.mine");
        }

        assertThat(same("SELECT v FROM f ORDER BY rowid"))
                .hasSize(5)
                .contains("hello", "world", "by trigger")
                .doesNotContain("eleven");
        assertThat(same("SELECT v FROM f WHERE f MATCH 'hello'")).containsExactly("hello");
    }

    @Test
    void goesOnRunningTriggersThatFeedAnIndex() throws SQLException {
        one.execute("INSERT INTO external(external) VALUES('rebuild')");
        one.execute("CREATE TRIGGER ti AFTER INSERT ON t BEGIN"
                + " INSERT INTO external(rowid, v) VALUES(new.id, new.v); END");
        one.execute("CREATE TRIGGER td AFTER DELETE ON t BEGIN"
                + " INSERT INTO external(external, rowid, v) VALUES('delete', old.id, old.v); END");
        one.execute("CREATE TRIGGER tu AFTER UPDATE ON t BEGIN"
                + " INSERT INTO external(external, rowid, v) VALUES('delete', old.id, old.v);"
                + " INSERT INTO external(rowid, v) VALUES(new.id, new.v); END");
        server.suspend();
        try {
            // pending: none of these waits for the stream
            one.execute("INSERT INTO t VALUES(4, 'delta')");
            one.execute("UPDATE t SET v = 'alpha beta' WHERE id = 3");
            one.execute("DELETE FROM t WHERE id = 2");
        } catch (ReplicationTimeoutException e) {
            throw new AssertionError("an ordinary row waited for the stream", e);
        } finally {
            server.resume();
        }
        two.execute("UPDATE t SET v = 'delta two' WHERE id = 1");

        for (String word : List.of("alpha", "beta", "gamma", "delta", "two")) {
            same("SELECT rowid FROM external WHERE external MATCH '" + word + "'");
        }
        assertThat(same("SELECT rowid FROM external WHERE external MATCH 'delta'"))
                .containsExactly("1", "4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"f", "external"})
    void refusesToReplaceRowsWhoseTriggersOtherNodesRun(String index) throws SQLException {
        one.execute("CREATE TABLE u(id INTEGER PRIMARY KEY, k UNIQUE, v)");
        boolean keepsRows = index.equals("f");
        if (!keepsRows) {
            one.execute("DROP TABLE external");
            one.execute("CREATE VIRTUAL TABLE external USING fts5(v, content='u', content_rowid='id')");
        }
        one.execute("CREATE TRIGGER ui AFTER INSERT ON u BEGIN INSERT INTO " + index
                + "(rowid, v) VALUES(new.id, new.v); END");
        one.execute("CREATE TRIGGER ud AFTER DELETE ON u BEGIN "
                + (keepsRows
                        ? "DELETE FROM f WHERE rowid = old.id"
                        : "INSERT INTO external(external, rowid, v) VALUES('delete', old.id, old.v)")
                + "; END");
        one.execute("REPLACE INTO u VALUES(30, 1, 'one'), (31, 2, 'two')");

        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> one.execute("INSERT OR REPLACE INTO u VALUES(32, 3, 'new'), (33, 1, 'replaces')"))
                .withMessageContaining("ON CONFLICT DO UPDATE");
        if (keepsRows) {
            one.execute("REPLACE INTO u VALUES(30, 1, 'again')");
        } else {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> one.execute("REPLACE INTO u VALUES(30, 1, 'again')"))
                    .withMessageContaining("ON CONFLICT DO UPDATE");
        }

        assertThat(same("SELECT id, v FROM u")).containsExactly(keepsRows ? "30|again" : "30|one", "31|two");
        for (String word : List.of("one", "two", "again", "new", "replaces")) {
            same("SELECT rowid FROM " + index + " WHERE " + index + " MATCH '" + word + "'");
        }
    }

    @Test
    void runsTriggersWithTheirOwnConflictClauses() throws SQLException {
        one.execute("CREATE TABLE u(id INTEGER PRIMARY KEY, k UNIQUE, v)");
        for (String event : List.of("INSERT", "UPDATE")) {
            one.execute("CREATE TRIGGER u_" + event + " AFTER " + event + " ON u BEGIN"
                    + " REPLACE INTO f(rowid, v) VALUES(new.id, new.v); END");
        }
        one.execute("INSERT INTO u VALUES(10, 1, 'first'), (21, 2, 'second')");
        one.execute("UPDATE u SET v = 'changed' WHERE id = 10");
        two.awaitAppliedOn(one);
        one.awaitAppliedOn(two);
        assertThat(same("SELECT rowid, v FROM f WHERE rowid IN (10, 21)")).containsExactly("10|changed", "21|second");
        two.execute("UPDATE u SET k = k + 10, v = v || ' by two'");

        assertThat(same("SELECT rowid, v FROM f WHERE rowid IN (10, 21)"))
                .containsExactly("10|changed by two", "21|second by two");
    }

    @Test
    void takesWhatTriggersEvaluatedFromTheAuthor() throws SQLException {
        one.execute("CREATE TRIGGER ti AFTER INSERT ON t BEGIN"
                + " INSERT INTO f(rowid, v, w) SELECT new.id, new.v || random(), count(*) FROM hidden; END");

        one.execute("INSERT INTO t VALUES(20, 'twenty')");
        two.awaitAppliedOn(one);
        one.awaitAppliedOn(two);
        two.execute("INSERT INTO t VALUES(21, 'more')");

        assertThat(same("SELECT v FROM f WHERE rowid IN (20, 21)")).hasSize(2);
    }

    @Test
    void refusesTriggersThatLeaveRowidsToSqlite() throws SQLException {
        one.execute("CREATE TRIGGER log AFTER INSERT ON t BEGIN INSERT INTO f(v) VALUES(new.v); END");

        assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
                .isThrownBy(() -> one.execute("INSERT INTO t VALUES(20, 'twenty')"))
                .withMessageContaining("trigger log");
        one.execute("INSERT INTO hidden VALUES('others can be written')");
        same("SELECT id, v FROM t");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ASYNC", "SYNC", "STRICT"})
    void keepsTransactionsWhole(CommitMode mode) throws SQLException {
        reopen(mode);
        try (Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("INSERT INTO f(v) VALUES('kept' || random())");
            statement.executeUpdate("SAVEPOINT inside");
            statement.executeUpdate("INSERT INTO f(v) VALUES('gone' || random())");
            statement.executeUpdate("UPDATE f SET w = random()");
            statement.executeUpdate("ROLLBACK TO inside");
            statement.executeUpdate("INSERT INTO f(v) VALUES('behind' || random())");
            connection.commit();
            statement.executeUpdate("INSERT INTO f(v) VALUES('rolled back' || random())");
            connection.rollback();
            statement.executeUpdate("INSERT INTO f(v) VALUES('last' || random())");
            connection.commit();
        }
        assertThat(same("SELECT substr(v, 1, 4) FROM f")).containsExactly("kept", "behi", "last");
    }

    @Test
    void followsRenamedAndDroppedTables() throws SQLException {
        one.execute("INSERT INTO f(v) VALUES('a' || random())");
        one.execute("ALTER TABLE f RENAME TO g");
        one.execute("INSERT INTO g(v) VALUES('b' || random())");
        one.execute("DROP TABLE g");
        one.execute("CREATE VIRTUAL TABLE g USING fts5(v, u UNINDEXED)");
        one.execute("INSERT INTO g(v, u) VALUES('c' || random(), random())");
        one.awaitAppliedOn(two);
        two.execute("INSERT INTO g(v, u) VALUES('d' || random(), random())");

        assertThat(same("SELECT substr(v, 1, 1) FROM g")).containsExactly("c", "d");
        same("SELECT * FROM g");
    }

    @Test
    void keepsRowsBeforeOneThatFailed() throws SQLException {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> one.execute("INSERT OR FAIL INTO f(rowid, v) VALUES(5, 'kept'), (10, 'fails')"));

        assertThat(same("SELECT rowid, v FROM f")).contains("5|kept", "10|ten").hasSize(4);
    }
}
