package io.github.hasqlite.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.differential.Cluster.Kind;
import io.github.hasqlite.testing.NatsServer;
import java.time.Duration;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Proves that an application cannot tell a replicated node from plain sqlite-jdbc, and that a second
 * node ends with the same content: thousands of seeded random scripts run on both, step by step.
 *
 * <p>{@code -Dha.sqlite.test.seeds} says how many (600, ten
 * times what the mutant that hides best needs in {@link BrokenVariantsTests}), {@code -Dha.sqlite.test.minutes} runs as many
 * new ones as fit into that time, {@code -Dha.sqlite.test.seed} runs one.
 */
@Tag("simulation")
class DifferentialTests {

    private static final int SEEDS = Integer.getInteger("ha.sqlite.test.seeds", 600);
    private static final int SEEDS_OVER_SERVER = Math.min(300, SEEDS / 10);

    @Test
    void scriptsCannotTellTheNodeFromPlainSqlite() {
        Long one = Long.getLong("ha.sqlite.test.seed");
        Seeds seeds = one == null ? Seeds.from(1, SEEDS - SEEDS_OVER_SERVER) : Seeds.from(one, 1);
        assertNoDifference(seeds, Kind::inMemory);
    }

    @Test
    void scriptsCannotTellAStrictNodeFromPlainSqlite() {
        assertNoDifference(Seeds.from(2_000_000, SEEDS / 4), Kind::strict);
    }

    @Test
    @Tag("nats")
    void scriptsCannotTellTheNodeFromPlainSqliteOverServer() {
        // wide rows of long values come to more than the usual 1 MiB
        try (NatsServer server = NatsServer.start("max_payload: 8388608")) {
            assertNoDifference(
                    Seeds.from(1_000_000, SEEDS_OVER_SERVER),
                    seed -> Kind.inMemory(seed).over(server));
        }
    }

    @Test
    void newScriptsUntilTheTimeIsOver() {
        Integer minutes = Integer.getInteger("ha.sqlite.test.minutes");
        if (minutes != null) {
            assertNoDifference(
                    Seeds.during(System.currentTimeMillis() * 1_000, Duration.ofMinutes(minutes)), Kind::inMemory);
        }
    }

    private static void assertNoDifference(Seeds seeds, LongFunction<Kind> kinds) {
        List<String> reports = SeedRunner.run(seeds, kinds);
        assertThat(reports).withFailMessage(() -> String.join("\n\n", reports)).isEmpty();
    }
}
