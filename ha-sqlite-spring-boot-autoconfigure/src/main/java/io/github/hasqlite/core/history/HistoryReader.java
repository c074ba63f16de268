package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber.StreamState;
import io.github.hasqlite.HistoryEntry;
import io.github.hasqlite.HistoryQuery;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.replay.AcceptedChangeSets;
import io.github.hasqlite.core.replay.AppliedPlace;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Reads the change sets of the stream that have taken effect. Thread-safe. */
final class HistoryReader {

    /** How far before what is wanted to begin, so that it is known what is a repetition. */
    private static final long AHEAD = 1_000;

    /** If that was not enough, so many times as far. */
    private static final int FARTHER = 16;

    /** Of the newest, one looks at so many messages first. */
    private static final long FIRST_WINDOW = 256;

    private final StreamRange stream;
    private final ChangeSetSerializer serializer;
    private final Path folder;

    /**
     * A reader of one stream.
     *
     * @param folder where parts of large change sets wait for the others
     */
    HistoryReader(StreamRange stream, ChangeSetSerializer serializer, Path folder) {
        this.stream = stream;
        this.serializer = serializer;
        this.folder = folder;
    }

    /** Takes change sets. */
    interface Visitor {

        /**
         * Takes the next one, of transactions that came together each on its own; good until this returns if it is
         * large.
         *
         * @param message its last message
         */
        void take(ChangeSet changeSet, StreamMessage message) throws IOException, SQLException;

        /** The stream goes on from another database here. */
        default void restored(StreamMessage message) throws SQLException {}
    }

    // ---- exactly

    /**
     * Goes through change sets in the order of the stream.
     *
     * @param first the first place that counts
     * @param place how far this node is, which is also how far it goes
     * @return whether what is told was what this node has accepted, as far as that can be told afterwards. If it is not,
     *     it is worth another attempt that begins farther ahead
     */
    boolean visit(long first, AppliedPlace place, long ahead, Visitor visitor) throws IOException, SQLException {
        try (AcceptedChangeSets accepted = new AcceptedChangeSets(serializer, folder)) {
            stream.read(Math.max(1, first - ahead), place.sequence(), message -> {
                if (AcceptedChangeSets.isBaseline(message)) {
                    if (message.sequence() >= first) {
                        visitor.restored(message);
                    }
                    return true;
                }
                ChangeSet changeSet = accepted.next(message);
                if (changeSet != null && message.sequence() >= first) {
                    visit(changeSet, message, visitor);
                }
                return true;
            });
            boolean certain = accepted.doubtful() < first || !accepted.hasMissed(place);
            return certain && accepted.agreesWith(place);
        }
    }

    /** Something that is computed from change sets. */
    interface Computation<T extends Visitor> {
        T begin();
    }

    /**
     * Goes through change sets, from farther ahead until it is certain which they are.
     *
     * @return what has been told of the right ones
     * @throws IOException if the stream does not hold enough to tell, or cannot be read
     */
    <T extends Visitor> T compute(long first, AppliedPlace place, Computation<T> computation)
            throws IOException, SQLException {
        long ahead = AHEAD;
        while (true) {
            T visitor = computation.begin();
            if (visit(first, place, ahead, visitor)) {
                return visitor;
            }
            if (first - ahead <= stream.state().firstSequence()) {
                throw new IOException("it cannot be told any more which messages from " + first
                        + " on have taken effect, because what was before them has left the stream");
            }
            ahead *= FARTHER;
        }
    }

    // ---- to look at

    /** Reads what a query asks for, the newest first. */
    List<HistoryEntry> read(HistoryQuery query, AppliedPlace place) throws IOException, SQLException {
        StreamState now = stream.state();
        long oldest = Math.max(Math.max(1, query.fromPosition()), now.firstSequence());
        if (query.since() != null) {
            oldest = Math.max(oldest, stream.since(Times.nanos(query.since())));
        }
        long newest = Math.min(query.toPosition(), place.sequence());
        HistoryFilter filter = new HistoryFilter(query);
        Deque<HistoryEntry> found = new ArrayDeque<>();
        long window = Math.max(FIRST_WINDOW, 2L * query.limit());
        long last = newest;
        while (last >= oldest && found.size() < query.limit()) {
            long first = Math.max(oldest, last - window + 1);
            List<HistoryEntry> older = window(first, last, filter, query.limit());
            for (int i = older.size() - 1; i >= 0 && found.size() < query.limit(); i--) {
                found.addLast(older.get(i));
            }
            last = first - 1;
            window *= FARTHER;
        }
        return List.copyOf(found);
    }

    /** The newest entries of a piece of the stream, in its order. */
    private List<HistoryEntry> window(long first, long last, HistoryFilter filter, int limit)
            throws IOException, SQLException {
        long oldest = stream.state().firstSequence();
        for (long ahead = AHEAD; ; ahead *= FARTHER) {
            Deque<HistoryEntry> entries = new ArrayDeque<>();
            boolean torn = window(first, last, ahead, (changeSet, message) -> {
                if (filter.fits(changeSet, message)) {
                    if (entries.size() == limit) {
                        entries.removeFirst();
                    }
                    entries.addLast(entry(changeSet, message));
                }
            });
            if (!torn || first - ahead <= oldest) {
                return new ArrayList<>(entries);
            }
        }
    }

    /** Whether the first parts of a change set were not seen that ends in the window. */
    private boolean window(long first, long last, long ahead, Visitor visitor) throws IOException, SQLException {
        try (AcceptedChangeSets accepted = new AcceptedChangeSets(serializer, folder)) {
            stream.read(Math.max(1, first - ahead), last, message -> {
                ChangeSet changeSet = accepted.next(message);
                if (changeSet != null && message.sequence() >= first) {
                    visit(changeSet, message, visitor);
                }
                return true;
            });
            return accepted.doubtful() >= first;
        }
    }

    private static void visit(ChangeSet changeSet, StreamMessage message, Visitor visitor)
            throws IOException, SQLException {
        for (ChangeSet transaction : changeSet.transactions()) {
            visitor.take(transaction, message);
        }
    }

    private static HistoryEntry entry(ChangeSet changeSet, StreamMessage message) {
        List<Change> shown = new ArrayList<>();
        ChangedTables tables = new ChangedTables();
        for (Change change : changeSet.changes()) {
            tables.add(change);
            if (shown.size() < HistoryEntry.MAX_CHANGES) {
                shown.add(change);
            }
        }
        return new HistoryEntry(
                message.sequence(),
                changeSet.number(),
                Times.instant(message.timestampNs()),
                Times.instant(changeSet.timestampNs()),
                changeSet.node(),
                changeSet.publisher(),
                changeSet.counter(),
                tables.rows(),
                shown,
                changeSet.changes().size());
    }
}
