package io.github.hasqlite.core.commit;

import io.github.hasqlite.core.jdbc.CommitLog;

/** A transaction that is rolled back here, whatever becomes of it in the stream. */
abstract class RolledBack implements CommitLog.Placement {

    @Override
    public final boolean commitsHere() {
        return false;
    }

    @Override
    public final boolean changesSchema() {
        return false;
    }

    @Override
    public final void settle() {}

    @Override
    public void done(boolean committed) {}
}
