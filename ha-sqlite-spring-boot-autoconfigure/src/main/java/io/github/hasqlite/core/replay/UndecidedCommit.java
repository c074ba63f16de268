package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.outbox.Pending;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A transaction that is committed here, or about to be, and that the stream has not accepted yet. Thread-safe. */
public final class UndecidedCommit {

    private final Pending row;
    private final List<Change> changes;
    private final int bytes;
    private final long committedNs;
    private final CompletableFuture<Fate> fate = new CompletableFuture<>();
    private volatile @Nullable Thread waiting;

    /**
     * A transaction.
     *
     * @param row its place in the outbox
     * @param bytes about how many bytes it takes in a message
     * @param committedNs when it was committed here, nanoseconds since 1970
     */
    UndecidedCommit(Pending row, List<Change> changes, int bytes, long committedNs) {
        this.row = row;
        this.changes = changes;
        this.bytes = bytes;
        this.committedNs = committedNs;
    }

    /** Its place in the outbox. */
    public Pending row() {
        return row;
    }

    List<Change> changes() {
        return changes;
    }

    int bytes() {
        return bytes;
    }

    /** When it was committed here, nanoseconds since 1970. */
    long committedNs() {
        return committedNs;
    }

    /** Completes with what became of it. */
    public CompletableFuture<Fate> fate() {
        return fate;
    }

    /** Whether that is known. */
    public boolean isDecided() {
        return fate.isDone();
    }

    /** Whether it was not committed after all. */
    public boolean isWithdrawn() {
        return fate.isDone() && fate.getNow(null) instanceof Fate.Withdrawn;
    }

    /** The calling thread waits for it, parked. */
    public void waits() {
        waiting = Thread.currentThread();
    }

    /** Who waits for it, or {@code null}. */
    @Nullable
    Thread waiting() {
        return waiting;
    }
}
