package io.github.hasqlite.core.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.changeset.BaselineMessage;
import io.github.hasqlite.core.changeset.FragmentCodec;
import io.github.hasqlite.core.changeset.FragmentedMessage;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.changeset.PauseMessage;
import io.github.hasqlite.core.changeset.ProbeMessage;
import io.github.hasqlite.core.changeset.VerificationMessage;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sqlite.SQLiteConnection;

/**
 * Whoever goes through the stream comes to the same judgement of the same messages: replay on every node, a schema
 * change that waits for its place, and a strict commit that compares itself with what came.
 */
class OneJudgementTests {

    private static final String OWN = "author.1.a";
    private static final String OTHER = "other.1.b";
    private static final int HERE = 1;
    private static final int ELSEWHERE = 7;
    private static final long NOW_NANOS = 1;
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final JsonChangeSetSerializer SERIALIZER = new JsonChangeSetSerializer();

    @TempDir
    Path folder;

    private Node author;
    private Node bystander;

    @BeforeEach
    void open() throws SQLException {
        author = new Node(folder.resolve("author"), OWN);
        bystander = new Node(folder.resolve("bystander"), "bystander.1.c");
    }

    @AfterEach
    void close() throws SQLException {
        author.close();
        bystander.close();
    }

    /**
     * Messages of one kind.
     *
     * @param pending a change set of this node with number 1 that is pending, or {@code null}
     * @param rejected how many of them every node rejects
     * @param arrival what a schema change learns that comes behind them
     * @param met whether a strict commit of a row with key 1 gives way to them
     */
    private record Kind(
            String name,
            byte @Nullable [] pending,
            int rejected,
            Class<? extends SchemaBarrier.Arrival> arrival,
            boolean met,
            List<StreamMessage> messages) {

        static Kind of(
                String name, int rejected, Class<? extends SchemaBarrier.Arrival> arrival, boolean met, byte[]... all) {
            List<StreamMessage> messages = new ArrayList<>();
            for (byte[] message : all) {
                messages.add(new StreamMessage(messages.size() + 1, NOW_NANOS, message));
            }
            return new Kind(name, null, rejected, arrival, met, messages);
        }

        Kind whilePending(byte[] message) {
            return new Kind(name, message, rejected, arrival, met, messages);
        }

        /** The last message comes so late that parts which have waited for it are given up. */
        Kind theLastTooLate() {
            List<StreamMessage> late = new ArrayList<>(messages);
            StreamMessage last = late.remove(late.size() - 1);
            long tooLate = NOW_NANOS + PendingFragments.MAX_AGE_NANOS + 1;
            late.add(new StreamMessage(last.sequence(), tooLate, last.data()));
            return new Kind(name, pending, rejected, arrival, met, late);
        }

        /** The number of the author's next change set. */
        long next() {
            return pending == null ? 1 : 2;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> kinds() {
        Class<SchemaBarrier.Alone> alone = SchemaBarrier.Alone.class;
        Class<SchemaBarrier.Overtaken> overtaken = SchemaBarrier.Overtaken.class;
        Class<SchemaBarrier.Missing> missing = SchemaBarrier.Missing.class;
        byte[] pending = whole(OWN, 1, ELSEWHERE);
        byte[][] parts = parts(OTHER, whole(OTHER, 1, HERE));
        return Stream.of(
                Kind.of("nothing", 0, alone, false),
                Kind.of("next, of another row", 0, overtaken, false, whole(OTHER, 1, ELSEWHERE)),
                Kind.of("next, of the same row", 0, overtaken, true, whole(OTHER, 1, HERE)),
                Kind.of("duplicate", 0, overtaken, false, whole(OTHER, 1, ELSEWHERE), whole(OTHER, 1, HERE)),
                Kind.of("out of turn", 0, alone, false, whole(OTHER, 2, HERE)),
                Kind.of("foreign", 0, overtaken, false, whole("", 0, ELSEWHERE), whole("", 0, ELSEWHERE)),
                Kind.of("fragments without the last", 0, alone, false, parts[0], parts[1]),
                Kind.of("fragments", 0, overtaken, true, parts),
                Kind.of("fragments, the last too late", 0, alone, false, parts).theLastTooLate(),
                Kind.of("fragments out of turn", 0, alone, false, parts[1], parts[2]),
                Kind.of("whole instead of fragments", 0, overtaken, false, parts[0], whole(OTHER, 1, ELSEWHERE)),
                Kind.of("fragments of more than they say", 1, alone, false, fragment(1, 4), fragment(2, 4)),
                Kind.of("fragments that nobody can read", 1, overtaken, true, parts(OTHER, unreadable(OTHER, 1))),
                Kind.of("no JSON", 1, alone, false, "{".getBytes(StandardCharsets.UTF_8)),
                Kind.of("unreadable", 1, alone, false, unreadable(OTHER, 1)),
                Kind.of("forged, unreadable, next", 1, alone, false, unreadable(OWN, 1)),
                Kind.of("forged, unreadable, out of turn", 1, alone, false, unreadable(OWN, 5)),
                Kind.of("forged, unreadable, repeated", 1, alone, false, pending, unreadable(OWN, 1))
                        .whilePending(pending),
                Kind.of("forged, next", 0, missing, false, whole(OWN, 1, ELSEWHERE)),
                Kind.of("forged fragments that nobody can read", 1, missing, true, parts(OWN, unreadable(OWN, 1))),
                Kind.of("echo", 0, alone, false, pending).whilePending(pending),
                Kind.of("echo and repeated echo", 0, alone, false, pending, pending)
                        .whilePending(pending),
                Kind.of("echo in fragments", 0, alone, true, parts(OWN, pending))
                        .whilePending(pending),
                Kind.of("verification", 0, overtaken, false, new VerificationMessage("v").bytes()),
                Kind.of("pause", 0, overtaken, false, new PauseMessage("p").bytes()),
                Kind.of("probe", 0, alone, false, new ProbeMessage("p").bytes()));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void nodesAgree(Kind kind) throws Exception {
        author.hold(kind);
        author.replay(kind.messages);
        bystander.replay(kind.messages);
        assertThat(author.state()).isEqualTo(bystander.state());
        assertThat(bystander.rejected()).isEqualTo(kind.rejected);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aSchemaChangeAgrees(Kind kind) throws Exception {
        author.hold(kind);
        List<StreamMessage> messages = new ArrayList<>(kind.messages);
        byte[] command = whole(OWN, kind.next(), 2);
        messages.add(new StreamMessage(messages.size() + 1, NOW_NANOS, command));
        author.deliver(messages);
        SchemaBarrier barrier = new SchemaBarrier(author.applier, author.state, author.pending);
        SchemaBarrier.Arrival arrival = barrier.await(OWN, kind.next(), command, PATIENCE_NANOS);
        assertThat(arrival).isInstanceOf(kind.arrival);
        if (arrival instanceof SchemaBarrier.Alone alone) {
            alone.write(author.connection, author.outbox, new ChangeSet("n1", 1, "", 0, OWN, 1, 0, 0, List.of()));
            assertThat(alone.committed()).isEqualTo(kind.next() - 1);
        } else {
            author.applier.applyWaiting();
            author.applier.applyWaiting();
        }
        bystander.replay(messages);
        assertThat(author.state()).isEqualTo(bystander.state());
        assertThat(author.rejected()).isEqualTo(kind.rejected);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aStrictCommitAgrees(Kind kind) throws Exception {
        author.deliver(kind.messages);
        StreamPosition.Certification certification =
                author.position().certify(changeSet(OWN, kind.next(), HERE, "mine"));
        long end = kind.messages.size();
        assertThat(certification.reaches(end, System.nanoTime() + PATIENCE_NANOS))
                .isEqualTo(!kind.met);
        assertThat(certification.met()).isEqualTo(kind.met);
        assertThat(certification.sequence()).isEqualTo(end);
        bystander.replay(kind.messages);
        for (String publisher : List.of(OWN, OTHER)) {
            assertThat(certification.nextCounter(publisher)).isEqualTo(bystander.nextCounter(publisher));
        }
    }

    @Test
    void behindWhatIsMissingNothingIsCertain() throws Exception {
        byte[] command = whole(OWN, 1, 2);
        List<StreamMessage> messages = List.of(
                new StreamMessage(1, NOW_NANOS, new BaselineMessage("b").bytes()),
                new StreamMessage(2, NOW_NANOS, command));
        author.deliver(messages);
        assertThat(author.position().certify(changeSet(OWN, 1, HERE, "mine")).reaches(1, System.nanoTime()))
                .isFalse();
        SchemaBarrier barrier = new SchemaBarrier(author.applier, author.state, author.pending);
        assertThat(barrier.await(OWN, 1, command, PATIENCE_NANOS)).isInstanceOf(SchemaBarrier.Overtaken.class);
        assertThatThrownBy(author.applier::applyWaiting).isInstanceOf(SnapshotNeededException.class);
    }

    @Test
    void whereTheHistoryIsFromNothingIsMissing() throws Exception {
        byte[] command = whole(OWN, 1, 2);
        author.state.setBaseline(author.connection, "b", 1);
        author.deliver(List.of(
                new StreamMessage(1, NOW_NANOS, new BaselineMessage("b").bytes()),
                new StreamMessage(2, NOW_NANOS, command)));
        assertThat(author.position().certify(changeSet(OWN, 2, HERE, "mine")).reaches(2, System.nanoTime()))
                .isTrue();
        SchemaBarrier barrier = new SchemaBarrier(author.applier, author.state, author.pending);
        assertThat(barrier.await(OWN, 1, command, PATIENCE_NANOS)).isInstanceOf(SchemaBarrier.Alone.class);
        author.applier.applyWaiting();
        assertThat(author.state.sequence()).isEqualTo(2);
    }

    /** A stream that stores a strict commit twice does not compare and set; that stops its author, too. */
    @Test
    void whatIsThereTwiceIsOutOfOrderForItsAuthorToo() throws Exception {
        author.applier.enforceStrictOrder();
        bystander.applier.enforceStrictOrder();
        byte[] commit = whole(OWN, 1, HERE);
        bystander.replay(List.of(new StreamMessage(1, NOW_NANOS, commit)));
        author.commitFirst(changeSet(OWN, 1, HERE, ""));
        List<StreamMessage> again = List.of(new StreamMessage(2, NOW_NANOS, commit));
        assertThatThrownBy(() -> bystander.replay(again)).isInstanceOf(BrokenOrderException.class);
        assertThatThrownBy(() -> author.replay(again)).isInstanceOf(BrokenOrderException.class);
    }

    @Test
    void nothingIsAppliedBehindAMessageInThePlaceOfAStrictCommit() throws Exception {
        author.applier.enforceStrictOrder();
        byte[] foreign = whole("", 0, ELSEWHERE);
        author.deliver(List.of(new StreamMessage(1, NOW_NANOS, foreign), new StreamMessage(2, NOW_NANOS, foreign)));
        author.commitFirst(changeSet(OWN, 1, HERE, ""));
        assertThatThrownBy(author.applier::applyWaiting)
                .isInstanceOf(HaltException.class)
                .hasMessageContaining("has another message");
        assertThat(author.state.sequence()).isEqualTo(1);
    }

    private static byte[] whole(String publisher, long counter, long key) {
        return SERIALIZER.serialize(
                changeSet(publisher, counter, key, "a text that is long enough for parts".repeat(9)));
    }

    private static byte[] unreadable(String publisher, long counter) {
        String message = new String(whole(publisher, counter, HERE), StandardCharsets.UTF_8);
        return message.replace("\"INSERT\"", "\"NOTHING\"").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[][] parts(String publisher, byte[] message) {
        FragmentedMessage fragmented =
                new FragmentCodec().split(changeSet(publisher, 1, HERE, ""), message, message.length / 2);
        byte[][] parts = new byte[fragmented.parts()][];
        for (int number = 1; number <= parts.length; number++) {
            parts[number - 1] = fragmented.part(number);
        }
        assertThat(parts.length).isGreaterThan(2);
        return parts;
    }

    /** One of three parts, with three bytes. */
    private static byte[] fragment(int part, int size) {
        return ("{\"publisher\":\"" + OTHER + "\",\"counter\":1,\"part\":" + part
                        + ",\"parts\":3,\"encoding\":\"plain\",\"size\":" + size
                        + ",\"node\":\"n\",\"process_id\":1,\"filename\":\"f\",\"timestamp_ns\":1,\"changes\":[],"
                        + "\"data\":\"QUJD\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static ChangeSet changeSet(String publisher, long counter, long key, String text) {
        Change change = Change.insert("t", List.of("id", "a"), List.of("id"), key, List.of(key, text));
        return new ChangeSet("n", 1, "f", 1, publisher, counter, 0, 0, List.of(change));
    }

    /** A database whose applier has no thread: what it is given is applied when the test says so. */
    private static final class Node implements AutoCloseable {

        final SQLiteConnection connection;
        final AppliedState state = new AppliedState(NodeRuntime.ofJvm());
        final PendingQueue pending = new PendingQueue(List.of(), NodeRuntime.ofJvm());
        final OutboxTable outbox;
        final ChangeSetApplication application;
        final LocalReplica replica;
        final Applier applier;

        Node(Path file, String publisher) throws SQLException {
            connection = Databases.open(file, false);
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
            }
            AppliedState.create(connection);
            OutboxTable.create(connection);
            state.load(connection);
            outbox = new OutboxTable(connection);
            application =
                    new ChangeSetApplication(connection, RowIdentify.PK, MergeMode.ROW, new RowImages(connection));
            replica = new LocalReplica(
                    connection, new WriteLock(NodeRuntime.ofJvm(), 5_000), application, state, outbox, pending);
            applier = new Applier(replica, SERIALIZER, List.of(), Applier.OnFailure.HALT, new SilentListener());
            applier.begin(publisher);
        }

        void hold(Kind kind) throws SQLException {
            byte[] message = kind.pending;
            if (message != null) {
                Pending row = new Pending(1, OWN, 1, false);
                outbox.insert(row, message);
                pending.add(row, message);
            }
        }

        void deliver(List<StreamMessage> messages) throws InterruptedException {
            for (StreamMessage message : messages) {
                applier.onMessage(message);
            }
        }

        void replay(List<StreamMessage> messages) throws Exception {
            deliver(messages);
            applier.applyWaiting();
            // a verification ends a batch
            applier.applyWaiting();
        }

        /** Commits what the stream has acknowledged as its first message. */
        void commitFirst(ChangeSet changeSet) throws SQLException {
            StreamPosition.Advance advance = position().advance(changeSet, 1);
            try (PositionTable table = new PositionTable(connection)) {
                advance.write(table, outbox);
            }
            advance.committed();
        }

        StreamPosition position() {
            return new StreamPosition(applier, replica);
        }

        long nextCounter(String publisher) {
            return position().nextCounter(publisher);
        }

        long rejected() {
            return applier.rejections().count();
        }

        /** All of the canonical state but the rows, and what was rejected. */
        List<String> state() throws SQLException {
            List<String> state = Databases.rows(connection, "SELECT * FROM ha_publishers ORDER BY 1");
            state.addAll(Databases.rows(connection, "SELECT * FROM ha_parts ORDER BY 1, 2, 3"));
            state.add("sequence " + this.state.sequence());
            state.add("rejected " + rejected());
            return state;
        }

        @Override
        public void close() throws SQLException {
            applier.close();
            connection.close();
        }
    }
}
