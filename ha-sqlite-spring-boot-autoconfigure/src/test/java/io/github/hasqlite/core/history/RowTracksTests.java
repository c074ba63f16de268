package io.github.hasqlite.core.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.Operation;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.UndoConflict;
import io.github.hasqlite.UndoConflict.Kind;
import io.github.hasqlite.UndoRequest.Scope;
import io.github.hasqlite.core.replay.ReplacedRow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What taking back means for rows, followed through change sets as the nodes apply them. */
class RowTracksTests {

    private static final List<String> COLUMNS = List.of("id", "a", "b");
    private static final List<String> KEY = List.of("id");

    private final List<ChangeSet> stream = new ArrayList<>();
    private MergeMode merge = MergeMode.ROW;
    private Map<Long, List<ReplacedRow>> replaced = Map.of();

    private static List<@Nullable Object> row(@Nullable Object... values) {
        return Arrays.asList(values);
    }

    private static Change insert(@Nullable Object... values) {
        return Change.insert("t", COLUMNS, KEY, null, row(values));
    }

    private static Change update(List<@Nullable Object> old, @Nullable Object... values) {
        return Change.update("T", COLUMNS, KEY, null, null, old, row(values));
    }

    private static Change delete(@Nullable Object... values) {
        return Change.delete("t", COLUMNS, KEY, null, row(values));
    }

    /** Adds a change set at the next place, whose author had seen everything up to {@code base}. */
    private void commit(long base, Change... changes) {
        long place = stream.size() + 1;
        stream.add(new ChangeSet("n", 0, "", 0, "p", place, base, place, List.of(changes)));
    }

    private RowTracks follow(Scope scope, long from) throws SQLException {
        UndoSurvey survey = new UndoSurvey(
                new UndoSelection(scope, from, 0, Set.of(), RowIdentify.PK), RowIdentify.PK, replaced, 100);
        for (ChangeSet changeSet : stream) {
            if (changeSet.streamSequence() >= from) {
                survey.take(changeSet, message(changeSet));
            }
        }
        RowTracks tracks = new RowTracks(
                new UndoSelection(scope, from, 0, Set.of(), RowIdentify.PK),
                survey.rows(),
                replaced,
                RowIdentify.PK,
                merge);
        for (ChangeSet changeSet : stream) {
            if (changeSet.streamSequence() > survey.base()) {
                tracks.take(changeSet, message(changeSet));
            }
        }
        return tracks;
    }

    private static StreamMessage message(ChangeSet changeSet) {
        return new StreamMessage(changeSet.streamSequence(), 0, new byte[0]);
    }

    @Test
    void laterChangesOfTheSameRowAreInTheWayOfOneTransactionAndPartOfTheOthers() throws SQLException {
        commit(0, insert(1L, "x", null), insert(2L, "y", null));
        commit(1, update(row(1L, "x", null), 1L, "z", null));
        commit(2, update(row(1L, "z", null), 1L, "zz", null), update(row(2L, "y", null), 2L, "yy", null));
        assertThat(follow(Scope.ONLY, 2).conflicts())
                .containsExactly(new UndoConflict(Kind.CHANGED_SINCE, "T", List.of(1L), 3));
        assertThat(follow(Scope.ROWS, 2).changes())
                .singleElement()
                .isEqualTo(update(row(1L, "zz", null), 1L, "x", null));
        assertThat(follow(Scope.TRANSACTIONS, 2).changes()).hasSize(2);
        assertThat(follow(Scope.EVERYTHING, 1).changes())
                .as("what was made since is gone again")
                .containsExactly(delete(1L, "zz", null), delete(2L, "yy", null));
    }

    @Test
    void aRowIsFollowedThroughItsKeys() throws SQLException {
        commit(0, insert(1L, "x", null));
        commit(1, update(row(1L, "x", null), 5L, "x", null));
        commit(2, update(row(5L, "x", null), 5L, "y", null));
        RowTracks tracks = follow(Scope.ROWS, 2);
        assertThat(tracks.conflicts()).isEmpty();
        assertThat(tracks.changes())
                .extracting(Change::operation, Change::oldValues, Change::newValues)
                .containsExactly(
                        tuple(Operation.DELETE, row(5L, "y", null), List.of()),
                        tuple(Operation.INSERT, List.of(), row(1L, "x", null)));
    }

    @Test
    void whatAnAuthorHadNotSeenIsWhatComesBack() throws SQLException {
        commit(0, insert(1L, "x", "x"), insert(2L, "x", "x"));
        commit(1, update(row(1L, "x", "x"), 1L, "other", "x"), delete(2L, "x", "x"));
        commit(1, update(row(1L, "x", "x"), 1L, "x", "mine"), update(row(2L, "x", "x"), 2L, "x", "mine"));
        assertThat(follow(Scope.ONLY, 3).changes())
                .containsExactly(delete(2L, "x", "mine"), update(row(1L, "x", "mine"), 1L, "other", "x"));
        merge = MergeMode.COLUMN;
        assertThat(follow(Scope.ONLY, 3).changes())
                .containsExactly(delete(2L, "x", "mine"), update(row(1L, "other", "mine"), 1L, "other", "x"));
    }

    @Test
    void rowsThatHadToGiveWayComeBack() throws SQLException {
        commit(0, insert(1L, "key", "x"));
        commit(0, insert(2L, "key", "y"));
        replaced = Map.of(2L, List.of(new ReplacedRow(0, delete(1L, "key", "x"))));
        assertThat(follow(Scope.ONLY, 2).changes()).containsExactly(delete(2L, "key", "y"), insert(1L, "key", "x"));
    }

    @Test
    void rowsWithoutAKeyAreCounted() throws SQLException {
        List<String> columns = List.of("v");
        commit(0, Change.insert("w", columns, List.of(), 1L, row("a")));
        commit(
                1,
                Change.insert("w", columns, List.of(), 2L, row("a")),
                Change.update("w", columns, List.of(), 1L, 1L, row("a"), row("b")),
                Change.delete("w", columns, List.of(), 3L, row("c")));
        assertThat(follow(Scope.ONLY, 2).changes())
                .extracting(Change::operation, change -> change.oldValues() + "" + change.newValues())
                .containsExactly(tuple(Operation.DELETE, "[b][]"), tuple(Operation.INSERT, "[][c]"));
    }
}
