package io.github.hasqlite.core.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.changeset.Fragment;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule R4 for change sets in parts, over transactions and restarts. */
class PendingFragmentsTests {

    @TempDir
    Path folder;

    private Connection connection;
    private AppliedState state;
    private long sequence;

    @BeforeEach
    void open() throws SQLException, IOException {
        connection = Databases.open(folder.resolve("db"), false);
        AppliedState.create(connection);
        state = new AppliedState(NodeRuntime.ofJvm());
    }

    @AfterEach
    void close() throws SQLException, IOException {
        connection.close();
    }

    @Test
    void partsInTurnAreKeptUntilTheLast() throws SQLException, IOException {
        commit(Turn.PART, part("p", 1, 1, 3));
        commit(Turn.PART, part("p", 1, 2, 3));
        assertThat(stored()).isEqualTo(2);
        AppliedState.Step step = state.step();
        assertThat(step.take(part("p", 1, 3, 3))).isEqualTo(Turn.NEXT);
        assertThat(data(step, "p")).isEqualTo("p1.1;p1.2;p1.3;");
        step.accept("p", 1);
        finish(step);
        assertThat(stored()).isZero();
        commit(Turn.REPEATED, part("p", 1, 1, 3));
        commit(Turn.PART, part("p", 2, 1, 3));
    }

    @Test
    void whatIsWholeInOneTransactionNeverTouchesTheTable() throws SQLException, IOException {
        AppliedState.Step step = state.step();
        assertThat(step.take(part("p", 1, 1, 2))).isEqualTo(Turn.PART);
        assertThat(step.take(part("p", 1, 2, 2))).isEqualTo(Turn.NEXT);
        assertThat(data(step, "p")).isEqualTo("p1.1;p1.2;");
        step.accept("p", 1);
        assertThat(step.take(part("p", 2, 2, 2))).isEqualTo(Turn.OUT_OF_TURN);
        finish(step);
        assertThat(stored()).isZero();
    }

    @Test
    void partsOutOfTurnAndRepeatedOnesAreIgnored() throws SQLException, IOException {
        commit(Turn.OUT_OF_TURN, part("p", 1, 2, 4));
        commit(Turn.OUT_OF_TURN, part("p", 2, 1, 4));
        commit(Turn.PART, part("p", 1, 1, 4));
        commit(Turn.OUT_OF_TURN, part("p", 1, 3, 4));
        commit(Turn.OUT_OF_TURN, part("p", 1, 4, 4));
        commit(Turn.PART, part("p", 1, 2, 4));
        commit(Turn.REPEATED, part("p", 1, 2, 4));
        commit(Turn.OUT_OF_TURN, part("q", 1, 3, 4));
        commit(Turn.PART, part("p", 1, 3, 4));
        AppliedState.Step step = state.step();
        assertThat(step.take(part("p", 1, 4, 4))).isEqualTo(Turn.NEXT);
        assertThat(data(step, "p")).isEqualTo("p1.1;p1.2;p1.3;p1.4;");
    }

    @Test
    void theFirstPartStartsAnew() throws SQLException, IOException {
        commit(Turn.PART, part("p", 1, 1, 4));
        commit(Turn.PART, part("p", 1, 2, 4));
        commit(Turn.PART, part("p", 1, 1, 2));
        assertThat(stored()).isEqualTo(1);
        AppliedState.Step step = state.step();
        assertThat(step.take(part("p", 1, 2, 2))).isEqualTo(Turn.NEXT);
        assertThat(data(step, "p")).isEqualTo("p1.1;p1.2;");
    }

    @Test
    void aWholeMessageMakesPartsSuperfluous() throws SQLException, IOException {
        commit(Turn.PART, part("p", 1, 1, 3));
        commit(Turn.PART, part("q", 1, 1, 3));
        AppliedState.Step step = state.step();
        ChangeSet whole = new ChangeSet(
                "n", 1, "f", 0, "p", 1, 0, 0, List.of(Change.insert("t", List.of("a"), List.of(), 1L, List.of(1L))));
        assertThat(step.take(InboundMessage.of(new StreamMessage(++sequence, 0, new byte[0]), whole)))
                .isEqualTo(Turn.NEXT);
        step.accept("p", 1);
        finish(step);
        assertThat(stored()).isEqualTo(1);
        commit(Turn.REPEATED, part("p", 1, 2, 3));
        commit(Turn.PART, part("q", 1, 2, 3));
    }

    @Test
    void aRestartGoesOnWhereItWas() throws SQLException, IOException {
        commit(Turn.PART, part("p", 1, 1, 3));
        commit(Turn.PART, part("p", 1, 2, 3));
        connection.close();
        open();
        state.load(connection);
        commit(Turn.REPEATED, part("p", 1, 2, 3));
        AppliedState.Step step = state.step();
        assertThat(step.take(part("p", 1, 3, 3))).isEqualTo(Turn.NEXT);
        assertThat(data(step, "p")).isEqualTo("p1.1;p1.2;p1.3;");
    }

