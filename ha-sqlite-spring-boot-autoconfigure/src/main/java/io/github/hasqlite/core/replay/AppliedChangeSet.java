package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.Operation;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A change set that is committed here at its place, as far as listeners are told of it: without rows. Used by one thread
 * at a time.
 */
public final class AppliedChangeSet {

    private final long sequence;
    private final long storedNs;
    private final @Nullable Extent known;
    private final @Nullable InboundMessage unread;
    private final @Nullable MessageReader reader;

    private AppliedChangeSet(
            long sequence,
            long storedNs,
            @Nullable Extent known,
            @Nullable InboundMessage unread,
            @Nullable MessageReader reader) {
        this.sequence = sequence;
        this.storedNs = storedNs;
        this.known = known;
        this.unread = unread;
        this.reader = reader;
    }

    /**
     * How much a change set changes.
     *
     * @param node who wrote it
     * @param rowsByTable how many changes of rows of which table it has
     * @param anyTable whether it may change other tables, too
     */
    public record Extent(String node, Map<String, Long> rowsByTable, boolean anyTable) {

        /**
         * Goes through all changes.
         *
         * @param renamed whether tables may have other names now than its author knew
         */
        static Extent of(ChangeSet changeSet, boolean renamed) {
            Map<String, Long> rows = new HashMap<>();
            boolean any = renamed;
            for (Change change : changeSet.changes()) {
                if (change.operation() == Operation.SQL) {
                    any = true;
                } else {
                    rows.merge(change.table(), 1L, Long::sum);
                }
            }
            return new Extent(changeSet.node(), rows, any);
        }
    }

    /** One of which that is known. */
    static AppliedChangeSet of(long sequence, long storedNs, Extent extent) {
        return new AppliedChangeSet(sequence, storedNs, extent, null, null);
    }

    /** One that came whole and is read when somebody asks, so that whoever applies need not. */
    static AppliedChangeSet unread(InboundMessage received, MessageReader reader) {
        return new AppliedChangeSet(received.sequence(), received.message().timestampNs(), null, received, reader);
    }

    /** Its place in the stream. */
    public long sequence() {
        return sequence;
    }

    /** When the stream stored it, nanoseconds since 1970. */
    public long storedNs() {
        return storedNs;
    }

    /** How many bytes are kept for as long as this is. */
    public long bytes() {
        return unread == null ? 0 : unread.message().data().length;
    }

    /**
     * How much it changes.
     *
     * @throws ChangeSetFormatException if it cannot be read
     */
    public Extent extent() throws ChangeSetFormatException {
        if (unread == null || reader == null) {
            return Objects.requireNonNull(known);
        }
        return Extent.of(reader.changeSet(unread), false);
    }
}
