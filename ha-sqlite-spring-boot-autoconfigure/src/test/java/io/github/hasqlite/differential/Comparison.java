package io.github.hasqlite.differential;

/** One script on two sides, step by step. */
final class Comparison {

    /** The script cannot be compared any further, for a reason that is known. */
    static final String EXCUSED = "excused";

    private final Player plain;
    private final Player node;
    private int number;
    private boolean upset;
    private boolean cursors;
    private boolean brokeForeignKey;

    Comparison(Player plain, Player node) {
        this.plain = plain;
        this.node = node;
    }

    /** Whether SQLite's counters need not be alike any more. */
    boolean isUpset() {
        return upset;
    }

    /**
     * Does one step on both sides.
     *
     * @return what differs, {@link #EXCUSED}, or {@code null}
     */
    String play(Step step) {
        number++;
        String expected = plain.play(step);
        String seen = node.play(step);
        cursors |= step.toString().contains(Step.Reading.LEFT_OPEN.name());
        if (KnownDifferences.excuses(seen, cursors)
                || KnownDifferences.excusesSilence(step, expected, seen)
                || KnownDifferences.excusesEarlyRows(step, expected, seen)
                || (KnownDifferences.mayOverlookForeignKey(step, expected, seen) && plain.hasBrokenForeignKeys())) {
            return EXCUSED;
        }
        boolean foreignKey = brokeForeignKey && KnownDifferences.excusesForeignKey(expected, seen);
        if (foreignKey || (expected.equals(seen) && KnownDifferences.excusesAlter(step, expected))) {
            return EXCUSED;
        }
        brokeForeignKey |= seen.contains("FOREIGN KEY");
        upset |= KnownDifferences.upsetsCounters(step, seen);
        return difference("Step " + number + ": " + step, expected, seen);
    }

    /** Ends what is open on both sides. */
    String end() {
        String expected = plain.endAll();
        String seen = node.endAll();
        if (brokeForeignKey && KnownDifferences.excusesForeignKey(expected, seen)) {
            return EXCUSED;
        }
        upset |= seen.contains("FOREIGN KEY");
        return difference("The end", expected, seen);
    }

    private String difference(String what, String expected, String seen) {
        boolean alike = upset || KnownDifferences.countsTriggers(what)
                ? KnownDifferences.withoutCounters(expected).equals(KnownDifferences.withoutCounters(seen))
                : expected.equals(seen);
        return alike
                ? null
                : Values.visible(what) + " differs\n    plain: " + Values.visible(expected) + "\n    node:  "
                        + Values.visible(seen);
    }
}
