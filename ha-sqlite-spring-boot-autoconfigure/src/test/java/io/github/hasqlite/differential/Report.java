package io.github.hasqlite.differential;

/** What a person needs to know of a difference: first what differed, for logs that are cut, then the script. */
final class Report {

    private Report() {}

    /** Runs a script that differed again, makes it short and writes it down. */
    static String of(Script script, String difference, DifferentialRun run) {
        String head = "seed " + script.seed() + " differs (" + run.kindOf(script.seed()) + ")";
        try (DifferentialRun alone = run.onNewClusters()) {
            if (alone.run(script) == null) {
                return head + ", but not on a new cluster:\n" + difference + "\n" + script;
            }
            Script shrunk = new Shrinker(alone).shrink(script);
            String again = alone.run(shrunk);
            return head + ", " + script.steps().size() + " steps made "
                    + shrunk.steps().size() + ":\n"
                    + (again == null ? "Not every time! At first: " + difference : again) + "\n" + shrunk;
        }
    }
}
