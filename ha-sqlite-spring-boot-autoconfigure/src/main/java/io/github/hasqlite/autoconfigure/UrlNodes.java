package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that were opened by a URL, one for each file. A node ends some time after its last connection was closed,
 * and with the JVM. Thread-safe.
 */
final class UrlNodes {

    /**
     * Tools close a connection and open the next one at once; a node needs about a second to join the others again.
     */
    static final Duration LINGER = Duration.ofSeconds(5);

    /** How long the end of the process waits for a node that is starting. */
    private static final long STARTING_SECONDS = 2;

    /** More URLs of one file than programs have. */
    private static final int MAX_OPENINGS = 100;

    private final Map<Path, Shared> nodes = new ConcurrentHashMap<>();
    private final Map<NodeUrl, Opening> openings = new ConcurrentHashMap<>();
    private final Duration linger;
    private final ScheduledThreadPoolExecutor endings;
    private boolean hooked;
    private volatile boolean ended;

    /**
     * Nodes of their own, apart from others.
     *
     * @param linger how long a node goes on without a connection
     */
    UrlNodes(Duration linger) {
        this.linger = linger;
        endings = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "ha-sqlite-url-nodes");
            thread.setDaemon(true);
            return thread;
        });
        endings.setRemoveOnCancelPolicy(true);
    }

    /** A file, and the node that has it while there is one. Its lock is held while that starts and ends. */
    private static final class Shared {

        private final ReentrantLock lock = new ReentrantLock();
        private volatile @Nullable UrlNode node;
        private int connections;
        private @Nullable Future<?> ending;
        private boolean gone;
        /** Why its node could not be started; then it is gone. */
        private @Nullable SQLException failure;
    }

    /**
     * What a URL says, read once: binding takes longer than many a statement.
     *
     * @param file with links followed
     */
    private record Opening(NodeUrl url, Path file, HaSqliteProperties properties, boolean readOnly) {}

    /**
     * A connection; the file's node is started if there is none.
     *
     * @throws SQLException with SQLState 08001, if the file's node has other options or cannot start
     */
    Connection connect(NodeUrl url) throws SQLException {
        Opening opening = opening(url);
        hook();
        while (true) {
            Shared shared = nodes.computeIfAbsent(opening.file(), any -> new Shared());
            try {
                shared.lock.lockInterruptibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SQLException(
                        "interrupted while waiting for the node of " + url.path() + " to start or to end",
                        SqlStates.CANNOT_CONNECT,
                        e);
            }
            try {
                SQLException failure = shared.failure;
                if (failure != null) {
                    throw new SQLException(failure.getMessage(), failure.getSQLState(), failure);
                }
                if (!shared.gone) {
                    return connect(shared, opening);
                }
            } finally {
                shared.lock.unlock();
            }
        }
    }

    private Opening opening(NodeUrl url) throws SQLException {
        Opening known = openings.get(url);
        if (known != null) {
            return known;
        }
        try {
            Path file = DatabaseClashes.real(DatabaseLocation.of(url.path()).path());
            Opening opening = new Opening(url, file, url.bind(UrlNode.defaults(file)), url.readOnly());
            if (nodes.containsKey(file) && openings.size() < MAX_OPENINGS) {
                openings.put(url, opening);
            }
            return opening;
        } catch (RuntimeException e) {
            throw UrlFailure.of(url, e);
        }
    }

    private Connection connect(Shared shared, Opening opening) throws SQLException {
        NodeUrl url = opening.url();
        Path file = opening.file();
        HaSqliteProperties properties = opening.properties();
        UrlNode node = shared.node;
        if (node == null) {
            try {
                requireRunning();
                node = UrlNode.start(properties);
                shared.node = node;
            } catch (RuntimeException e) {
                SQLException failure = UrlFailure.of(url, e);
                shared.failure = failure;
                remove(file, shared);
                throw failure;
            }
        } else {
            requireSame(url, node.properties(), properties);
        }
        Connection connection = node.dataSource().getConnection(opening.readOnly(), () -> closed(file, shared));
        shared.connections++;
        Future<?> ending = shared.ending;
        if (ending != null) {
            ending.cancel(false);
        }
        return connection;
    }

    private static void requireSame(NodeUrl url, HaSqliteProperties running, HaSqliteProperties wanted)
            throws SQLException {
        if (running.equals(wanted)) {
            return;
        }
        Set<String> differences = UrlOptions.differences(running, wanted);
        if (!differences.isEmpty()) {
            throw new SQLNonTransientConnectionException(
                    "the database " + url.path() + " is open in this process with other options: they differ in "
                            + String.join(", ", differences)
                            + ". A file has one node, so use the same options, or close the other connections and wait "
                            + LINGER.toSeconds() + " seconds",
                    SqlStates.CANNOT_CONNECT);
        }
    }

    private void closed(Path file, Shared shared) {
        shared.lock.lock();
        try {
            shared.connections--;
            if (shared.connections == 0 && !ended) {
                shared.ending =
                        endings.schedule(() -> endUnused(file, shared), linger.toMillis(), TimeUnit.MILLISECONDS);
            }
        } finally {
            shared.lock.unlock();
        }
    }

    private void endUnused(Path file, Shared shared) {
        shared.lock.lock();
        try {
            // an ending that was called off too late finds it in use
            if (shared.connections == 0 && !shared.gone) {
                end(file, shared);
            }
        } finally {
            shared.lock.unlock();
        }
    }

    private void end(Path file, Shared shared) {
        UrlNode node = shared.node;
        shared.node = null;
        // who wants the file meanwhile waits until it is free
        try {
            if (node != null) {
                node.close();
            }
        } finally {
            remove(file, shared);
        }
    }

    private void remove(Path file, Shared shared) {
        shared.gone = true;
        nodes.remove(file, shared);
        openings.values().removeIf(opening -> opening.file().equals(file));
    }

    private void requireRunning() throws SQLException {
        if (ended) {
            throw new SQLNonTransientConnectionException(
                    "no database can be opened any more: the process is ending", SqlStates.SHUTDOWN);
        }
    }

    private synchronized void hook() throws SQLException {
        requireRunning();
        if (!hooked) {
            try {
                Runtime.getRuntime().addShutdownHook(new Thread(this::endAll, "ha-sqlite-url-shutdown"));
            } catch (IllegalStateException e) {
                ended = true;
                requireRunning();
            }
            hooked = true;
        }
    }

    /**
     * Ends all nodes, with whatever connections there are, and starts no more. One that is starting may wait for the
     * stream for minutes; it has promised nobody anything and is left to the end of the process.
     */
    void endAll() {
        ended = true;
        for (Map.Entry<Path, Shared> open : List.copyOf(nodes.entrySet())) {
            Shared shared = open.getValue();
            try {
                if (shared.lock.tryLock(STARTING_SECONDS, TimeUnit.SECONDS)) {
                    try {
                        end(open.getKey(), shared);
                    } finally {
                        shared.lock.unlock();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Whether the node that is to have a file is being started, or closed. */
    boolean isStartingOrEnding(Path file) {
        Shared shared = nodes.get(DatabaseClashes.real(file));
        return shared != null && shared.lock.isLocked() && shared.node == null;
    }

    /** Whether a node has a file. */
    boolean hasNode(Path file) {
        return nodes.containsKey(DatabaseClashes.real(file));
    }
}
