package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.actuate.HaSqliteMetrics;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Two nodes that write while they cannot hear each other, and meet afterwards. */
@Tag("system")
@ExtendWith(OutputCaptureExtension.class)
class ConflictTests {

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

    private TestNode open(String name, MergeMode merge) {
        return TestNode.open(
                server.url(),
                folder.resolve(name),
                name,
                settings -> settings.with(to -> to.commitMode(CommitMode.ASYNC).merge(merge)),
                List.of());
    }

    private static void settle(TestNode one, TestNode two) {
        for (int round = 0; round < 2; round++) {
            one.awaitAppliedOn(two);
            two.awaitAppliedOn(one);
        }
    }

    @Test
    void collidingAutomaticKeysAreKeptCountedAndSaidOnce(CapturedOutput output) throws Exception {
        try (TestNode one = open("n1", MergeMode.ROW);
                TestNode two = open("n2", MergeMode.ROW)) {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            new HaSqliteMetrics(one.dataSource()).bindTo(registry);
            List<Conflict> late = Collections.synchronizedList(new ArrayList<>());
            one.dataSource().addConflictListener(conflict -> {
                if (conflict.streamSequence() != 0 && one.status().appliedSequence() >= conflict.streamSequence()) {
                    late.add(conflict);
                }
            });
            one.execute("CREATE TABLE task(id INTEGER PRIMARY KEY AUTOINCREMENT, title)");
            settle(one, two);
            server.stop();
            for (int i = 1; i <= 3; i++) {
                one.execute("INSERT INTO task(title) VALUES('one " + i + "')");
                two.execute("INSERT INTO task(title) VALUES('two " + i + "')");
            }
            server.restart();
            settle(one, two);
            assertThat(one.query("SELECT * FROM task")).hasSize(3).isEqualTo(two.query("SELECT * FROM task"));
            String conflicts = "SELECT kind, table_name, losing FROM ha_conflicts ORDER BY sequence";
            assertThat(one.query(conflicts))
                    .hasSize(3)
                    .isEqualTo(two.query(conflicts))
                    .allMatch(row -> row.startsWith("INSERT_INSERT|task|"));
            assertThat(registry.get("ha.sqlite.conflicts")
                            .tags("kind", "insert-insert")
                            .counter()
                            .count())
                    .isEqualTo(3);
            assertThat(late)
                    .as("told after the node had said that it was past them")
                    .isEmpty();
            // each of the two nodes says it once
            assertThat(output.getOut() + output.getErr())
                    .satisfies(text -> assertThat(text.split("with the same key into table task", -1))
                            .hasSize(3));
        }
    }

    @Test
    void editsOfDifferentColumnsBothSurviveIfAskedFor() throws Exception {
        try (TestNode one = open("n1", MergeMode.COLUMN);
                TestNode two = open("n2", MergeMode.COLUMN)) {
            one.execute("CREATE TABLE task(id INTEGER PRIMARY KEY, title, done)");
            one.execute("INSERT INTO task VALUES(1, 'old', 0)");
            settle(one, two);
            server.stop();
            one.execute("UPDATE task SET title = 'new' WHERE id = 1");
            two.execute("UPDATE task SET done = 1 WHERE id = 1");
            server.restart();
            settle(one, two);
            for (TestNode node : List.of(one, two)) {
                assertThat(node.query("SELECT * FROM task")).containsExactly("1|new|1");
                assertThat(node.query("SELECT * FROM ha_conflicts")).isEmpty();
            }
        }
    }

    @Test
    void aNodeThatWasAloneForLongPutsItsOwnOnTop() throws Exception {
        try (TestNode one = open("n1", MergeMode.ROW);
                TestNode two = open("n2", MergeMode.ROW)) {
            one.execute("CREATE TABLE task(id INTEGER PRIMARY KEY, mail UNIQUE, v)");
            settle(one, two);
            server.stop();
            for (int i = 1; i <= 600; i++) {
                one.execute("INSERT OR REPLACE INTO task VALUES(" + i % 50 + ", 'm" + i % 40 + "', " + i + ")");
                two.execute("INSERT OR REPLACE INTO task VALUES(" + i % 40 + ", 'm" + i % 50 + "', " + -i + ")");
            }
            two.close();
            server.restart();
            try (TestNode again = open("n2", MergeMode.ROW)) {
                settle(one, again);
                assertThat(one.query("SELECT * FROM task ORDER BY id"))
                        .isNotEmpty()
                        .isEqualTo(again.query("SELECT * FROM task ORDER BY id"));
                assertThat(one.query("SELECT count(*) FROM ha_conflicts"))
                        .isEqualTo(again.query("SELECT count(*) FROM ha_conflicts"));
            }
        }
    }
}
