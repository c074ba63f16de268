package io.github.hasqlite.postgres;

import io.github.hasqlite.postgres.catalog.AdvisoryLocks;

/**
 * The advisory locks of one session.
 *
 * @param all those of the node
 * @param pid the number of the session
 */
record SessionLocks(AdvisoryLocks all, int pid) {

    void endTransaction() {
        all.endTransaction(pid);
    }

    void unlockAll() {
        all.unlockAll(pid);
    }

    void end() {
        all.endSession(pid);
    }
}
