package io.github.hasqlite;

import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * The data source of a replicated SQLite database. Connections read and write the local file; what
 * they commit is replicated.
 *
 * <p>What {@code unwrap} reaches is this, and no more: from the data source {@code com.zaxxer.hikari.HikariDataSource}
 * (the pool of connections that may write), and from a connection {@code org.sqlite.SQLiteConnection}. What else
 * belongs to a node is a bean of its own, such as {@link DatabaseBackup}. Thread-safe; connections are not.
 */
public interface HaSqliteDataSource extends DataSource, AutoCloseable {

    /** How replication is doing right now. Cheap: reads counters, never the network or the disk. */
    ReplicationStatus replicationStatus();

    /**
     * Starts replication where {@code ha.sqlite.auto-start} is false: joins the stream and waits until this node has
     * what the others have, as the start of the application does otherwise. Until then what is in the database can be
     * read, writes are refused (SQLState 25006), nothing is applied and nothing is published. Does nothing if
     * replication has been started.
     *
     * @throws ReplicationStartException if this node cannot join, with what to do. The database can still be read, and
     *     this may be called again
     * @throws IllegalStateException if the data source is closed
     */
    default void start() {}

    /** Whether replication has been started, as it is from the beginning unless {@code ha.sqlite.auto-start} is false. */
    default boolean isStarted() {
        return true;
    }

    /**
     * Registers who is told of conflicts (rule R8 of the design) after they are committed here.
     *
     * @param listener called by the applier's thread, which waits for it; what it throws is logged
     */
    default void addConflictListener(Consumer<Conflict> listener) {}

    /**
     * Goes on where replication has stopped (health says at which change set and why), trying the same change set
     * again, or looking again at a stream that was taken for another one. May wait for the stream's answer.
     *
     * @return whether it tries again; {@code false} if it had not stopped, or if trying has no effect: then the log
     *     says why. If the reason is still there it stops again, and health says so
     */
    default boolean retryReplication() {
        return false;
    }

    /**
     * Goes on where replication has stopped, leaving out the change set at which it has: it is kept in
     * {@code ha_dead_letters}, and this node's content may differ from the others' from then on.
     *
     * @return whether it had stopped
     */
    default boolean skipFailedChangeSet() {
        return false;
    }

    /** Closes all connections, the publisher, the subscriber, and an embedded server if there is one. */
    @Override
    void close();
}
