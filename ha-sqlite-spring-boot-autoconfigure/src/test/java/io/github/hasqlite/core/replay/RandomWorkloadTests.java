package io.github.hasqlite.core.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.TextEncoding;
import io.github.hasqlite.core.apply.Outcome;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("simulation")
class RandomWorkloadTests {

    /** How many seeds to try, and the first one: {@code -Dha.sqlite.test.seeds}, {@code -Dha.sqlite.test.seed}. */
    private static final int SEEDS = Integer.getInteger("ha.sqlite.test.seeds", 12);

    /** Most seeds have the usual one. */
    private static final List<TextEncoding> ENCODINGS =
            List.of(TextEncoding.UTF_8, TextEncoding.UTF_16LE, TextEncoding.UTF_8, TextEncoding.UTF_16BE);

    private static final long FIRST = Long.getLong("ha.sqlite.test.seed", 1);

    @TempDir
    Path folder;

    @Test
    void endsAsTheAuthorDid() throws SQLException {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            TextEncoding encoding = ENCODINGS.get((int) (seed % ENCODINGS.size()));
            RandomWorkload workload = new RandomWorkload(seed, encoding);
            try (Author author = new Author(Databases.create(folder.resolve("author" + seed), encoding));
                    Replica replica = new Replica(Databases.create(folder.resolve("replica" + seed), encoding))) {
                author.script(RandomWorkload.SCHEMA);
                replica.run(RandomWorkload.SCHEMA);
                List<String> history = new ArrayList<>();
                for (int batch = 0; batch < 15; batch++) {
                    List<ChangeSet> changeSets = write(author, workload, history);
                    replica.run("BEGIN IMMEDIATE");
                    for (ChangeSet changeSet : changeSets) {
                        assertThat(replica.application.apply(changeSet))
                                .as("seed %d after %s", seed, history)
                                .isEqualTo(Outcome.Applied.WHOLLY);
                    }
                    replica.application.prepareCommit();
                    replica.run("COMMIT");
                    assertThat(withoutSequences(Databases.content(replica.connection)))
                            .as("seed %d after %s", seed, history)
                            .isEqualTo(withoutSequences(Databases.content(author.connection)));
                }
                replica.run("INSERT INTO f(f, rank) VALUES('integrity-check', 1)");
                assertThat(Databases.schema(replica.connection)).isEqualTo(Databases.schema(author.connection));
            }
        }
    }

    /** INSERT OR IGNORE moves the author's sequence on without a change. */
    private static List<String> withoutSequences(List<String> content) {
        return content.stream().filter(line -> !line.startsWith("t:sequence")).toList();
    }

    private static List<ChangeSet> write(Author author, RandomWorkload workload, List<String> history)
            throws SQLException {
        List<ChangeSet> changeSets = new ArrayList<>();
        for (int i = workload.below(6); i >= 0; i--) {
            author.begin();
            history.add("begin");
            for (int j = workload.below(4); j >= 0; j--) {
                RandomWorkload.Bound bound = workload.statement();
                history.add(bound.sql() + java.util.Arrays.deepToString(bound.args()));
                try {
                    author.run(bound.sql(), bound.args());
                } catch (SQLException e) {
                    history.add("failed: " + e.getMessage());
                }
            }
            ChangeSet changeSet = author.commit();
            if (!changeSet.changes().isEmpty()) {
                changeSets.add(changeSet);
            }
        }
        return changeSets;
    }

    @Test
    void dependsOnDatabaseAndMessageAlone() throws SQLException {
        for (RowIdentify identify : RowIdentify.values()) {
            for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
                applyTwice(identify, seed);
            }
        }
    }

    /** One replica applies all in one transaction, the other each alone, forgetting its caches now and then. */
    private void applyTwice(RowIdentify identify, long seed) throws SQLException {
        TextEncoding encoding = ENCODINGS.get((int) (seed % ENCODINGS.size()));
        RandomWorkload workload = new RandomWorkload(seed, encoding);
        try (Replica one = new Replica(Databases.create(folder.resolve(identify + "one" + seed), encoding), identify);
                Replica other =
                        new Replica(Databases.create(folder.resolve(identify + "other" + seed), encoding), identify)) {
            one.run(RandomWorkload.SCHEMA);
            other.run(RandomWorkload.SCHEMA);
            one.run("BEGIN IMMEDIATE");
            for (int i = 0; i < 60; i++) {
                List<Change> changes = new ArrayList<>();
                for (int j = workload.below(4); j >= 0; j--) {
                    changes.add(workload.below(10) == 0 ? workload.schemaCommand() : workload.change());
                }
                ChangeSet changeSet = Databases.changeSet(changes);
                if (workload.below(5) == 0) {
                    other.application.schemaChanged();
                }
                if (workload.below(9) == 0) {
                    // an attempt whose transaction did not commit
                    other.run("BEGIN IMMEDIATE");
                    other.application.apply(changeSet);
                    other.run("ROLLBACK");
                    other.application.rolledBack();
                }
                assertThat(other.apply(changeSet))
                        .as("%s seed %d step %d %s", identify, seed, i, changes)
                        .isEqualTo(one.application.apply(changeSet));
            }
            one.application.prepareCommit();
            one.run("COMMIT");
            assertThat(Databases.content(one.connection))
                    .as("%s seed %d", identify, seed)
                    .isEqualTo(Databases.content(other.connection));
            assertThat(Databases.schema(one.connection)).isEqualTo(Databases.schema(other.connection));
            assertThat(one.rows("PRAGMA integrity_check")).containsExactly("t:ok");
            one.run("INSERT INTO f(f, rank) VALUES('integrity-check', 1)");
        }
    }
}
