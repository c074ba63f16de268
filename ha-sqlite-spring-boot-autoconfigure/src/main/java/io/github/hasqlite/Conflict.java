package io.github.hasqlite;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A change overwrote what its author had not seen (rule R8 of the design): two nodes changed the same
 * row, or rows with the same key, and the later in the stream won. Immutable.
 *
 * @param kind what met what
 * @param table the table's name as stored in the schema
 * @param change index of the winning change in its change set
 * @param losing the losing row as it was, as if it were deleted; {@code null} if there is none: the
 *     losing change was a deletion, or the row is not known; for {@link Kind#SCHEMA_CHANGE} the change as
 *     its author made it, under the names that its author knew
 * @param node name of the node whose change won
 * @param publisher publisher id of the winning change set; empty for messages of the Go implementation
 * @param counter its place in that publisher's sequence
 * @param streamSequence the winning change set's place in the stream; 0 as long as that is not known
 */
public record Conflict(
        Kind kind,
        String table,
        int change,
        @Nullable Change losing,
        String node,
        String publisher,
        long counter,
        long streamSequence) {

    public Conflict {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(table, "table");
    }

    /** What met what. */
    public enum Kind {
        /** A row was updated that somebody else had updated. */
        UPDATE_UPDATE,
        /** A row was inserted whose primary key somebody else's row had. */
        INSERT_INSERT,
        /** A row was updated that somebody else had deleted, or the other way round. */
        UPDATE_DELETE,
        /** A row took a unique key, or by an update a primary key, that somebody else's row had. */
        UNIQUE_KEY,
        /**
         * A change could not take effect, or not all of it, because the schema at its place in the stream is
         * another one than its author knew: a table or column was dropped, or a constraint is new (rule R13).
         */
        SCHEMA_CHANGE
    }
}
