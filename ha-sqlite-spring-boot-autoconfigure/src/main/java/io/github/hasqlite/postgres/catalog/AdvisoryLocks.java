package io.github.hasqlite.postgres.catalog;

import java.util.HashMap;
import java.util.Map;

/**
 * Locks that clients of this node agree on: each has a number, and one holder, who may take it again. Other nodes know
 * nothing of them. Thread-safe; never waits.
 */
public final class AdvisoryLocks {

    private final Map<String, Held> held = new HashMap<>();

    /** How often a session has taken a lock, for itself and for its transaction. */
    private static final class Held {

        private final int pid;
        private int ofSession;
        private int ofTransaction;

        Held(int pid) {
            this.pid = pid;
        }

        boolean isFree() {
            return ofSession <= 0 && ofTransaction <= 0;
        }
    }

    /** Returns whether the session has it now. */
    synchronized boolean tryLock(int pid, String key, boolean ofTransaction) {
        Held lock = held.computeIfAbsent(key, free -> new Held(pid));
        if (lock.pid != pid) {
            return false;
        }
        if (ofTransaction) {
            lock.ofTransaction++;
        } else {
            lock.ofSession++;
        }
        return true;
    }

    /** Returns whether the session had it for itself. */
    synchronized boolean unlock(int pid, String key) {
        Held lock = held.get(key);
        if (lock == null || lock.pid != pid || lock.ofSession == 0) {
            return false;
        }
        lock.ofSession--;
        held.values().removeIf(Held::isFree);
        return true;
    }

    /** Gives back what a session has taken for itself. */
    public synchronized void unlockAll(int pid) {
        for (Held lock : held.values()) {
            if (lock.pid == pid) {
                lock.ofSession = 0;
            }
        }
        held.values().removeIf(Held::isFree);
    }

    /** The transaction of a session has ended. */
    public synchronized void endTransaction(int pid) {
        if (held.isEmpty()) {
            return;
        }
        for (Held lock : held.values()) {
            if (lock.pid == pid) {
                lock.ofTransaction = 0;
            }
        }
        held.values().removeIf(Held::isFree);
    }

    /** The session has ended. */
    public synchronized void endSession(int pid) {
        held.values().removeIf(lock -> lock.pid == pid);
    }
}
