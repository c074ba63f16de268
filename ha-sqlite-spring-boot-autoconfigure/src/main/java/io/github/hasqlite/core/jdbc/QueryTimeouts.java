package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.TaskThread;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts statements that run for longer than their query timeout. The thread that does is there from the first
 * statement with a timeout on, and looks at the clock only while one runs. Thread-safe.
 */
final class QueryTimeouts implements AutoCloseable {

    /** A timeout is a number of seconds: a late interruption by that much is not noticed. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final NodeRuntime runtime;
    private final Set<QueryTimeout> running = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();
    private @Nullable TaskThread thread;
    private boolean closed;

    QueryTimeouts(NodeRuntime runtime) {
        this.runtime = runtime;
    }

    /** Now, as the deadlines count. */
    long nanoTime() {
        return runtime.nanoTime();
    }

    /** From now on it is interrupted when its time is over. */
    void add(QueryTimeout statement) {
        running.add(statement);
        if (looking.compareAndSet(false, true)) {
            schedule();
        }
    }

    /** It is left alone again. */
    void remove(QueryTimeout statement) {
        running.remove(statement);
    }

    private synchronized void schedule() {
        if (closed) {
            return;
        }
        TaskThread present = thread;
        if (present == null) {
            present = runtime.taskThread("ha-sqlite-timeouts");
            thread = present;
        }
        try {
            present.schedule(this::look, LOOK_NANOS);
        } catch (RejectedExecutionException e) {
            closed = true;
        }
    }

    private void look() {
        long now = runtime.nanoTime();
        for (QueryTimeout statement : running) {
            statement.interruptIfOver(now);
        }
        if (running.isEmpty()) {
            looking.set(false);
            // one that came in between has found this one looking
            if (running.isEmpty() || !looking.compareAndSet(false, true)) {
                return;
            }
        }
        schedule();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (thread != null) {
            thread.stop();
        }
    }
}
