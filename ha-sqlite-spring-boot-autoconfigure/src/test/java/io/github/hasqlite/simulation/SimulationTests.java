package io.github.hasqlite.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Production nodes come to the same content, whatever happens on the way. */
@Tag("simulation")
class SimulationTests {

    private static final int SEEDS = Integer.getInteger("ha.sqlite.test.simulations", 20);

    @Test
    void nodesConverge() throws Exception {
        Long one = Long.getLong("ha.sqlite.test.simulation");
        assertThat(one == null ? Simulation.firstFailure(1, SEEDS) : Simulation.firstFailure(one, 1))
                .isNull();
    }

    @Test
    void oneSeedIsOneHistory() throws Exception {
        for (long seed = 1; seed <= 3; seed++) {
            assertThat(Simulation.play(seed)).as("seed %d", seed).isEqualTo(Simulation.play(seed));
        }
    }
}
