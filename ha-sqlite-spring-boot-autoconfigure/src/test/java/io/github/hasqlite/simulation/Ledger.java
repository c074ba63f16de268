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
        ROLLED_BACK
    }

    /** One transaction; the last two say whether it has added one to the counter, and to the schema's version. */
    static final class Entry {
        final long mark;
        final Object process;
        final List<String> columns;
        final boolean counted;
        final boolean version;
        Outcome outcome = Outcome.UNKNOWN;

        Entry(long mark, Object process, List<String> columns, boolean counted, boolean version) {
            this.mark = mark;
            this.process = process;
            this.columns = columns;
            this.counted = counted;
            this.version = version;
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
    Entry begin(long mark, Object process, List<String> columns, boolean counted, boolean version) {
        Entry entry = new Entry(mark, process, columns, counted, version);
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

    List<Entry> entries() {
        return new ArrayList<>(entries.values());
    }
}
