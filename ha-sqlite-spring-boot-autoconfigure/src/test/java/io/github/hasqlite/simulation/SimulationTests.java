package io.github.hasqlite.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.hasqlite.testing.MutantLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Production nodes come to the same content, whatever happens on the way, and keep what they have promised. System
 * properties: {@code ha.sqlite.test.simulations} says how many seeds to play (220, ten
 * times what the mutant that hides best needs of those that any kind of history may find), {@code ha.sqlite.test.simulation} replays one.
 */
@Tag("simulation")
class SimulationTests {

    private static final int SEEDS = Integer.getInteger("ha.sqlite.test.simulations", 230);
    private static final int SEEDS_FOR_MUTANTS = 400;
    private static final long GROUP_SEEDS = Math.max(1, SEEDS / 25);
    private static final int THREADS = 2;

    @Test
    void nodesConverge() throws Exception {
        Long one = Long.getLong("ha.sqlite.test.simulation");
        if (one != null) {
            check(Simulation.firstFailure(one, 1));
            return;
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<String>> halves = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                long from = 1 + (long) i * SEEDS / THREADS;
                halves.add(() -> Simulation.firstFailure(from, SEEDS / THREADS));
            }
            for (Future<String> half : threads.invokeAll(halves)) {
                check(half.get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** The seed stands in the first line, which is what the summary of all tests repeats. */
    private static void check(@Nullable String failure) {
        if (failure != null) {
            fail(failure);
        }
    }

    /** All that happens, who runs when and what is stored, comes from the seed alone. */
    @Test
    void oneSeedIsOneHistory() throws Exception {
        for (long seed = 2; seed <= 5; seed++) {
            Simulation.Result first = Simulation.play(seed);
            Simulation.Result second = Simulation.play(seed);
            assertThat(second.events()).as("seed %d", seed).isEqualTo(first.events());
            assertThat(second.hash()).as("seed %d", seed).isEqualTo(first.hash());
        }
    }

    @Test
    void strictCommitsThatComeTogetherAreOneHistory() throws Exception {
        check(Simulation.firstFailure(Emphasis.GROUPS, GROUP_SEEDS));
    }

    @ParameterizedTest
    @CsvSource({
        // readers do not wait
        "io.github.hasqlite.core.commit.GroupCommit, awaitFate",
        // nobody learns that what it has read was taken back
        "io.github.hasqlite.core.replay.UndecidedCommits, noteTakenBack",
        // what is doomed stays in the database
        "io.github.hasqlite.core.replay.Rebase, undo",
        // what was taken out of the database is published again
        "io.github.hasqlite.core.replay.GatheredCommits, clear",
        // what the stream has accepted stays in the outbox
        "io.github.hasqlite.core.replay.Settlement, writeRows",
        // what the stream may not have accepted stays there over a crash
        "io.github.hasqlite.core.replay.UndecidedReplay, recover"
    })
    void brokenRuleOfGroupsIsFound(String className, String method) throws Exception {
        Class<?> simulation = new MutantLoader(className, method).loadClass(Simulation.class.getName());
        assertThat(simulation
                        .getMethod("firstFailure", long.class, long.class)
                        .invoke(null, Emphasis.GROUPS, SEEDS_FOR_MUTANTS))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        // what is pending is not taken out for what comes before it
        "io.github.hasqlite.core.replay.Rebase, undo",
        // what is pending is not put back
        "io.github.hasqlite.core.replay.Rebase, redo",
        // what was put back is taken out again as it was at first
        "io.github.hasqlite.core.outbox.OutboxTable, setUndo",
        // repeated and overtaking messages count
        "io.github.hasqlite.core.replay.PublisherCounters$Step, judge",
        // rows with the same keys do not meet
        "io.github.hasqlite.core.apply.Footprint$Builder, addKey",
        // tables with computed keys are not met as a whole
        "io.github.hasqlite.core.apply.Footprint$Builder, addWholeTable",
        // what somebody else published in this node's name takes the place of what is pending
        "io.github.hasqlite.core.replay.PendingOverlay, noteForgery",
        // what was renamed and dropped is not kept
        "io.github.hasqlite.core.apply.Renames, write",
        // rows that a rebuild has copied overwrite what others have committed meanwhile
        "io.github.hasqlite.core.replay.ChangeSetReplay, givesWay",
        // a schema change drops what its author had not seen
        "io.github.hasqlite.core.apply.SchemaChanges, cross",
        // a rowid that another row has goes unnoticed
        "io.github.hasqlite.core.apply.RowidWatch, miss",
        // what was not acknowledged is not sent again
        "io.github.hasqlite.core.outbox.Dispatch, goBack",
        // a strict transaction commits without noting its place in the stream
        "io.github.hasqlite.core.commit.StrictCommitLog$Here, settle",
        // keys that are left to the node are counted by SQLite
        "io.github.hasqlite.core.jdbc.KeyedInserts, mayConcern",
        // what a new stream begins with still knows the counters of the old one
        "io.github.hasqlite.core.replay.CanonicalState, forgetReplication",
        // what is pending is compared with what the others have
        "io.github.hasqlite.core.verify.HeldDatabase, hasPending"
    })
    void brokenRuleIsFound(String className, String method) throws Exception {
        Class<?> simulation = new MutantLoader(className, method).loadClass(Simulation.class.getName());
        assertThat(simulation.getMethod("firstFailure", long.class, long.class).invoke(null, 1L, SEEDS_FOR_MUTANTS))
                .isNotNull();
    }
}
