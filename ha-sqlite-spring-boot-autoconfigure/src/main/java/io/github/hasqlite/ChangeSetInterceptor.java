package io.github.hasqlite;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Sees every change set of another node just before and just after it is applied here, inside the
 * transaction that applies it. Several interceptors run in their {@code @Order}; {@code afterApply}
 * runs in reverse order.
 *
 * <p>Called by the applier's single thread. The connection is the applier's: what is written through
 * it commits or rolls back with the change set and is <em>not</em> replicated. Do not commit, roll
 * back or close it, and do not keep it. CHECK constraints are not tested on it. As every node must come to the same content, decide from the
 * change set and the database alone, not from clocks, random numbers or remote calls. The changes of a
 * large change set are a {@link LargeChanges}, read from the database each time: go through them with an
 * iterator, and do not keep them.
 */
public interface ChangeSetInterceptor {

    /**
     * Decides whether a change set is applied.
     *
     * @param changeSet what is about to be applied
     * @param connection the applier's connection, inside its transaction
     * @return {@code true} to apply it, {@code false} to skip it; skipped change sets count as applied
     * @throws SQLException to stop replication at this change set; the health indicator shows why
     */
    default boolean beforeApply(ChangeSet changeSet, Connection connection) throws SQLException {
        return true;
    }

    /**
     * Told that a change set overwrote what its author had not seen (rule R8 of the design), after
     * {@link #afterApply} and once the change set's place in the stream is certain. Also called for this
     * node's own change sets. The losing row is in {@code ha_conflicts}, too.
     *
     * @param conflict what lost, and to which change set
     * @param connection the applier's connection, inside its transaction
     * @throws SQLException to stop replication at this change set; the health indicator shows why
     */
    default void onConflict(Conflict conflict, Connection connection) throws SQLException {}

    /**
     * Told how applying went. Not called for change sets that an interceptor skipped.
     *
     * @param changeSet what was applied
     * @param connection the applier's connection, inside its transaction
     * @param failure why it could not be applied, or {@code null} if it was
     * @throws SQLException to stop replication at this change set; the health indicator shows why
     */
    default void afterApply(ChangeSet changeSet, Connection connection, @Nullable Exception failure)
            throws SQLException {}
}
