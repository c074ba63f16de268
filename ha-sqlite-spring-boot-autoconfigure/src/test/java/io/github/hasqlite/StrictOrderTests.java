package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.testing.Attacker;
import io.github.hasqlite.testing.ForwardingPublisher;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;

/**
 * Servers that store what they should have refused, as those of different versions in one cluster do: no node
 * applies it.
 */
@Tag("nats")
class StrictOrderTests {

    @TempDir
    private Path folder;

    private final AtomicReference<@Nullable Runnable> before = new AtomicReference<>();
    private NatsServer server;
    private TestNode one;
    private TestNode two;
    private Attacker attacker;

    @BeforeEach
    void open() throws Exception {
        server = NatsServer.start();
        one = TestNode.openStrict(server, folder.resolve("n1.db"), "n1", settings -> settings, NoCompareAndSet::new);
        two = TestNode.openStrict(
                server,
                folder.resolve("n2.db"),
                "n2",
                settings -> settings.with(to -> to.onApplyFailure(Applier.OnFailure.DEAD_LETTER)),
                publisher -> publisher);
        attacker = new Attacker(server);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
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

    @Test
    void whatShouldHaveBeenRefusedStopsEveryNodeBeforeItIsApplied() throws Exception {
        attacker.publish(Attacker.insert("n3.1.x", "1", "t", "1", Attacker.quoted("refused")), one, two);
        for (TestNode node : new TestNode[] {one, two}) {
            assertHalted(node, "should have been refused");
            assertThat(node.query("SELECT count(*) FROM t")).containsExactly("0");
            assertThat(node.status().deadLetters()).isZero();
        }
        assertThatThrownBy(() -> two.execute("INSERT INTO t VALUES(9, 'while it has stopped')"))
                .isInstanceOf(SQLNonTransientException.class)
                .hasMessageContaining("should have been refused")
                .hasMessageContaining("nothing of it took effect, and trying again does not help before")
                .hasMessageContaining("retryReplication()")
                .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("58000"))
                .satisfies(
                        e -> assertThat(new SQLExceptionSubclassTranslator().translate("test", null, (SQLException) e))
                                .isInstanceOf(NonTransientDataAccessException.class));
        assertThat(two.query("SELECT count(*) FROM t")).containsExactly("0");
        assertThat(two.dataSource().retryReplication()).isTrue();
        assertHalted(two, "should have been refused");
        assertThat(two.dataSource().skipFailedChangeSet()).isTrue();
        Awaitility.await().untilAsserted(() -> {
            assertThat(two.status().halted()).isNull();
            assertThat(two.status().deadLetters()).isEqualTo(1);
        });
    }

    @Test
    void anAcknowledgedCommitThatTheStreamDoesNotHaveThereStopsItsAuthorToo() throws Exception {
        before.set(() -> publishForeign("5"));
        one.execute("INSERT INTO t VALUES(1, 'acknowledged')");
        assertHalted(one, "has another message");
        assertHalted(two, "should have been refused");
        assertThat(two.query("SELECT id FROM t")).containsExactly("5");
    }

    @Test
    void soDoesALargeOneWhosePartsAreElsewhere() throws Exception {
        before.set(() -> publishForeign("5"));
        one.execute("INSERT INTO t VALUES(1, hex(randomblob(3000000)))");
        assertHalted(one, "has another message");
        assertHalted(two, "should have been refused");
        assertThat(two.query("SELECT id FROM t")).containsExactly("5");
    }

    @Test
    void whatHasNoBaseIsAppliedAsEver() throws Exception {
        one.execute("INSERT INTO t VALUES(1, hex(randomblob(3000000)))");
        publishForeign("5");
        two.awaitAppliedOn(one);
        two.execute("INSERT INTO t VALUES(2, 'two')");
        two.awaitAppliedOn(one);
        one.execute("INSERT INTO t VALUES(3, 'one')");
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT id FROM t ORDER BY id")).containsExactly("1", "2", "3", "5");
        assertThat(one.status().halted()).isNull();
        assertThat(two.status().halted()).isNull();
    }

    private void publishForeign(String id) {
        try {
            attacker.publish(Attacker.insert("", "", "t", id, Attacker.quoted("foreign")), two);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertHalted(TestNode node, String reason) throws SQLException {
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(node.status().halted()).isNotNull().contains(reason));
    }

    /** Once there is something to do before, stores whatever comes next and says that it was expected there. */
    private final class NoCompareAndSet extends ForwardingPublisher {

        private boolean broken;

        NoCompareAndSet(ChangeSetPublisher publisher) {
            super(publisher);
        }

        @Override
        public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message, long expectedLastSequence) {
            Runnable first = before.getAndSet(null);
            if (first != null) {
                broken = true;
                first.run();
            }
            return broken
                    ? super.publish(changeSet, message).thenApply(stored -> expectedLastSequence + 1)
                    : super.publish(changeSet, message, expectedLastSequence);
        }
    }
}
