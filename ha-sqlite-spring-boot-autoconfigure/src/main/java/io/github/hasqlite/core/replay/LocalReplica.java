package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.sqlite.WriteLock;
import org.sqlite.SQLiteConnection;

/**
 * This node's copy of the database, as the applier changes it.
 *
 * @param connection the applier's
 * @param writeLock the one write lock, with which everything else here is used unless it says otherwise
 * @param application applies change sets through that connection
 * @param state how far the stream is applied
 * @param outbox what is pending, through that connection
 * @param pending the same in memory
 */
public record LocalReplica(
        SQLiteConnection connection,
        WriteLock writeLock,
        ChangeSetApplication application,
        AppliedState state,
        OutboxTable outbox,
        PendingQueue pending) {}
