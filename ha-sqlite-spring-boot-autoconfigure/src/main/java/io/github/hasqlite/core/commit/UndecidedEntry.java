package io.github.hasqlite.core.commit;

import io.github.hasqlite.core.jdbc.CommitLog;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.replay.Fate;
import io.github.hasqlite.core.replay.Settlement;
import io.github.hasqlite.core.replay.StreamPosition;
import io.github.hasqlite.core.replay.UndecidedCommit;
import io.github.hasqlite.core.runtime.Work;
import io.github.hasqlite.core.runtime.WorkListener.Timed;
import java.sql.SQLException;

/** A transaction that is committed here, and becomes what the stream says. */
final class UndecidedEntry implements CommitLog.Entry {

    private final UndecidedCommit commit;
    private final OutboxTable outbox;
    private final Settlement settlement;
    private final GroupCommit group;
    private final StreamPosition position;
    private final Work work;

    /**
     * An entry of the outbox.
     *
     * @param settlement of what the stream has accepted before, which commits with it
     */
    UndecidedEntry(
            UndecidedCommit commit,
            OutboxTable outbox,
            Settlement settlement,
            GroupCommit group,
            StreamPosition position) {
        this.commit = commit;
        this.outbox = outbox;
        this.settlement = settlement;
        this.group = group;
        this.position = position;
        this.work = position.replica().writeLock().runtime().work();
    }

    @Override
    public void committed() {
        position.replica().pending().add(commit.row());
        position.undecided().committed(commit);
        if (!settlement.isEmpty()) {
            settlement.committed();
        }
    }

    @Override
    public void withdraw() throws SQLException {
        try {
            outbox.delete(commit.row().id());
        } finally {
            position.undecided().withdrawn(commit);
        }
    }

    @Override
    public boolean stays() {
        return false;
    }

    @Override
    public void await() throws SQLException {
        long begun = work.begin();
        Fate fate = group.await(commit);
        if (fate instanceof Fate.Detached detached) {
            while (!detached.later().isDone() && group.learn()) {
                // until it is the turn of this one, or others do it
            }
        }
        group.outcomes().tell(fate);
        work.end(Timed.COMMIT_WAIT, begun);
    }
}
