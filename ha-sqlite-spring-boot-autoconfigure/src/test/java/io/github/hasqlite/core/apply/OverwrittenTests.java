package io.github.hasqlite.core.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.Conflict.Kind;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.core.replay.Replica;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as overwritten unseen, and what becomes of rows under both merge modes. */
class OverwrittenTests {

    private static final List<String> COLUMNS = List.of("id", "mail", "v");
    private static final List<String> KEY = List.of("id");

    @TempDir
    Path folder;

    private static List<@Nullable Object> row(@Nullable Object... values) {
        return Arrays.asList(values);
    }

    private static Change insert(Object... row) {
        return Change.insert("t", COLUMNS, KEY, (Long) row[0], row(row));
    }

    private static Change update(List<@Nullable Object> old, List<@Nullable Object> now) {
        return Change.update("t", COLUMNS, KEY, (Long) old.get(0), (Long) now.get(0), old, now);
    }

    private static Change delete(Object... row) {
        return Change.delete("t", COLUMNS, KEY, (Long) row[0], row(row));
    }

    private Replica replica(MergeMode merge) throws SQLException {
        Replica replica = new Replica(folder.resolve("r.db"), RowIdentify.PK, merge);
        replica.run(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, mail TEXT UNIQUE COLLATE NOCASE, v)",
                "INSERT INTO t VALUES(1, 'a', 1), (2, 'b', x'00')");
        return replica;
    }

    private static List<String> overwritten(Replica replica, Change... changes) throws SQLException {
        replica.apply(changes);
        return replica.application.overwritten().stream()
                .map(row -> row.change() + " " + row.kind() + " "
                        + (row.losing() == null
                                ? null
                                : row.losing().oldValues().get(0)))
                .toList();
    }

    @Test
    void whatTheAuthorSawIsNoConflict() throws SQLException {
        try (Replica replica = replica(MergeMode.ROW)) {
            assertThat(overwritten(
                            replica,
                            insert(3L, "c", 1L),
                            update(row(2L, "b", new byte[] {0}), row(2L, "B", -0.0)),
                            update(row(2L, "B", -0.0), row(4L, "b", null)),
                            delete(1L, "a", 1L),
                            insert(1L, "a", 2L)))
                    .isEmpty();
            assertThat(replica.rows("SELECT * FROM t")).containsExactly("i:1|t:a|i:2", "i:3|t:c|i:1", "i:4|t:b|null");
        }
    }

    @Test
    void sameRowAndSameKeys() throws SQLException {
        try (Replica replica = replica(MergeMode.ROW)) {
            assertThat(overwritten(replica, update(row(1L, "a", 9L), row(1L, "a", 10L))))
                    .containsExactly("0 UPDATE_UPDATE 1");
            assertThat(overwritten(replica, insert(1L, "x", 1L))).containsExactly("0 INSERT_INSERT 1");
            assertThat(overwritten(replica, insert(5L, "B", 1L))).containsExactly("0 UNIQUE_KEY 2");
            assertThat(overwritten(replica, update(row(7L, "g", 1L), row(7L, "g", 2L))))
                    .containsExactly("0 UPDATE_DELETE null");
            assertThat(overwritten(replica, delete(7L, "g", 1L))).containsExactly("0 UPDATE_DELETE 7");
            assertThat(overwritten(replica, delete(7L, "g", 1L))).isEmpty();
            assertThat(overwritten(replica, update(row(1L, "x", 1L), row(5L, "x", 1L))))
                    .containsExactly("0 UNIQUE_KEY 5");
            assertThat(replica.rows("SELECT * FROM t")).containsExactly("i:5|t:x|i:1");
        }
    }

    @Test
    void theSameInsertTwiceLosesNothing() throws SQLException {
        try (Replica replica = replica(MergeMode.ROW)) {
            assertThat(overwritten(replica, insert(1L, "a", 1L))).isEmpty();
        }
    }

    @Test
    void differentColumnsOfOneRowBothSurvive() throws SQLException {
        try (Replica replica = replica(MergeMode.COLUMN)) {
            assertThat(overwritten(replica, update(row(1L, "a", 1L), row(1L, "new", 1L))))
                    .isEmpty();
            assertThat(overwritten(replica, update(row(1L, "a", 1L), row(1L, "a", 2L))))
                    .isEmpty();
            assertThat(replica.rows("SELECT * FROM t WHERE id = 1")).containsExactly("i:1|t:new|i:2");
            assertThat(overwritten(replica, update(row(1L, "a", 1L), row(1L, "a", 3L))))
                    .containsExactly("0 UPDATE_UPDATE 1");
            assertThat(replica.rows("SELECT * FROM t WHERE id = 1")).containsExactly("i:1|t:new|i:3");
        }
    }

    @Test
    void anUpdateThatReplacesAndFailsLeavesAllAsItWas() throws SQLException {
        try (Replica replica = replica(MergeMode.ROW)) {
            replica.run(
                    "CREATE TABLE c(id INTEGER PRIMARY KEY, k UNIQUE, v NOT NULL)",
                    "INSERT INTO c VALUES(1,1,1),(2,2,2)");
            Change update =
                    Change.update("c", List.of("id", "k", "v"), KEY, 1L, 1L, row(1L, 1L, 1L), row(1L, 2L, null));
            assertThat(replica.apply(update)).isInstanceOf(Outcome.Failed.class);
            assertThat(replica.application.overwritten())
                    .containsExactly(new Overwritten.Row(0, Kind.SCHEMA_CHANGE, "c", update));
            assertThat(replica.rows("SELECT * FROM c")).containsExactly("i:1|i:1|i:1", "i:2|i:2|i:2");
        }
    }
}
