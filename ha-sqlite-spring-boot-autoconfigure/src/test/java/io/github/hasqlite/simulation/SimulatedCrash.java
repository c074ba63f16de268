package io.github.hasqlite.simulation;

/** Ends a thread whose process is dead. */
final class SimulatedCrash extends Error {

    private static final long serialVersionUID = 1L;

    SimulatedCrash() {
        super("the simulated process is dead", null, false, false);
    }
}
