package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are used twice, copied, or put back: refused or healed, never merged in silence. */
@Tag("system")
class CopiedFileTests {

    private static final String ROWS = "SELECT id, v FROM t ORDER BY id";

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

    private TestNode open(String name) throws IOException {
        Files.createDirectories(folder.resolve(name));
        return TestNode.open(server, folder.resolve(name).resolve("db"), name);
    }

    /** Copies a database directory, as an administrator would. */
    private void copy(String from, String to) throws IOException {
        Files.createDirectories(folder.resolve(to));
        try (Stream<Path> old = Files.list(folder.resolve(to))) {
            for (Path file : old.toList()) {
                Files.delete(file);
            }
        }
        try (Stream<Path> files = Files.list(folder.resolve(from))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(to).resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    @Test
    void secondNodeOnOneFileIsRefused() throws Exception {
        try (TestNode one = open("n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            assertThatExceptionOfType(ReplicationStartException.class)
                    .isThrownBy(() -> TestNode.open(server, folder.resolve("n1").resolve("db"), "n2"))
                    .withMessageContaining("another node is using the database file");
            one.execute("INSERT INTO t VALUES(1, 'still')");
        }
        try (TestNode again = open("n1")) {
            assertThat(again.query(ROWS)).containsExactly("1|still");
        }
    }

    @Test
    void nodeThatIsPutBackToAnOldCopyOfItsFileCatchesUp() throws Exception {
        try (TestNode two = open("n2")) {
            try (TestNode one = open("n1")) {
                one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
                one.execute("INSERT INTO t VALUES(1, 'old')");
                one.awaitAppliedOn(two);
            }
            copy("n1", "backup");
            try (TestNode one = open("n1")) {
                one.execute("UPDATE t SET v = 'new' WHERE id = 1");
                one.execute("INSERT INTO t VALUES(2, 'later')");
                one.awaitAppliedOn(two);
            }
            copy("backup", "n1");
            try (TestNode one = open("n1")) {
                assertThat(one.query(ROWS)).containsExactly("1|new", "2|later");
                one.execute("INSERT INTO t VALUES(3, 'after')");
                one.awaitAppliedOn(two);
                assertThat(two.query(ROWS)).containsExactly("1|new", "2|later", "3|after");
            }
        }
    }

    @Test
    void whatIsPendingInACopyTakesEffectOnce() throws Exception {
        try (TestNode one = open("n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.execute("CREATE TABLE entry(v)");
            server.stop();
            one.execute("INSERT INTO t VALUES(1, 'offline')");
            one.execute("INSERT INTO entry VALUES('once')");
        }
        copy("n1", "n2");
        server.restart();
        try (TestNode one = open("n1");
                TestNode two = open("n2")) {
            one.execute("INSERT INTO t VALUES(2, 'one')");
            two.execute("INSERT INTO t VALUES(3, 'two')");
            for (int round = 0; round < 2; round++) {
                one.awaitAppliedOn(two);
                two.awaitAppliedOn(one);
            }
            for (TestNode node : List.of(one, two)) {
                assertThat(node.query(ROWS)).containsExactly("1|offline", "2|one", "3|two");
                assertThat(node.query("SELECT v FROM entry")).containsExactly("once");
            }
        }
    }
}
