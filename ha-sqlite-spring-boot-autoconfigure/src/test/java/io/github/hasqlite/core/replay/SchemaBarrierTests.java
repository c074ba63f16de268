package io.github.hasqlite.core.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.changeset.FragmentCodec;
import io.github.hasqlite.core.changeset.FragmentedMessage;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.changeset.ProbeMessage;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/** What counts as coming between a change set with a command and what its author had seen. */
class SchemaBarrierTests {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    Path folder;

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();
    private final FragmentCodec codec = new FragmentCodec();
    private SQLiteConnection connection;
    private AppliedState state;
    private OutboxTable outbox;
    private PendingQueue pending;
    private Applier applier;
    private SchemaBarrier barrier;
    private long sequence;

    @BeforeEach
    void open() throws SQLException {
        connection = Databases.open(folder.resolve("db"), false);
        AppliedState.create(connection);
        OutboxTable.create(connection);
        state = new AppliedState(NodeRuntime.ofJvm());
        state.load(connection);
        outbox = new OutboxTable(connection);
        pending = new PendingQueue(List.of(), NodeRuntime.ofJvm());
        pending.add(new Pending(1, "own", 1, false), serializer.serialize(changeSet("own", 1)));
        // not started: its author holds it up
        applier = new Applier(
                new LocalReplica(
                        connection,
                        new WriteLock(NodeRuntime.ofJvm(), 5_000),
                        new ChangeSetApplication(connection, RowIdentify.PK, MergeMode.ROW, new RowImages(connection)),
                        state,
                        outbox,
                        pending),
                serializer,
                List.of(),
                Applier.OnFailure.HALT,
                new SilentListener());
        applier.begin("own");
        barrier = new SchemaBarrier(applier, state, pending);
    }

    @AfterEach
    void close() throws SQLException {
        applier.close();
        connection.close();
    }

    @Test
    void ownChangeSetsAndIncompletePartsOfOthersDoNotCount() throws Exception {
        FragmentedMessage own = parts("own", 1);
        FragmentedMessage others = parts("other", 1);
        FragmentedMessage command = parts("own", 2);
        deliver(others, 1, 1);
        deliver(own, 1, own.parts());
        deliver(others, 2, 2);
        deliver(command, 1, 2);
        deliver(others, 3, 3);
        deliver(command, 1, command.parts());
        deliver(others, 4, 4);
        SchemaBarrier.Arrival arrival = barrier.await("own", 2, command(), PATIENCE_NANOS);
        assertThat(arrival).isInstanceOf(SchemaBarrier.Alone.class);
        SchemaBarrier.Alone alone = (SchemaBarrier.Alone) arrival;
        alone.write(connection, outbox, new ChangeSet("n1", 1, "", 0, "own", 1, 0, 0, List.of()));
        assertThat(alone.committed()).isEqualTo(1);
        assertThat(query("SELECT publisher || part FROM ha_parts ORDER BY 1"))
                .containsExactly("other1", "other2", "other3");
        assertThat(query("SELECT publisher || counter FROM ha_publishers")).containsExactly("own2");
        assertThat(state.sequence()).isEqualTo(sequence - 1);
        assertThat(applier.inbox().peek(10)).hasSize(1);
    }

    @Test
    void theLastPartOfAnotherCounts() throws Exception {
        FragmentedMessage others = parts("other", 1);
        FragmentedMessage command = parts("own", 2);
        deliver(serializer.serialize(changeSet("own", 1)));
        deliver(others, 1, others.parts());
        deliver(command, 1, command.parts());
        assertThat(barrier.await("own", 2, command(), PATIENCE_NANOS)).isInstanceOf(SchemaBarrier.Overtaken.class);
    }

    @Test
    void aCommandOfWhichAPartIsMissingHasNotArrived() throws Exception {
        FragmentedMessage command = parts("own", 2);
        deliver(serializer.serialize(changeSet("own", 1)));
        deliver(command, 1, 2);
        deliver(command, 4, command.parts());
        assertThat(barrier.await("own", 2, command(), TimeUnit.MILLISECONDS.toNanos(50)))
                .isInstanceOf(SchemaBarrier.Missing.class);
    }

    @Test
    void deliveryGoesOnHoweverMuchComesBefore() throws Exception {
        Thread subscriber = new Thread(() -> {
            try {
                byte[] repeated = serializer.serialize(changeSet("own", 1));
                for (int i = 0; i < 20_000; i++) {
                    deliver(repeated);
                }
                deliver(serializer.serialize(changeSet("own", 2)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        subscriber.start();
        assertThat(barrier.await("own", 2, command(), PATIENCE_NANOS)).isInstanceOf(SchemaBarrier.Alone.class);
        subscriber.join();
    }

    @Test
    void aForgedMessageThatNobodyCanReadTakesNoCounter() throws Exception {
        deliver(serializer.serialize(changeSet("own", 1)));
        deliver(forgedUnreadable());
        deliver(command());
        assertThat(barrier.await("own", 2, command(), PATIENCE_NANOS / 10)).isInstanceOf(SchemaBarrier.Alone.class);
    }

    @Test
    void whatIsRejectedOnTheWayIsCountedOnceItIsCommitted() throws Exception {
        deliver("{".getBytes(StandardCharsets.UTF_8));
        deliver(serializer.serialize(changeSet("own", 1)));
        deliver(forgedUnreadable());
        deliver(command());
        SchemaBarrier.Alone alone = (SchemaBarrier.Alone) barrier.await("own", 2, command(), PATIENCE_NANOS / 10);
        alone.write(connection, outbox, new ChangeSet("n1", 1, "", 0, "own", 1, 0, 0, List.of()));
        assertThat(applier.rejections().count()).isZero();
        alone.committed();
        assertThat(applier.rejections().count()).isEqualTo(2);
        assertThat(applier.rejections().last()).startsWith("message 3: ");
    }

    @Test
    void whatOnlyProbesTheStreamDoesNotCount() throws Exception {
        deliver(new ProbeMessage("probe").bytes());
        deliver(command(1));
        deliver(command());
        assertThat(barrier.await("own", 2, command(), PATIENCE_NANOS)).isInstanceOf(SchemaBarrier.Alone.class);
    }

    /** Says that it is this node's next, but no node can read what it changes. */
    private byte[] forgedUnreadable() {
        String message = new String(command(), StandardCharsets.UTF_8);
        String broken = message.replace("\"INSERT\"", "\"NOTHING\"");
        assertThat(broken).isNotEqualTo(message);
        return broken.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] command(long counter) {
        return serializer.serialize(changeSet("own", counter));
    }

    private byte[] command() {
        return command(2);
    }

    private FragmentedMessage parts(String publisher, long counter) {
        ChangeSet changeSet = changeSet(publisher, counter);
        return codec.split(changeSet, serializer.serialize(changeSet), 1_000);
    }

    private static ChangeSet changeSet(String publisher, long counter) {
        byte[] blob = new byte[3_000];
        new Random(counter).nextBytes(blob);
        Change change = Change.insert("t", List.of("a"), List.of(), 1L, List.of(blob));
        return new ChangeSet("n", 1, "f", 1, publisher, counter, 0, 0, List.of(change));
    }

    private void deliver(FragmentedMessage parts, int from, int to) throws InterruptedException {
        for (int number = from; number <= to; number++) {
            deliver(parts.part(number));
        }
    }

    private void deliver(byte[] message) throws InterruptedException {
        applier.onMessage(new StreamMessage(++sequence, 0, message));
    }

    private List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (ResultSet result = connection.createStatement().executeQuery(sql)) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        }
        return rows;
    }
}
