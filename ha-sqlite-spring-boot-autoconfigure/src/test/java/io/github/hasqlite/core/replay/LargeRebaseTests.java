package io.github.hasqlite.core.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/**
 * What is pending and large is taken back and put on top again by cheaper ways than what is small, with
 * the same result.
 */
class LargeRebaseTests {

    private static final JsonChangeSetSerializer SERIALIZER = new JsonChangeSetSerializer();
    private static final List<String> COLUMNS = List.of("id", "c");
    private static final List<String> KEY = List.of("id");
    private static final int ROWS = 100;

    @TempDir
    Path folder;

    private Node small;
    private Node large;

    @BeforeEach
    void open() throws SQLException {
        small = new Node(folder.resolve("small.db"), false);
        large = new Node(folder.resolve("large.db"), true);
    }

    @AfterEach
    void close() throws SQLException {
        small.connection.close();
        large.connection.close();
    }

    @Test
    void othersChangesGoBelow() throws Exception {
        write(Long.MIN_VALUE + 1);
        receive(update(5, 5, 500));
        assertThat(large.content()).contains("i:5|i:-5");
        receive(Change.insert("t", COLUMNS, KEY, 1_000L, List.of(1_000L, 1L)), update(7, 500, 700));
        receive(Change.delete("t", COLUMNS, KEY, 7L, List.of(7L, 700L)));
        receive(update(1_000, 1, 2));
        assertThat(large.content()).contains("i:7|i:-7", "i:1000|i:2");
        echo();
        assertThat(Databases.rows(large.connection, "SELECT * FROM ha_outbox_chunks"))
                .isEmpty();
    }

    /** The large one is applied without a savepoint first, and all the same nothing of it is left where it fails. */
    @Test
    void whatFailsHalfWayHasNoEffect() throws Exception {
        write(Long.MIN_VALUE);
        receive(Change.sql("CREATE INDEX i ON t(abs(c))", List.of()));
        assertThat(large.content()).contains("i:1|i:1", "i:99|i:99");
        receive(update(1, 1, 10));
        assertThat(large.content()).contains("i:1|i:10");
        receive(Change.sql("DROP INDEX i", List.of()));
        assertThat(large.content()).contains("i:1|i:-1", "i:60|i:" + Long.MIN_VALUE);
        echo();
    }

    /** What was read of the outbox in a transaction that did not commit says nothing about the next one. */
    @Test
    void afterARollbackTheOutboxIsReadAgain() throws Exception {
        write(Long.MIN_VALUE + 1);
        large.failing = true;
        large.give(1, update(5, 5, 500));
        large.applier.applyWaiting();
        assertThat(large.state.sequence()).isZero();
        large.failing = false;
        large.applier.applyWaiting();
        small.give(1, update(5, 5, 500));
        small.applier.applyWaiting();
        sequence = 1;
        assertThat(large.content()).isEqualTo(small.content()).contains("i:5|i:-5");
        echo();
    }

    private long sequence;

    private static Change update(long id, long before, long after) {
        return Change.update("t", COLUMNS, KEY, id, id, List.of(id, before), List.of(id, after));
    }

    /** A transaction that changes the sign of all, but for one row, is committed and not in the stream. */
    private void write(long number60) throws SQLException {
        List<Change> changes = new ArrayList<>();
        for (long i = 1; i <= ROWS; i++) {
            changes.add(update(i, i, i == 60 ? number60 : -i));
        }
        for (Node node : List.of(small, large)) {
            node.write(changes, "UPDATE t SET c = CASE id WHEN 60 THEN " + number60 + " ELSE -c END");
        }
    }

    private void receive(Change... changes) throws Exception {
        sequence++;
        for (Node node : List.of(small, large)) {
            node.give(sequence, changes);
            node.applier.applyWaiting();
        }
        assertSame();
    }

    private void echo() throws Exception {
        sequence++;
        for (Node node : List.of(small, large)) {
            node.applier.onMessage(new StreamMessage(sequence, sequence, node.message));
            node.applier.applyWaiting();
            assertThat(node.pending.size()).isZero();
        }
        assertSame();
    }

    private void assertSame() throws SQLException {
        assertThat(large.state.sequence()).isEqualTo(sequence);
        assertThat(large.content()).isEqualTo(small.content());
        String conflicts = "SELECT * FROM ha_conflicts ORDER BY publisher, counter, number";
        assertThat(Databases.rows(large.connection, conflicts)).isEqualTo(Databases.rows(small.connection, conflicts));
    }

    private static final class Node extends SilentListener {

        private final SQLiteConnection connection;
        private final boolean asLarge;
        private final AppliedState state = new AppliedState(NodeRuntime.ofJvm());
        private final PendingQueue pending = new PendingQueue(List.of(), NodeRuntime.ofJvm());
        private final Applier applier;
        private boolean failing;
        private byte[] message;

        Node(Path file, boolean asLarge) throws SQLException {
            this.asLarge = asLarge;
            connection = Databases.open(file, false);
            execute("CREATE TABLE t(id INTEGER PRIMARY KEY, c INTEGER)");
            execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + ROWS + ")"
                    + " INSERT INTO t SELECT i, i FROM n");
            AppliedState.create(connection);
            OutboxTable.create(connection);
            state.load(connection);
            applier = new Applier(
                    new LocalReplica(
                            connection,
                            new WriteLock(NodeRuntime.ofJvm(), 5_000),
                            new ChangeSetApplication(
                                    connection, RowIdentify.PK, MergeMode.ROW, new RowImages(connection)),
                            state,
                            new OutboxTable(connection),
                            pending),
                    SERIALIZER,
                    List.of(new ChangeSetInterceptor() {
                        @Override
                        public void afterApply(ChangeSet changeSet, Connection through, @Nullable Exception failure)
                                throws SQLException {
                            if (failing) {
                                throw new SQLException("no, not now");
                            }
                        }
                    }),
                    Applier.OnFailure.HALT,
                    this);
            applier.begin("here");
        }

        void write(List<Change> changes, String sql) throws SQLException {
            ChangeSet changeSet = new ChangeSet("here", 1, "f", 0, "here", 1, 0, 0, changes);
            message = SERIALIZER.serialize(changeSet);
            Pending row = new Pending(pending.nextId(), "here", 1, false);
            execute(sql);
            OutboxTable outbox = new OutboxTable(connection);
            if (asLarge) {
                outbox.insertLarge(row, changeSet, SERIALIZER);
            } else {
                outbox.insert(row, message);
            }
            pending.add(row);
        }

        void give(long sequence, Change... changes) throws InterruptedException {
            ChangeSet changeSet =
                    new ChangeSet("there", 1, "f", 0, "there", sequence, sequence - 1, 0, List.of(changes));
            applier.onMessage(new StreamMessage(sequence, sequence, SERIALIZER.serialize(changeSet)));
        }

        List<String> content() throws SQLException {
            return Databases.rows(connection, "SELECT * FROM t ORDER BY id");
        }

        private void execute(String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate(sql);
            }
        }
    }
}
