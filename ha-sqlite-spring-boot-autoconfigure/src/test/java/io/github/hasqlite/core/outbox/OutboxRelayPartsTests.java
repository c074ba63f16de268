package io.github.hasqlite.core.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.core.changeset.Fragment;
import io.github.hasqlite.core.changeset.FragmentCodec;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.testing.JoinedParts;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is too large for one message goes out in parts, in order, and counts when all have arrived. */
class OutboxRelayPartsTests {

    private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();

    @TempDir
    Path folder;

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();
    private final FragmentCodec codec = new FragmentCodec();
    private final Transport transport = new Transport();
    private final PendingQueue pending = new PendingQueue(List.of(), NodeRuntime.ofJvm());
    private Connection writing;
    private Connection reading;
    private OutboxTable table;
    private OutboxRelay relay;
    private long counter;

    @BeforeEach
    void start() throws SQLException {
        String url = "jdbc:sqlite:" + folder.resolve("db");
        writing = DriverManager.getConnection(url);
        reading = DriverManager.getConnection(url);
        OutboxTable.create(writing);
        table = new OutboxTable(writing);
        relay = new OutboxRelay(
                new OutboxTable(reading), pending, OutboxTable::deleteUpTo, transport, serializer, NodeRuntime.ofJvm());
        relay.start(0);
    }

    @AfterEach
    void stop() throws SQLException {
        relay.close();
        reading.close();
        writing.close();
    }

    @Test
    void partsAndWholeMessagesGoOutInOrder() throws Exception {
        for (int size : new int[] {10, 20_000, 10, 50_000, 3_000, 10}) {
            commit(size);
        }
        assertThat(relay.await(6, PATIENCE_NANOS)).isTrue();
        assertThat(transport.arrived())
                .containsExactly("1", parts(2, 20_000), "3", parts(4, 50_000), parts(5, 3_000), "6");
        assertThat(transport.largest).isLessThanOrEqualTo(Transport.MAX);
    }

    @Test
    void aLostPartBringsAllPartsAgain() throws Exception {
        transport.loses = 9;
        commit(20_000);
        commit(10);
        assertThat(relay.await(2, PATIENCE_NANOS)).isTrue();
        assertThat(transport.arrived()).containsExactly(parts(1, 20_000), "2");
    }

    @Test
    void aChangeSetHasNotLandedBeforeItsLastPart() throws Exception {
        transport.holdsFrom = split(20_000);
        commit(20_000);
        await().until(() -> transport.held != null);
        assertThat(relay.settled()).isZero();
        transport.release();
        assertThat(relay.await(1, PATIENCE_NANOS)).isTrue();
    }

    @Test
    void aMessageThatBecameTooLargeIsCut() throws Exception {
        commit(500);
        assertThat(relay.await(1, PATIENCE_NANOS)).isTrue();
        transport.max = 700;
        transport.announced = Transport.MAX;
        transport.tooLarge = () -> transport.announced = 700;
        commit(600);
        assertThat(relay.await(2, PATIENCE_NANOS)).isTrue();
        assertThat(transport.arrived()).first().isEqualTo("1");
        assertThat(transport.arrived()).last().asString().startsWith("2/");
    }

    @Test
    void aCommandGoesOutInPartsBehindTheOutbox() throws Exception {
        transport.loses = 30;
        commit(20_000);
        ChangeSet command = changeSet(20_000);
        relay.publishCommand(command, serializer.serialize(command));
        await().until(() -> transport.arrived().contains(parts(2, 20_000)));
        assertThat(relay.withdrawCommand()).isTrue();
        commit(10);
        assertThat(relay.await(2, PATIENCE_NANOS)).isTrue();
        assertThat(transport.arrived()).containsExactly(parts(1, 20_000), parts(2, 20_000), "3");
    }

    @Test
    void aWithdrawnCommandStopsInTheMiddle() throws Exception {
        transport.announced = 5 << 20;
        transport.max = 5 << 20;
        transport.holdsFrom = 1;
        ChangeSet command = changeSet(20 << 20);
        relay.publishCommand(command, serializer.serialize(command));
        await().until(() -> transport.held != null);
        assertThat(relay.withdrawCommand()).isTrue();
        transport.release();
        counter--;
        transport.announced = Transport.MAX;
        commit(20_000);
        assertThat(relay.await(1, PATIENCE_NANOS)).isTrue();
        assertThat(transport.arrived()).containsExactly(parts(1, 20_000));
    }

    private void commit(int size) throws SQLException {
        ChangeSet changeSet = changeSet(size);
        byte[] message = serializer.serialize(changeSet);
        Pending row = new Pending(pending.nextId(), "p", changeSet.counter(), false);
        table.insert(row, message);
        pending.add(row, message);
        relay.committed(row, changeSet, message);
        relay.flush();
    }

    private String parts(int counter, int size) {
        return counter + "/" + split(size);
    }

    private int split(int size) {
        ChangeSet changeSet = changeSet(size, 1);
        return codec.split(changeSet, serializer.serialize(changeSet), Transport.MAX)
                .parts();
    }

    private ChangeSet changeSet(int size) {
        return changeSet(size, ++counter);
    }

    private static ChangeSet changeSet(int size, long counter) {
        byte[] blob = new byte[size];
        new Random(size).nextBytes(blob);
        Change change = Change.insert("t", List.of("a"), List.of(), 1L, List.of(blob));
        return new ChangeSet("n", 1, "f", 1, "p", counter, 0, 0, List.of(change));
    }

    /** Keeps what it is given as a stream would, in memory, and acknowledges it, or loses it. */
    private final class Transport implements ChangeSetPublisher {

        static final int MAX = 1_536;

        private final List<byte[]> stream = new ArrayList<>();
        private volatile int max = MAX;
        private volatile int announced = MAX;
        private volatile int loses;
        private volatile int holdsFrom = Integer.MAX_VALUE;
        private volatile CompletableFuture<Long> held;
        private volatile Runnable tooLarge = () -> {};
        private int calls;
        private int largest;

        @Override
        public synchronized CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
            calls++;
            if (message.length > max) {
                tooLarge.run();
                return CompletableFuture.failedFuture(new IOException("too large"));
            }
            if (calls == loses) {
                return CompletableFuture.failedFuture(new IOException("lost"));
            }
            largest = Math.max(largest, message.length);
            stream.add(message);
            if (calls >= holdsFrom && held == null) {
                held = new CompletableFuture<>();
                return held;
            }
            return CompletableFuture.completedFuture((long) stream.size());
        }

        @Override
        public int maxMessageBytes() {
            return announced;
        }

        @Override
        public boolean echoes() {
            return true;
        }

        void release() {
            held.complete(1L);
        }

        /** What a receiver makes of it by rule R4: the counters, and the parts of what came in parts. */
        synchronized List<String> arrived() throws Exception {
            List<String> arrived = new ArrayList<>();
            List<byte[]> data = new ArrayList<>();
            for (byte[] message : stream) {
                long next = arrived.size() + 1;
                if (!codec.isFragment(message)) {
                    if (serializer.deserialize(message).counter() == next) {
                        arrived.add(Long.toString(next));
                    }
                    continue;
                }
                Fragment part = codec.read(message);
                if (part.part() == 1) {
                    data.clear();
                }
                if (part.counter() == next && part.part() == data.size() + 1) {
                    data.add(part.data());
                    if (part.isLast()) {
                        assertThat(serializer
                                        .deserialize(codec.join(part, new JoinedParts(data)))
                                        .counter())
                                .isEqualTo(next);
                        arrived.add(next + "/" + part.parts());
                    }
                }
            }
            return arrived;
        }
    }
}