    @Test
    void whatIsNotCommittedDidNotHappen() throws SQLException, IOException {
        commit(Turn.PART, part("p", 1, 1, 3));
        AppliedState.Step abandoned = state.step();
        assertThat(abandoned.take(part("p", 1, 2, 3))).isEqualTo(Turn.PART);
        assertThat(abandoned.take(part("p", 1, 3, 3))).isEqualTo(Turn.NEXT);
        abandoned.accept("p", 1);
        commit(Turn.PART, part("p", 1, 2, 3));
        assertThat(stored()).isEqualTo(2);
    }

    @Test
    void partsOfMoreThanTheWholeAreNotKept() throws SQLException, IOException {
        commit(Turn.PART, part("p", 1, 1, 3));
        Fragment large = new Fragment("p", 1, 2, 3, false, 5, new byte[2]);
        commit(Turn.OVERSIZED, received(large));
        assertThat(stored()).isEqualTo(1);
    }

    private void commit(Turn expected, InboundMessage received) throws SQLException {
        AppliedState.Step step = state.step();
        assertThat(step.take(received)).isEqualTo(expected);
        finish(step);
    }

    private void finish(AppliedState.Step step) throws SQLException {
        connection.setAutoCommit(false);
        step.write(connection);
        connection.commit();
        connection.setAutoCommit(true);
        step.committed();
    }

    private String data(AppliedState.Step step, String publisher) throws IOException {
        try (InputStream in = step.parts(connection, publisher).open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private int stored() throws SQLException, IOException {
        try (ResultSet rows = connection.createStatement().executeQuery("SELECT count(*) FROM ha_parts")) {
            return rows.getInt(1);
        }
    }

    /** The clock is the stream's, so that all nodes give up the same parts at the same place. */
    @Test
    void partsAreGivenUpADayAfterTheNewestOfThem() throws SQLException, IOException {
        long day = PendingFragments.MAX_AGE_NANOS;
        commitAt(1_000, part("gone", 1, 1, 3));
        commitAt(day, part("slow", 1, 1, 3));
        commitAt(day + 1_000, part("other", 1, 1, 2));
        assertThat(stored()).isEqualTo(3);
        commitAt(day + 1_001, part("slow", 1, 2, 3));
        assertThat(publishers()).isEqualTo("other,slow,slow");
        state.load(connection);
        commitAt(2 * day + 1_001, part("slow", 1, 3, 4));
        assertThat(publishers()).isEqualTo("slow,slow,slow");
        // within one transaction, too: what was given up does not go on, and may begin again
        AppliedState.Step step = state.step();
        step.reach(at(3 * day + 1_002, part("gone", 1, 1, 2)));
        assertThat(step.take(part("slow", 1, 4, 4))).isEqualTo(Turn.OUT_OF_TURN);
        assertThat(step.take(at(3 * day + 1_002, part("slow", 1, 1, 2)))).isEqualTo(Turn.PART);
        step.reach(at(4 * day + 1_003, part("gone", 1, 1, 2)));
        assertThat(step.take(part("slow", 1, 2, 2))).isEqualTo(Turn.OUT_OF_TURN);
        finish(step);
        assertThat(stored()).isZero();
    }

    private void commitAt(long timestampNs, InboundMessage received) throws SQLException, IOException {
        AppliedState.Step step = state.step();
        InboundMessage timed = at(timestampNs, received);
        step.reach(timed);
        assertThat(step.take(timed)).isEqualTo(Turn.PART);
        finish(step);
    }

    private static InboundMessage at(long timestampNs, InboundMessage received) {
        Fragment part = Objects.requireNonNull(received.part());
        return InboundMessage.part(new StreamMessage(received.sequence(), timestampNs, new byte[0]), part, false);
    }

    private String publishers() throws SQLException {
        try (ResultSet rows = connection
                .createStatement()
                .executeQuery("SELECT group_concat(publisher, ',') FROM (SELECT publisher FROM ha_parts ORDER BY 1)")) {
            return rows.getString(1);
        }
    }

    private InboundMessage part(String publisher, long counter, int part, int parts) {
        byte[] data = (publisher + counter + "." + part + ";").getBytes(StandardCharsets.UTF_8);
        return received(new Fragment(publisher, counter, part, parts, false, 1_000, data));
    }

    private InboundMessage received(Fragment part) {
        return InboundMessage.part(new StreamMessage(++sequence, 0, new byte[0]), part, false);
    }
}
