package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written on one node is there on the other. */
@Tag("system")
class TwoNodesTests {

    @TempDir
    Path folder;

    @Test
    void rowsAndTablesReachTheOtherNode() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = TestNode.open(server, folder.resolve("one.db"), "n1");
                TestNode two = TestNode.open(server, folder.resolve("two.db"), "n2")) {
            one.execute("CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)");
            one.execute("INSERT INTO task(title) VALUES('a'),('b')");
            one.execute("UPDATE task SET title = 'c' WHERE id = 1; DELETE FROM task WHERE id = 2");
            one.awaitAppliedOn(two);
            assertThat(two.query("SELECT id, title FROM task")).containsExactly("1|c");
            two.execute("INSERT INTO task VALUES(9, 'from two')");
            two.awaitAppliedOn(one);
            assertThat(one.query("SELECT id, title FROM task")).containsExactly("1|c", "9|from two");
            assertThat(one.status().rejectedMessages()).isZero();
        }
    }
}
