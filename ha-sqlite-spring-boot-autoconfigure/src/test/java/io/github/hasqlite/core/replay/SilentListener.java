package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.core.outbox.Pending;
import org.jspecify.annotations.Nullable;

/** Does nothing with what an applier tells, where nobody forges messages. */
public class SilentListener implements AppliedListener {

    @Override
    public void committed(long pages, Effect effect) {}

    @Override
    public void notPending(long counter) {}

    @Override
    public void echoed(long outboxId) {}

    @Override
    public void conflict(Conflict conflict) {}

    @Override
    public ChangeSet renumber(ChangeSet changeSet, long taken, int ahead) {
        throw new AssertionError("nothing is forged here");
    }

    @Override
    public void reissued(Pending row, ChangeSet changeSet, byte @Nullable [] message) {}
}
