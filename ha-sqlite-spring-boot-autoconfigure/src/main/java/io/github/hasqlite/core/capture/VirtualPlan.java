package io.github.hasqlite.core.capture;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How what a statement writes to virtual tables gets to the other nodes.
 *
 * @param way how
 * @param inserts whether the statement itself adds rows to a virtual table, or gives it a command
 * @param constant whether the statement would do the same on every node
 * @param over whether the rows' values must replace what triggers make of them on the other nodes
 * @param reason why it cannot be sent, or {@code null}
 * @param keeping the tables that the statement may write whose rows it must not replace: their DELETE triggers
 *     write to virtual tables, and SQLite does not run them for replaced rows, but other nodes do. {@code true}
 *     where a row with the same rowid in its place makes up for that
 */
record VirtualPlan(
        Way way,
        boolean inserts,
        boolean constant,
        boolean over,
        @Nullable String reason,
        Map<String, Boolean> keeping) {

    /** No virtual table is written, or only by triggers that do the same on every node. */
    static final VirtualPlan NOTHING = new VirtualPlan(Way.NONE, false, true, false, null, Map.of());

    /** The ways there are. */
    enum Way {
        NONE,
        /** As its text, with the values bound to it. */
        TEXT,
        /** The rows that it has written, as values. */
        ROWS,
        REFUSED
    }

    static VirtualPlan text() {
        return new VirtualPlan(Way.TEXT, false, true, false, null, Map.of());
    }

    static VirtualPlan rows(boolean inserts, boolean constant, boolean over) {
        return new VirtualPlan(Way.ROWS, inserts, constant, over, null, Map.of());
    }

    static VirtualPlan refused(String reason) {
        return new VirtualPlan(Way.REFUSED, false, false, false, reason, Map.of());
    }

    VirtualPlan keeping(Map<String, Boolean> tables) {
        return tables.isEmpty() ? this : new VirtualPlan(way, inserts, constant, over, reason, tables);
    }
}
