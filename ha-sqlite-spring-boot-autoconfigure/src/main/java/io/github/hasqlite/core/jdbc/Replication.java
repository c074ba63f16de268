package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.ReplicationStatus;
import org.jspecify.annotations.Nullable;

/** What the data source asks of replication, beside {@link CommitLog}. Thread-safe. */
public interface Replication extends AutoCloseable {

    /** How it is doing; cheap. */
    ReplicationStatus status();

    /** Starts it, unless it is; see {@link io.github.hasqlite.HaSqliteDataSource#start()}. */
    default void start() {}

    /** Whether it has been started; cheap. */
    default boolean isStarted() {
        return true;
    }

    /** What to do where it stands still, for people; {@code null} if it does not, or the reason says that. */
    default @Nullable String action() {
        return null;
    }

    /**
     * Goes on after it has stopped.
     *
     * @param skipFailed whether to leave out the change set at which it has
     * @return whether it tries again; {@code false} if it had not stopped, or trying has no effect
     */
    boolean resume(boolean skipFailed);

    /** Ends it; the pools are closed already. */
    @Override
    void close();
}
