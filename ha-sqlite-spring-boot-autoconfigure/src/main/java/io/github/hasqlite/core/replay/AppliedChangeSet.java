package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.Operation;
import io.github.hasqlite.core.changeset.Fragment;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A change set that is committed here at its place, as far as listeners are told of it: without rows. Used by one thread
 * at a time.
 */
public final class AppliedChangeSet {

    private final long sequence;
    private final long storedNs;
    private final List<Extent> known;
    private final @Nullable InboundMessage unread;
    private final @Nullable MessageReader reader;

    private AppliedChangeSet(
            long sequence,
            long storedNs,
            List<Extent> known,
            @Nullable InboundMessage unread,
            @Nullable MessageReader reader) {
        this.sequence = sequence;
        this.storedNs = storedNs;
        this.known = known;
        this.unread = unread;
        this.reader = reader;
    }

    /**
     * How much a transaction changes.
     *
     * @param node who wrote it
     * @param number its number among the transactions that came together, from 1; 0 if it came alone
     * @param rowsByTable how many changes of rows of which table it has
     * @param anyTable whether it may change other tables, too
     */
    public record Extent(String node, int number, Map<String, Long> rowsByTable, boolean anyTable) {

        /**
         * Goes through all changes.
         *
         * @param renamed whether tables may have other names now than its author knew
         * @return one for each transaction of which it consists
         */
        static List<Extent> of(ChangeSet changeSet, boolean renamed) {
            return changeSet.transactions().stream()
                    .map(transaction -> ofOne(transaction, renamed))
                    .toList();
        }

        private static Extent ofOne(ChangeSet changeSet, boolean renamed) {
            Map<String, Long> rows = new HashMap<>();
            boolean any = renamed;
            for (Change change : changeSet.changes()) {
                if (change.operation() == Operation.SQL) {
                    any = true;
                } else {
                    rows.merge(change.table(), 1L, Long::sum);
                }
            }
            return new Extent(changeSet.node(), changeSet.number(), rows, any);
        }
    }

    /** One of which that is known. */
    static AppliedChangeSet of(long sequence, long storedNs, List<Extent> extents) {
        return new AppliedChangeSet(sequence, storedNs, extents, null, null);
    }

    /** One that came whole and is read when somebody asks, so that whoever applies need not. */
    static AppliedChangeSet unread(InboundMessage received, MessageReader reader) {
        return new AppliedChangeSet(received.sequence(), received.message().timestampNs(), List.of(), received, reader);
    }

    /**
     * An echo, which was not read.
     *
     * @param step where its parts are, if it has any
     */
    static AppliedChangeSet echo(
            InboundMessage received, MessageReader reader, AppliedState.Step step, Connection connection)
            throws SQLException {
        Fragment last = received.part();
        if (last == null) {
            return unread(received, reader);
        }
        try {
            ChangeSet changeSet = reader.changeSet(last, step.parts(connection, last.publisher()));
            return of(received.sequence(), received.message().timestampNs(), Extent.of(changeSet, false));
        } catch (ChangeSetFormatException e) {
            // whoever delivers it says that
            return unread(received, reader);
        }
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
     * How much it changes: one for each transaction of which it consists.
     *
     * @throws ChangeSetFormatException if it cannot be read
     */
    public List<Extent> extents() throws ChangeSetFormatException {
        if (unread == null || reader == null) {
            return known;
        }
        return Extent.of(reader.changeSet(unread), false);
    }
}
