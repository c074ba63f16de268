package io.github.hasqlite.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What applications were told about their transactions. Each wrote a mark. Used by whoever has the baton. */
final class Ledger {

    /** What an application knows of a transaction. */
    enum Outcome {
        /** Nobody was told, or that it is not known. */
        UNKNOWN,
        /** It was committed here; it may not have left the node. */
        COMMITTED_HERE,
        /** It is in the stream. */
        STORED,
        /** It was rolled back. */
        ROLLED_BACK,
        /** It was given up with the stream that it was in, or with the database. */
        LOST
    }

    /** One transaction. */
    static final class Entry {
        final long mark;
        final Object process;
        final List<String> columns;
        /** Whether it has added one to the counter. */
        boolean counted;
        /** Whether it has added one to the schema's version. */
        boolean version;
        /** Whether it has a row whose key was left to the node. */
        boolean keyed;

        Outcome outcome = Outcome.UNKNOWN;
        private boolean doubtful;

        Entry(long mark, Object process, List<String> columns) {
            this.mark = mark;
            this.process = process;
            this.columns = columns;
        }

        /** The application learns something. */
        void learns(Outcome what) {
            outcome = doubtful && what != Outcome.ROLLED_BACK ? Outcome.UNKNOWN : what;
        }

        /** Whether a node has made it, in any of its lives. */
        boolean isOf(SimulatedNode node) {
            return process instanceof SimulatedRuntime runtime && runtime.isOf(node);
        }

        @Override
        public String toString() {
            return "mark " + mark + " of " + process + " " + outcome;
        }
    }

    private final Map<Long, Entry> entries = new LinkedHashMap<>();
    private final Set<Long> seen = new TreeSet<>();
    private long last = 1_000_000;

    long nextMark() {
        return ++last;
    }

    /** A transaction that is about to be committed. */
    Entry begin(long mark, Object process, List<String> columns) {
        Entry entry = new Entry(mark, process, columns);
        entries.put(mark, entry);
        return entry;
    }

    /** What a process has said to be committed, and what had not left it, may be gone with its machine. */
    void powerLost(Object process) {
        for (Entry each : entries.values()) {
            if (each.process == process && each.outcome == Outcome.COMMITTED_HERE) {
                each.outcome = Outcome.UNKNOWN;
            }
        }
    }

    /** Somebody has read these marks. */
    void saw(Collection<Long> marks) {
        seen.addAll(marks);
    }

    Set<Long> seen() {
        return seen;
    }

    /** The stream may have lost anything that was in it. */
    void doubtAll() {
        for (Entry each : entries.values()) {
            each.doubtful = true;
            each.learns(each.outcome);
        }
    }

    /**
     * A node that is down leaves the database that it has, or the stream.
     *
     * @param kept marks of what is not given up
     * @param to what becomes of the others
     */
    void abandon(SimulatedNode node, Set<String> kept, Outcome to) {
        for (Entry each : entries.values()) {
            if (each.isOf(node) && each.outcome != Outcome.ROLLED_BACK && !kept.contains(String.valueOf(each.mark))) {
                each.outcome = to;
            }
        }
    }

    long lastMark() {
        return last;
    }

    List<Entry> entries() {
        return new ArrayList<>(entries.values());
    }
}
