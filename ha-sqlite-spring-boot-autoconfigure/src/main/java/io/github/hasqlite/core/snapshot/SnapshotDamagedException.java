package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.Snapshot;
import java.io.IOException;

/** A snapshot is not what was saved; an earlier one may still be. */
final class SnapshotDamagedException extends IOException {

    private static final long serialVersionUID = 1L;

    SnapshotDamagedException(Snapshot snapshot, String what) {
        super("the snapshot at " + snapshot.sequence() + " that node " + snapshot.node() + " took " + what);
    }
}
