package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.history.HistoryCommand;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What stands in the way of taking back, and what that says. */
@Tag("system")
class UndoRefusalTests extends NodesWithMistakes {

    @Test
    void whatOthersHaveChangedSinceIsInTheWayUnlessItIsTakenAlong() throws Exception {
        String before = content(one);
        one.execute("UPDATE customer SET name = 'Eve'");
        one.awaitAppliedOn(two);
        long mistake = last("one");
        two.execute("UPDATE customer SET picture = x'00' WHERE id = 2");
        two.awaitAppliedOn(one);
        String after = content(one);
        UndoPlan plan = history.plan(UndoRequest.only(mistake));
        assertThat(plan.conflicts())
                .containsExactly(
                        new UndoConflict(UndoConflict.Kind.CHANGED_SINCE, "customer", List.of(2L), last("two")));
        assertThatExceptionOfType(UndoConflictException.class)
                .isThrownBy(() -> history.undo(UndoRequest.only(mistake)))
                .withMessageContaining("row [2] of table customer was changed since (transaction")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("55000"));
        assertThat(content(one)).isEqualTo(after);
        history.undo(UndoRequest.only(mistake).takingAlong());
        assertUndone(before);
    }

    @Test
    void keysThatOthersHoldAndRowsThatReferToWhatGoesAreInTheWay() throws Exception {
        String before = content(one);
        one.execute("UPDATE customer SET email = NULL WHERE id = 1");
        long freed = last("one");
        one.awaitAppliedOn(two);
        two.execute("INSERT INTO customer VALUES (7, 'Gil', 'ada@x', NULL)");
        two.awaitAppliedOn(one);
        long inserted = last("two");
        one.execute("INSERT INTO orders VALUES (70, 7, 1.0)");
        assertThat(history.plan(UndoRequest.only(freed)).conflicts())
                .containsExactly(new UndoConflict(UndoConflict.Kind.UNIQUE_KEY, "customer", List.of(7L), 0));
        assertThat(history.plan(UndoRequest.only(inserted)).conflicts())
                .containsExactly(new UndoConflict(UndoConflict.Kind.REFERENCES, "orders", List.of(70L), 0));
        one.execute("DELETE FROM orders WHERE id = 11");
        long order = last("one");
        two.awaitAppliedOn(one);
        two.execute("DELETE FROM customer WHERE id = 1");
        two.awaitAppliedOn(one);
        assertThat(history.plan(UndoRequest.only(order)).conflicts())
                .contains(new UndoConflict(UndoConflict.Kind.MISSING, "customer", List.of(1L), 0));
        history.undo(UndoRequest.only(order).takingAlong());
        assertThat(one.query("SELECT count(*) FROM orders WHERE customer = 1")).containsExactly("1");
        history.undo(UndoRequest.everythingFrom(freed));
        assertUndone(before);
    }

    @Test
    void whatCannotBeTakenBackSaysWhatToDo() throws Exception {
        one.execute("UPDATE customer SET name = 'Eve'");
        long mistake = last("one");
        one.execute("ALTER TABLE customer ADD COLUMN more");
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> history.plan(UndoRequest.only(mistake)))
                .withMessageContaining("changes the schema (ALTER TABLE customer ADD COLUMN more)")
                .withMessageContaining("copyAsOf(")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("55000"));
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> history.plan(UndoRequest.only(mistake + 1000)))
                .withMessageContaining("there is no transaction")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22023"));
        one.execute("DELETE FROM item");
        ReplicationHistory small = one.node().histories().history(3);
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> small.plan(UndoRequest.only(last("one"))))
                .withMessageContaining("ha.sqlite.history.max-rows")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("54000"));
    }

    @Test
    void theHistoryShowsWhatWasAskedFor() throws Exception {
        one.execute("UPDATE customer SET name = 'Eve' WHERE id = 2");
        one.awaitAppliedOn(two);
        two.execute("INSERT INTO note VALUES ('n')");
        two.awaitAppliedOn(one);
        assertThat(history.read(HistoryQuery.latest(2)))
                .extracting(HistoryEntry::node)
                .containsExactly("two", "one");
        assertThat(history.read(HistoryQuery.latest(9).row("CUSTOMER", 2))).hasSize(2);
        assertThat(history.read(HistoryQuery.latest(9).row("customer", 3))).hasSize(1);
        assertThat(history.read(HistoryQuery.latest(9).table("note").node("two")))
                .hasSize(1);
        HistoryCommand.Answer shown =
                HistoryCommand.parse("HISTORY '1h'").orElseThrow().run(history, Instant.now());
        assertThat(shown.columns()).containsExactly("seq", "sql", "timestamp", "node", "number");
        assertThat(shown.rows()).hasSize(14);
        assertThat(shown.rows().get(12).get(1)).isEqualTo("UPDATE \"customer\" SET \"name\" = 'Eve' WHERE \"id\" = 2");
        long change = last("one");
        HistoryCommand.Answer plan =
                HistoryCommand.parse("EXPLAIN UNDOE " + change).orElseThrow().run(history, Instant.now());
        assertThat(plan.rows()).hasSize(1);
        HistoryCommand.Answer done =
                HistoryCommand.parse("UNDOE " + change + ";").orElseThrow().run(history, Instant.now());
        assertThat(done.rows()).containsExactly(List.of(1L, 1L));
        assertThat(one.query("SELECT name FROM customer WHERE id = 2")).containsExactly("Bob");
    }
}
