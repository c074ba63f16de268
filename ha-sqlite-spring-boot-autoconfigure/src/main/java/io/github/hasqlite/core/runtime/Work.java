package io.github.hasqlite.core.runtime;

import io.github.hasqlite.core.runtime.WorkListener.Counted;
import io.github.hasqlite.core.runtime.WorkListener.Timed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where those who do the work of a node say how long it takes. As long as nobody listens no clock is read, but for what
 * happens once in a while: that is kept for the first who does. Thread-safe.
 */
public final class Work {

    /** Nobody listened when it began. */
    private static final long UNTIMED = Long.MIN_VALUE;

    private static final WorkListener[] NOBODY = {};

    /** Of a runtime that is of no node; made after what it needs. */
    static final Work UNHEARD = new Work(null);

    /** A node starts once; what comes later than so many of it without a listener is of no interest to the first. */
    private static final int KEPT = 16;

    private final @Nullable NodeRuntime clock;
    private final List<Kept> kept = new ArrayList<>();
    private volatile WorkListener[] listeners = NOBODY;
    private volatile @Nullable Tracing tracing;

    private record Kept(Timed what, long nanos) {}

    /** Work that is measured with this clock. */
    Work(@Nullable NodeRuntime clock) {
        this.clock = clock;
    }

    /**
     * Tells somebody, too, from now on, and of what was kept until now.
     *
     * @throws IllegalStateException if the runtime is of no node
     */
    public synchronized void add(WorkListener listener) {
        if (clock == null) {
            throw new IllegalStateException("this runtime belongs to no node, so nobody can listen to it");
        }
        WorkListener[] more = Arrays.copyOf(listeners, listeners.length + 1);
        more[more.length - 1] = listener;
        listeners = more;
        kept.forEach(each -> listener.took(each.what, each.nanos));
        kept.clear();
    }

    /** Has change sets followed from now on, in place of whoever followed them before. */
    public void follow(Tracing follower) {
        if (clock != null) {
            tracing = follower;
        }
    }

    /** Who follows change sets, or {@code null}. */
    public @Nullable Tracing tracing() {
        return tracing;
    }

    /** What the calling thread commits, if that is followed; otherwise {@code null}. */
    public Tracing.@Nullable Origin origin() {
        Tracing follower = tracing;
        return follower == null ? null : follower.current();
    }

    /** Whether it is worth to count. */
    public boolean isHeard() {
        return listeners != NOBODY;
    }

    /** Begins something. What it answers is for {@link #end}. */
    public long begin() {
        return listeners == NOBODY || clock == null ? UNTIMED : clock.nanoTime();
    }

    /** It is done. */
    public void end(Timed what, long begun) {
        if (begun != UNTIMED) {
            took(what, since(begun));
        }
    }

    /**
     * How long something has taken that was {@linkplain #begin begun}.
     *
     * @return nanoseconds; 0 if nobody listened
     */
    public long since(long begun) {
        return begun == UNTIMED || clock == null ? 0 : clock.nanoTime() - begun;
    }

    /** Something is done that was measured elsewhere; if nobody listens, it is kept for the first who does. */
    public void took(Timed what, long nanos) {
        WorkListener[] told = listeners;
        if (told == NOBODY) {
            keep(what, nanos);
        }
        for (WorkListener listener : told) {
            listener.took(what, nanos);
        }
    }

    private synchronized void keep(Timed what, long nanos) {
        if (clock != null && listeners == NOBODY && kept.size() < KEPT) {
            kept.add(new Kept(what, nanos));
        }
    }

    /** Something has happened. */
    public void count(Counted what, long number) {
        for (WorkListener listener : listeners) {
            listener.counted(what, number);
        }
    }
}
