package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a change set that cannot be applied, and of what overwrites unseen. */
@Tag("system")
class ApplyFailureTests {

    @TempDir
    Path folder;

    private NatsServer server;
    private volatile boolean broken = true;
    private final AtomicInteger attempts = new AtomicInteger();

    @BeforeEach
    void start() throws Exception {
        server = NatsServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** Fails at rows with the value "bad". */
    private final ChangeSetInterceptor picky = new ChangeSetInterceptor() {
        @Override
        public boolean beforeApply(ChangeSet changeSet, Connection connection) throws SQLException {
            for (Change change : changeSet.changes()) {
                if (broken && change.newValues().contains("bad")) {
                    attempts.incrementAndGet();
                    throw new SQLException("a bad row");
                }
            }
            return true;
        }
    };

    private TestNode open(String name, UnaryOperator<NodeSettings> settings, ChangeSetInterceptor... interceptors) {
        return TestNode.open(
                server.url(),
                folder.resolve(name),
                name,
                each -> settings.apply(each.with(to -> to.commitMode(CommitMode.ASYNC))),
                List.of(interceptors));
    }

    @Test
    void haltsSaysWhyAndGoesOnWhenTold() throws Exception {
        try (TestNode one = open("n1", UnaryOperator.identity());
                TestNode two = open("n2", UnaryOperator.identity(), picky)) {
            assertThat(two.dataSource().retryReplication()).isFalse();
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.execute("INSERT INTO t VALUES(1, 'good')");
            one.execute("INSERT INTO t VALUES(2, 'bad')");
            one.execute("INSERT INTO t VALUES(3, 'late')");
            await().until(() -> two.status().halted() != null);
            assertThat(two.status().halted()).contains("change set 3").contains("a bad row");
            assertThat(attempts).hasValueGreaterThan(2);
            assertThat(two.query("SELECT id FROM t")).containsExactly("1");

            assertThat(two.dataSource().retryReplication()).isTrue();
            await().until(() -> two.status().halted() != null);

            broken = false;
            assertThat(two.dataSource().retryReplication()).isTrue();
            one.awaitAppliedOn(two);
            assertThat(two.query("SELECT id FROM t ORDER BY id")).containsExactly("1", "2", "3");
            assertThat(two.status().deadLetters()).isZero();
        }
    }

    @Test
    void skipsOneByHand() throws Exception {
        try (TestNode one = open("n1", UnaryOperator.identity());
                TestNode two = open("n2", UnaryOperator.identity(), picky)) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.execute("INSERT INTO t VALUES(2, 'bad')");
            one.execute("INSERT INTO t VALUES(3, 'late')");
            await().until(() -> two.status().halted() != null);
            assertThat(two.dataSource().skipFailedChangeSet()).isTrue();
            one.awaitAppliedOn(two);
            assertThat(two.query("SELECT id FROM t")).containsExactly("3");
            assertThat(two.status().deadLetters()).isEqualTo(1);
            assertThat(two.query("SELECT sequence, reason LIKE '%a bad row%' FROM ha_dead_letters"))
                    .containsExactly("2|1");
        }
    }

    @Test
    void leavesOutByPolicyAndRemembers() throws Exception {
        try (TestNode one = open("n1", UnaryOperator.identity())) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            try (TestNode two = open(
                    "n2", settings -> settings.with(to -> to.onApplyFailure(Applier.OnFailure.DEAD_LETTER)), picky)) {
                one.execute("INSERT INTO t VALUES(2, 'bad')");
                one.execute("INSERT INTO t VALUES(3, 'late')");
                one.awaitAppliedOn(two);
                assertThat(two.query("SELECT id FROM t")).containsExactly("3");
                assertThat(two.status().halted()).isNull();
            }
            try (TestNode two = open("n2", UnaryOperator.identity())) {
                assertThat(two.status().deadLetters()).isEqualTo(1);
            }
        }
    }

    @Test
    void whatIsOverwrittenUnseenIsKept() throws Exception {
        AtomicInteger told = new AtomicInteger();
        ChangeSetInterceptor listening = new ChangeSetInterceptor() {
            @Override
            public void onConflict(Conflict conflict, Connection connection) {
                told.incrementAndGet();
            }
        };
        try (TestNode one = open("n1", UnaryOperator.identity());
                TestNode two = open("n2", UnaryOperator.identity(), listening)) {
            AtomicInteger counted = new AtomicInteger();
            two.dataSource().addConflictListener(conflict -> counted.incrementAndGet());
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.execute("INSERT INTO t VALUES(1, 'first')");
            one.awaitAppliedOn(two);
            int rounds = 0;
            while (one.query("SELECT * FROM ha_conflicts").isEmpty()) {
                rounds++;
                one.execute("UPDATE t SET v = 'one " + rounds + "' WHERE id = 1");
                two.execute("UPDATE t SET v = 'two " + rounds + "' WHERE id = 1");
                one.awaitAppliedOn(two);
                two.awaitAppliedOn(one);
                assertThat(two.query("SELECT v FROM t")).isEqualTo(one.query("SELECT v FROM t"));
            }
            String conflicts = "SELECT sequence, table_name, kind, losing LIKE '%one%' OR losing LIKE '%two%' FROM"
                    + " ha_conflicts";
            assertThat(one.query(conflicts)).isEqualTo(two.query(conflicts));
            assertThat(one.query("SELECT kind FROM ha_conflicts").get(0)).isEqualTo("UPDATE_UPDATE");
            assertThat(told).hasValueGreaterThan(0);
            await().untilAsserted(() -> assertThat(counted).hasValue(told.get()));
        }
    }
}
