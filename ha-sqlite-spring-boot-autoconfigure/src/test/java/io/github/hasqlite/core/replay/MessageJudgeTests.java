package io.github.hasqlite.core.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.changeset.BaselineMessage;
import io.github.hasqlite.core.changeset.Fragment;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/** What a message of the stream is: every verdict, without replay (rules R4, R6 and R9). */
class MessageJudgeTests {

    private static final String OWN = "node.2.b";
    private static final String OWN_BEFORE = "node.1.a";

    @TempDir
    Path folder;

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();
    private final FragmentCodec codec = new FragmentCodec();
    private final MessageReader reader = new MessageReader(serializer);
    private SQLiteConnection connection;
    private AppliedState state;
    private AppliedState.Step step;
    private PendingQueue pending;
    private int popped;
    private MessageJudge judge;
    private MessageJudge.@Nullable Awaited awaited;
    private long sequence;

    @BeforeEach
    void open() throws SQLException {
        connection = Databases.open(folder.resolve("db"), false);
        AppliedState.create(connection);
        OutboxTable.create(connection);
        state = new AppliedState(NodeRuntime.ofJvm());
        state.load(connection);
        step = state.step();
        pending = new PendingQueue(List.of(), NodeRuntime.ofJvm());
        judge = new MessageJudge(state, new EchoMatcher(connection, new OutboxTable(connection), pending), reader);
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void aPublishersMessagesAreTakenInTurnAndOnce() throws SQLException {
        expect(Verdict.OutOfTurn.class, whole("p", 2));
        expect(Verdict.Next.class, whole("p", 1));
        expect(Verdict.Duplicate.class, whole("p", 1));
        expect(Verdict.OutOfTurn.class, whole("p", 3));
        expect(Verdict.Next.class, whole("p", 2));
        expect(Verdict.Next.class, whole("q", 1));
        expect(Verdict.Duplicate.class, whole("p", 1));
        expect(Verdict.Next.class, whole("p", 3));
        assertThat(step.counter("p")).isEqualTo(3);
        assertThat(step.reached()).isEqualTo(sequence);
    }

    @Test
    void whoDoesNotCountIsTakenAsHeComes() throws SQLException {
        expect(Verdict.Foreign.class, whole("", 0));
        expect(Verdict.Foreign.class, whole("", 0));
        assertThat(step.counter("")).isZero();
        assertThat(step.knowsPublishers()).isFalse();
    }

    @Test
    void whatIsNextSaysWhatItChanges() throws SQLException {
        Verdict.Next next = (Verdict.Next) expect(Verdict.Next.class, whole("p", 1));
        assertThat(next.changeSet()).isNotNull().extracting(ChangeSet::counter).isEqualTo(1L);
    }

    @Test
    void fragmentsOfSeveralPublishersMayAlternate() throws SQLException {
        FragmentedMessage p = parts("p", 1);
        FragmentedMessage q = parts("q", 1);
        expect(Verdict.OutOfTurn.class, p.part(2));
        expect(Verdict.Fragment.class, p.part(1));
        expect(Verdict.Fragment.class, q.part(1));
        expect(Verdict.Fragment.class, p.part(2));
        expect(Verdict.Duplicate.class, p.part(2));
        expect(Verdict.OutOfTurn.class, q.part(3));
        expect(Verdict.Fragment.class, q.part(2));
        assertThat(p.parts()).isEqualTo(q.parts()).isGreaterThan(3);
        for (int number = 3; number < p.parts(); number++) {
            expect(Verdict.Fragment.class, p.part(number));
            expect(Verdict.Fragment.class, q.part(number));
        }
        Verdict.Next next = (Verdict.Next) expect(Verdict.Next.class, p.part(p.parts()));
        assertThat(next.changeSet()).isNull();
        expect(Verdict.Duplicate.class, p.part(1));
        expect(Verdict.Duplicate.class, p.part(p.parts()));
        expect(Verdict.Duplicate.class, whole("p", 1));
        expect(Verdict.Next.class, q.part(q.parts()));
    }

    @Test
    void aWholeMessageTakesThePlaceOfItsFragments() throws SQLException {
        FragmentedMessage p = parts("p", 1);
        expect(Verdict.Fragment.class, p.part(1));
        expect(Verdict.Next.class, whole("p", 1));
        expect(Verdict.Duplicate.class, p.part(2));
    }

    @Test
    void whatCannotBeReadIsRejectedAndTakesNoCounter() throws SQLException {
        assertThat(rejection("no JSON".getBytes(StandardCharsets.UTF_8))).isNotEmpty();
        assertThat(rejection(unreadable("p", 1))).isNotEmpty();
        assertThat(rejection(unreadable(OWN, 1))).isNotEmpty();
        assertThat(step.counter("p")).isZero();
        assertThat(step.counter(OWN)).isZero();
        assertThat(rejection(unreadable(OWN, 2))).isNotEmpty();
        expect(Verdict.Next.class, whole(OWN, 1));
        assertThat(rejection(unreadable(OWN, 1))).isNotEmpty();
        assertThat(step.counter(OWN)).isEqualTo(1);
    }

    @Test
    void moreFragmentsThanTheWholeHoldsAreRejected() throws SQLException {
        FragmentedMessage p = parts("p", 1);
        expect(Verdict.Fragment.class, p.part(1));
        InboundMessage second = reader.read(new StreamMessage(++sequence, 0, p.part(2)), OWN);
        Fragment part = Objects.requireNonNull(second.part());
        Fragment tooLarge =
                new Fragment("p", 1, 2, part.parts(), part.compressed(), part.size(), new byte[part.size()]);
        Verdict verdict = judge.judge(step, null, InboundMessage.part(second.message(), tooLarge, false));
        assertThat(verdict).isEqualTo(new Verdict.Rejected("the parts of one change set hold more than it says"));
        assertThat(verdict.counts()).isFalse();
        expect(Verdict.Fragment.class, p.part(2));
    }

    @Test
    void whatIsPendingComesBackAsItWasPublished() throws SQLException {
        hold(1, OWN, 1, false);
        hold(2, OWN, 2, true);
        assertThat(expect(Verdict.Echo.class, whole(OWN, 1)))
                .isEqualTo(new Verdict.Echo(new Pending(1, OWN, 1, false)));
        expect(Verdict.Duplicate.class, whole(OWN, 1));
        FragmentedMessage second = parts(OWN, 2);
        for (int number = 1; number < second.parts(); number++) {
            expect(Verdict.Fragment.class, second.part(number));
        }
        assertThat(expect(Verdict.Echo.class, second.part(second.parts())))
                .isEqualTo(new Verdict.Echo(new Pending(2, OWN, 2, true)));
    }

    @Test
    void aForgedCounterIsNoEcho() throws SQLException {
        hold(1, OWN, 1, false);
        byte[] forged = serializer.serialize(changeSet(OWN, 1, 99));
        Verdict.Next next = (Verdict.Next) expect(Verdict.Next.class, forged);
        assertThat(next.changeSet()).isNotNull();
        expect(Verdict.Duplicate.class, whole(OWN, 1));
    }

    @Test
    void aForgedCounterInFragmentsIsNoEcho() throws SQLException {
        hold(1, OWN, 1, false);
        ChangeSet changeSet = changeSet(OWN, 1, 99);
        FragmentedMessage forged = codec.split(changeSet, serializer.serialize(changeSet), 1_000);
        for (int number = 1; number < forged.parts(); number++) {
            expect(Verdict.Fragment.class, forged.part(number));
        }
        expect(Verdict.Next.class, forged.part(forged.parts()));
    }

    @Test
    void whatAnEarlierStartHasLeftIsAnEchoToo() throws SQLException {
        hold(1, OWN_BEFORE, 1, false);
        hold(2, OWN, 1, false);
        expect(Verdict.Next.class, whole("node.3.c", 1));
        expect(Verdict.Echo.class, whole(OWN_BEFORE, 1));
        expect(Verdict.Echo.class, whole(OWN, 1));
    }

    @Test
    void aSchemaChangeThatIsAwaitedIsABarrierAndOnlyAsItWasPublished() throws SQLException {
        hold(1, OWN, 1, false);
        awaited = new MessageJudge.Awaited(OWN, 2, whole(OWN, 2));
        expect(Verdict.OutOfTurn.class, whole(OWN, 2));
        expect(Verdict.Echo.class, whole(OWN, 1));
        rejection(unreadable(OWN, 2));
        FragmentedMessage parts = parts(OWN, 2);
        for (int number = 1; number < parts.parts(); number++) {
            expect(Verdict.Fragment.class, parts.part(number));
        }
        expect(Verdict.Barrier.class, parts.part(parts.parts()));
        awaited = new MessageJudge.Awaited(OWN, 3, whole(OWN, 3));
        expect(Verdict.Next.class, serializer.serialize(changeSet(OWN, 3, 99)));
        expect(Verdict.Duplicate.class, whole(OWN, 3));
    }

    @Test
    void whatIsNoChangeSetTakesNoCounter() throws SQLException {
        VerificationMessage verification = new VerificationMessage("v");
        PauseMessage pause = new PauseMessage("p");
        assertThat(expect(Verdict.Notice.class, verification.bytes()))
                .isEqualTo(new Verdict.Notice(verification, null));
        assertThat(expect(Verdict.Notice.class, pause.bytes())).isEqualTo(new Verdict.Notice(null, pause));
        assertThat(expect(Verdict.Notice.class, new ProbeMessage("probe").bytes()))
                .isEqualTo(new Verdict.Notice(null, null));
        assertThat(step.reached()).isEqualTo(3);
    }

    @Test
    void onlyWhereTheBaselineIsFromNothingIsMissing() throws SQLException {
        byte[] baseline = new BaselineMessage("here").bytes();
        expect(Verdict.Break.class, baseline);
        state.setBaseline(connection, "here", 2);
        assertThat(expect(Verdict.Notice.class, baseline)).isEqualTo(new Verdict.Notice(null, null));
        Verdict gap = judge.judge(step, null, InboundMessage.gap(3, 5));
        assertThat(gap).isInstanceOf(Verdict.Break.class);
        assertThat(((Verdict.Break) gap).reason()).startsWith("messages 3 to 5 are not in the stream any more");
        assertThat(step.reached()).isEqualTo(5);
    }

    private String rejection(byte[] message) throws SQLException {
        return ((Verdict.Rejected) expect(Verdict.Rejected.class, message)).reason();
    }

    /** Judges the next message and accepts it if it counts, as all who ask do. */
    private Verdict expect(Class<? extends Verdict> expected, byte[] message) throws SQLException {
        InboundMessage received = reader.read(new StreamMessage(++sequence, 0, message), OWN);
        Verdict verdict = judge.judge(step, pending.peek(popped), awaited, received);
        assertThat(verdict).as("message %d", sequence).isInstanceOf(expected);
        if (verdict.counts()) {
            step.accept(received.publisher(), received.counter());
        }
        if (verdict instanceof Verdict.Echo) {
            popped++;
        }
        return verdict;
    }

    private void hold(long id, String publisher, long counter, boolean command) {
        pending.add(new Pending(id, publisher, counter, command), whole(publisher, counter));
    }

    private byte[] unreadable(String publisher, long counter) {
        String message = new String(whole(publisher, counter), StandardCharsets.UTF_8);
        String broken = message.replace("\"INSERT\"", "\"NOTHING\"");
        assertThat(broken).isNotEqualTo(message);
        return broken.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] whole(String publisher, long counter) {
        return serializer.serialize(changeSet(publisher, counter, counter));
    }

    private FragmentedMessage parts(String publisher, long counter) {
        return codec.split(changeSet(publisher, counter, counter), whole(publisher, counter), 1_000);
    }

    private static ChangeSet changeSet(String publisher, long counter, long content) {
        byte[] blob = new byte[3_000];
        new Random(content).nextBytes(blob);
        Change change = Change.insert("t", List.of("a"), List.of(), 1L, List.of(blob));
        return new ChangeSet("n", 1, "f", 1, publisher, counter, 0, 0, List.of(change));
    }
}
