package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.FolderSnapshotStore;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies to keep: as the database is now, as it was, and the way back for all nodes. */
@Tag("system")
class BackupTests {

    @TempDir
    private Path folder;

    private FolderSnapshotStore store;

    @BeforeEach
    void makeStore() throws Exception {
        store = new FolderSnapshotStore(folder.resolve("store"));
    }

    @Test
    void aCopyIsAPlainDatabaseWithWhatTheStreamSays() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.execute("INSERT INTO t VALUES(1, 'a')");
            one.awaitAppliedOn(one);
            server.stop();
            one.execute("INSERT INTO t VALUES(2, 'pending')");
            Path file = folder.resolve("backup.db");
            assertThat(backup(one).copyTo(file)).isEqualTo(one.status().appliedSequence());
            assertThat(rows(file, "SELECT * FROM t")).containsExactly("1|a");
            assertThat(rows(file, "SELECT name FROM sqlite_schema")).containsExactly("t");
            Path streamed = folder.resolve("streamed.db");
            try (OutputStream out = Files.newOutputStream(streamed)) {
                backup(one).copyTo(out);
            }
            assertThat(rows(streamed, "SELECT * FROM t")).containsExactly("1|a");
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> backup(one).copyTo(file))
                    .withMessageContaining("is there already");
        }
    }

    @Test
    void aCopyShowsTheDatabaseAsItWas() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            List<Long> sequences = new ArrayList<>();
            List<Instant> times = new ArrayList<>();
            for (int i = 1; i <= 6; i++) {
                one.execute("INSERT INTO t VALUES(" + i + ", 'x')");
                one.awaitAppliedOn(one);
                sequences.add(one.status().appliedSequence());
                times.add(Instant.now());
                if (i == 3) {
                    one.takeSnapshot(store);
                }
            }
            for (int i = 1; i <= 6; i++) {
                Path bySequence = folder.resolve("sequence-" + i);
                assertThat(backup(one).copyAsOf(sequences.get(i - 1), bySequence))
                        .isEqualTo(sequences.get(i - 1));
                assertThat(rows(bySequence, "SELECT count(*) FROM t")).containsExactly(String.valueOf(i));
                Path byTime = folder.resolve("time-" + i);
                backup(one).copyAsOf(times.get(i - 1), byTime);
                assertThat(rows(byTime, "SELECT count(*) FROM t")).containsExactly(String.valueOf(i));
            }
            Path latest = folder.resolve("latest");
            assertThat(backup(one).copyAsOf(Long.MAX_VALUE, latest)).isEqualTo(sequences.get(5));
        }
    }

    @Test
    void allNodesGoOnFromARestoredFile() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.execute("INSERT INTO t VALUES(1, 'kept')");
            one.awaitAppliedOn(one);
            Path file = folder.resolve("backup.db");
            backup(one).copyTo(file);
            try (TestNode away = open(server, "n3")) {
                assertThat(away.query("SELECT count(*) FROM t")).containsExactly("1");
            }
            one.execute("INSERT INTO t VALUES(2, 'a mistake')");
            one.execute("CREATE TABLE mistake(x)");
            try (TestNode two = open(server, "n2")) {
                two.execute("INSERT INTO t VALUES(3, 'another')");
                two.awaitAppliedOn(one);
                backup(two).restoreCluster(file);
                for (TestNode node : List.of(one, two)) {
                    Awaitility.await()
                            .ignoreExceptions()
                            .untilAsserted(() ->
                                    assertThat(node.query("SELECT * FROM t")).containsExactly("1|kept"));
                    assertThat(node.query("SELECT count(*) FROM sqlite_schema WHERE name = 'mistake'"))
                            .containsExactly("0");
                }
                one.execute("INSERT INTO t VALUES(2, 'after')");
                one.awaitAppliedOn(two);
                try (TestNode away = open(server, "n3");
                        TestNode fresh = open(server, "n4")) {
                    for (TestNode node : List.of(one, two, away, fresh)) {
                        assertThat(node.query("SELECT * FROM t")).containsExactly("1|kept", "2|after");
                    }
                }
            }
        }
    }

    @Test
    void whatIsNoDatabaseIsNotRestored() throws Exception {
        Path file = folder.resolve("no.db");
        Files.writeString(file, "no database, but long enough to look like one ".repeat(50));
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> backup(one).restoreCluster(file));
            one.execute("INSERT INTO t VALUES(1, 'goes on')");
            one.awaitAppliedOn(one);
            assertThat(one.query("SELECT v FROM t")).containsExactly("goes on");
        }
    }

    private TestNode open(NatsServer server, String name) {
        return TestNode.open(server, folder.resolve(name + ".db"), name, store);
    }

    private static DatabaseBackup backup(TestNode node) {
        return node.node().backup();
    }

    private static List<String> rows(Path file, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                StringBuilder row = new StringBuilder(result.getString(1));
                for (int i = 2; i <= result.getMetaData().getColumnCount(); i++) {
                    row.append('|').append(result.getString(i));
                }
                rows.add(row.toString());
            }
        }
        return rows;
    }
}
