package io.github.hasqlite.core.apply;

import io.github.hasqlite.ChangeSet;

/** What is known of the author of the change set that is being applied, the same on every node. Not thread-safe. */
final class Authorship {

    private static final double NANOS_A_SECOND = 1e9;

    private String origin = "";
    private double seconds;
    private int change;

    /** A change set is about to be applied. */
    void begins(ChangeSet changeSet) {
        origin = changeSet.publisher().isEmpty()
                ? "s" + changeSet.streamSequence()
                : changeSet.publisher() + "." + changeSet.counter();
        seconds = changeSet.timestampNs() / NANOS_A_SECOND;
        change = 0;
    }

    /** Which change of it comes next. */
    void at(int index) {
        change = index;
    }

    /** The author's clock, in seconds since 1970. */
    double seconds() {
        return seconds;
    }

    /** A text that no other change has. */
    String unique() {
        return origin + "." + change;
    }
}
