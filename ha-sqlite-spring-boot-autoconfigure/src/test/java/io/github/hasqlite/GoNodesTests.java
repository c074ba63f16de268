package io.github.hasqlite;

import io.github.hasqlite.testing.GoNode;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("nats")
class GoNodesTests {

    @TempDir
    private Path folder;

    private NatsServer server;

    @BeforeEach
    void start() {
        server = NatsServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void record() throws Exception {
        try (GoNode go = GoNode.start(server, folder.resolve("go.db"), "go", "test");
                Connection nats = Nats.connect(server.url())) {
            go.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, price REAL, data BLOB, flag BOOLEAN, at DATETIME, any)");
            go.execute("INSERT INTO t VALUES(1, 'a', 1.0, x'010203', true, '2026-01-01', 9007199254740993)");
            go.executeWith("INSERT INTO t VALUES(?,?,?,?,?,?,?)", 2, "b", 1.5, new byte[] {1, 2, (byte) 0xff}, true, "x", new byte[] {(byte) 0xff, 0x41});
            go.execute("INSERT INTO t VALUES(3, x'41ff', 1e300, 'text in blob', null, null, -0.0)");
            go.execute("INSERT INTO t VALUES(4, '', 1e300, x'', null, null, x'')");
            go.execute("UPDATE t SET name = 'c', id = 7 WHERE id = 1", "DELETE FROM t WHERE id = 2");
            go.execute("CREATE TABLE g(a INTEGER PRIMARY KEY, twice INT GENERATED ALWAYS AS (a * 2) STORED, b BLOB, v TEXT AS (upper(c)) VIRTUAL, c TEXT)");
            go.execute("INSERT INTO g(a, b, c) VALUES(1, x'01', 'c')", "UPDATE g SET c = 'd'", "DELETE FROM g");
            go.execute("CREATE TABLE n(a, b)", "INSERT INTO n VALUES(1, 2), (1, 2), (3, 4)", "UPDATE n SET b = 5 WHERE rowid = 2", "DELETE FROM n WHERE rowid = 1");
            go.execute("CREATE TABLE w(b TEXT, a INT, v TEXT, PRIMARY KEY(a, b)) WITHOUT ROWID", "INSERT INTO w VALUES('x', 1, 'v')", "INSERT OR REPLACE INTO w VALUES('x', 1, 'w')", "UPDATE w SET v = 'z'", "UPDATE w SET a = 2", "DELETE FROM w");
            go.execute("CREATE TABLE u(id INTEGER PRIMARY KEY, k TEXT UNIQUE)", "INSERT INTO u VALUES(1, 'k')", "INSERT OR REPLACE INTO u VALUES(2, 'k')", "DELETE FROM u");
            go.execute("CREATE TABLE m1(a INTEGER PRIMARY KEY); CREATE INDEX m1_a ON m1(a); INSERT INTO m1 VALUES(1); ALTER TABLE m1 ADD COLUMN b TEXT; INSERT INTO m1 VALUES(2, ';')");
            go.transaction("CREATE TABLE m2(a INTEGER PRIMARY KEY)", "INSERT INTO m2 VALUES(1)", "ALTER TABLE m2 ADD COLUMN c", "INSERT INTO m2 VALUES(2, 3)");
            go.transaction("INSERT INTO m2 VALUES(3, 3)", "SAVEPOINT s", "INSERT INTO m2 VALUES(4, 3)", "ROLLBACK TO s", "RELEASE s", "INSERT INTO m2 VALUES(5, 5)");
            String[] odd = {"CREATE TEMP TABLE tt(a)", "INSERT INTO tt VALUES(1)", "CREATE VIRTUAL TABLE f USING fts5(x)", "INSERT INTO f VALUES('hello')", "CREATE TRIGGER tr AFTER INSERT ON m2 BEGIN INSERT INTO n VALUES(new.a, 'tr;'); END", "INSERT INTO m2 VALUES(9, 9)", "CREATE VIEW vv AS SELECT 1 AS x", "CREATE UNIQUE INDEX ui ON m2(a, c)", "DROP VIEW vv", "CREATE TABLE ctas AS SELECT 1 AS a, 'x' AS b", "PRAGMA user_version = 7", "ALTER TABLE m2 RENAME COLUMN c TO d", "ALTER TABLE m2 RENAME TO m3", "CREATE TABLE s(a INTEGER PRIMARY KEY, b ANY, c BLOB) STRICT", "INSERT INTO s VALUES(1, x'ff', x'ff')", "INSERT INTO s VALUES(2, 1.0, x'fe')", "VACUUM", "CREATE TABLE \"or der\"(\"a b\" INTEGER PRIMARY KEY, \"select\" TEXT)", "INSERT INTO \"or der\" VALUES(1, 'x')", "INSERT INTO n VALUES('a' || char(0) || 'b', 1e999)", "DROP TABLE IF EXISTS ctas"};
            for (String sql : odd) {
                try {
                    go.execute(sql);
                } catch (java.io.IOException e) {
                    System.out.println("FAILS " + sql + ": " + e.getMessage());
                }
            }
            long last = nats.jetStreamManagement().getStreamInfo("ha_replication").getStreamState().getLastSequence();
            for (long i = 1; i <= last; i++) {
                System.out.println(new String(nats.jetStreamManagement().getMessage("ha_replication", i).getData(), StandardCharsets.UTF_8));
            }
            System.out.println(nats.jetStreamManagement().getStreamInfo("ha_replication").getConfiguration());
            System.out.println("GO " + go.takeSnapshot() + " " + go.sequence());
            for (String s : nats.jetStreamManagement().getStreamNames()) {
                System.out.println(nats.jetStreamManagement().getStreamInfo(s).getConfiguration().toJson());
            }
            System.out.println(go.log());
        }
    }
}
