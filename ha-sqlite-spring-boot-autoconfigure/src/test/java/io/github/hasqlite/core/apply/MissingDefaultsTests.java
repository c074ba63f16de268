package io.github.hasqlite.core.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.replay.Replica;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns that an author had not seen get the same value on every node. */
class MissingDefaultsTests {

    /** 2001-09-09 01:46:40. */
    private static final long MOMENT = 1_000_000_000_000_000_000L;

    @TempDir
    Path folder;

    @Test
    void theClockIsTheAuthorsAndNothingIsLeftToChance() throws Exception {
        List<Change> changes = List.of(
                Change.insert("t", List.of("a"), List.of(), 7L, List.of(1L)),
                Change.update("t", List.of("a"), List.of(), 8L, 8L, List.of(5L), List.of(6L)));
        ChangeSet changeSet = new ChangeSet("n", 1, "f", MOMENT, "p", 3, 0, 1, changes);
        List<String> expected = null;
        for (String name : List.of("one", "two")) {
            try (Replica replica = new Replica(folder.resolve(name))) {
                replica.run("CREATE TABLE t(a, b DEFAULT CURRENT_TIMESTAMP, c TEXT NOT NULL DEFAULT current_date,"
                        + " d DEFAULT (time()), e DEFAULT (strftime('%s', 'NOW', '+1 second') || 'it''s'),"
                        + " f DEFAULT (random()), g TEXT NOT NULL DEFAULT (hex(randomblob(8))) UNIQUE,"
                        + " h DEFAULT (abs(-3) + max(1, 2)), i DEFAULT 'x(', j DEFAULT -5, k AS (a + 1),"
                        + " \"l \"\"\" DEFAULT (CASE WHEN (1) THEN \"date\"('now') END))");
                assertThat(replica.apply(changeSet)).isEqualTo(Outcome.Applied.WHOLLY);
                List<String> rows = replica.rows("SELECT * FROM t ORDER BY a");
                assertThat(rows.get(0))
                        .isEqualTo("i:1|t:2001-09-09 01:46:40|t:2001-09-09|t:01:46:40|t:1000000001it's|null|t:p.3.0"
                                + "|i:5|t:x(|i:-5|i:2|t:2001-09-09");
                assertThat(expected == null ? rows : expected).isEqualTo(rows);
                expected = rows;
            }
        }
        assertThat(expected).hasSize(2);
    }
}
