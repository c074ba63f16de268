package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSetApplied;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetsMissed;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.ConflictDetected;
import io.github.hasqlite.ReplicationEvent;
import io.github.hasqlite.ReplicationHalted;
import io.github.hasqlite.ReplicationResumed;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotTaken;
import io.github.hasqlite.core.replay.AppliedChangeSet;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.NodeThread;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one listener at a time what replication does, in order, on a thread of its own that begins with the first
 * listener. Those that things happen to only note them, and never wait: where too much is waiting, change sets and
 * conflicts are left out. Thread-safe.
 */
final class EventDelivery implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(EventDelivery.class);

    /** A listener that needs a millisecond for each is some seconds behind then; one event takes about 300 bytes. */
    private static final int MAX_WAITING = 10_000;

    /** What this node has written is kept as it came until it is told. */
    private static final long MAX_BYTES = 16L << 20;

    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final String node;
    private final NodeRuntime runtime;
    private final Monitor queue;
    private final Deque<Noted> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private volatile @Nullable Subscription subscription;
    private volatile @Nullable NodeThread thread;
    private volatile boolean closed;
    private volatile @Nullable String halted;
    /** What the listener knows of that. */
    private @Nullable String toldHalted;

    /**
     * Tells nobody yet.
     *
     * @param node this node's name
     */
    EventDelivery(String node, NodeRuntime runtime) {
        this.node = node;
        this.runtime = runtime;
        this.queue = runtime.monitor();
    }

    /** Something that is still to be told. */
    private interface Noted {

        List<? extends ReplicationEvent> events(String database);

        default long bytes() {
            return 0;
        }
    }

    /** Change sets that are not told of one by one. */
    private static final class Missed implements Noted {

        private final String reason;
        private long position;

        Missed(long position, String reason) {
            this.position = position;
            this.reason = reason;
        }

        @Override
        public List<ReplicationEvent> events(String database) {
            return List.of(new ChangeSetsMissed(database, position, reason));
        }
    }

    private record Changed(String self, AppliedChangeSet applied) implements Noted {

        @Override
        public List<? extends ReplicationEvent> events(String database) {
            try {
                return applied.extents().stream()
                        .map(extent -> new ChangeSetApplied(
                                database,
                                extent.node(),
                                extent.node().equals(self),
                                applied.sequence(),
                                extent.number(),
                                Instant.ofEpochSecond(0, applied.storedNs()),
                                extent.rowsByTable(),
                                extent.anyTable()))
                        .toList();
            } catch (ChangeSetFormatException e) {
                return List.of(new ChangeSetsMissed(
                        database,
                        applied.sequence(),
                        "change set " + applied.sequence() + " cannot be read again: " + e.getMessage()));
            }
        }

        @Override
        public long bytes() {
            return applied.bytes();
        }
    }

    /** Who is told. */
    private record Subscription(String database, boolean changeSets, Consumer<ReplicationEvent> listener) {}

    /**
     * Tells a listener from now on, in place of the one that was there. If replication stands still, it is told at once.
     *
     * @param database what the database is called in the events
     * @param changeSets whether it wants to be told of change sets, which costs something
     * @param listener called by one thread; what it throws is logged. {@code null} to tell nobody; of what is being told
     *     at this moment the one that was there may still learn
     */
    void listen(String database, boolean changeSets, @Nullable Consumer<ReplicationEvent> listener) {
        queue.lock();
        try {
            forget();
            toldHalted = null;
            subscription = listener == null || closed ? null : new Subscription(database, changeSets, listener);
            if (subscription != null) {
                noteHalt();
                begin();
            }
        } finally {
            queue.unlock();
        }
    }

    private void begin() {
        if (thread == null) {
            NodeThread telling = runtime.thread("ha-sqlite-events", this::run);
            thread = telling;
            telling.start();
        }
    }

    private void forget() {
        waiting.clear();
        waitingBytes = 0;
    }

    // ---- what happens

    /** Whether {@link #applied} is to be called. Cheap. */
    boolean followsChangeSets() {
        Subscription now = subscription;
        return now != null && now.changeSets();
    }

    /** A change set is committed here at its place. */
    void applied(AppliedChangeSet applied) {
        if (followsChangeSets()) {
            noteIfThereIsRoom(new Changed(node, applied), applied.sequence());
        }
    }

    /** A conflict is committed here. */
    void conflict(Conflict conflict) {
        if (subscription != null) {
            noteIfThereIsRoom(
                    database -> List.of(new ConflictDetected(
                            database, conflict.kind(), conflict.table(), conflict.node(), conflict.streamSequence())),
                    conflict.streamSequence());
        }
    }

    /** The database has become another one, as the stream makes it up to a position. */
    void replaced(long position) {
        if (subscription != null) {
            missed(position, "this node has gone on with a snapshot");
        }
    }

    /** This node has taken a snapshot. */
    void taken(Snapshot snapshot) {
        if (subscription != null) {
            note(database -> List.of(new SnapshotTaken(database, snapshot)));
        }
    }

    /**
     * Replication stands still, or goes on.
     *
     * @param reason why; {@code null} if it goes on
     */
    void halted(@Nullable String reason) {
        halted = reason;
        if (subscription != null) {
            queue.lock();
            try {
                noteHalt();
            } finally {
                queue.unlock();
            }
        }
    }

    private void noteHalt() {
        String reason = halted;
        if (!Objects.equals(toldHalted, reason)) {
            toldHalted = reason;
            add(database -> List.of(
                    reason == null ? new ReplicationResumed(database) : new ReplicationHalted(database, reason)));
        }
    }

    // ---- what waits

    private void noteIfThereIsRoom(Noted noted, long position) {
        queue.lock();
        try {
            // one alone always has room
            boolean full =
                    !waiting.isEmpty() && (waiting.size() >= MAX_WAITING || waitingBytes + noted.bytes() > MAX_BYTES);
            if (full) {
                missed(position, "listeners are slower than what is applied");
            } else {
                add(noted);
            }
        } finally {
            queue.unlock();
        }
    }

    private void note(Noted noted) {
        queue.lock();
        try {
            add(noted);
        } finally {
            queue.unlock();
        }
    }

    private void missed(long position, String reason) {
        queue.lock();
        try {
            if (waiting.peekLast() instanceof Missed last) {
                last.position = Math.max(last.position, position);
            } else {
                logger.warn("Listeners are not told of each change set up to {}: {}", position, reason);
                add(new Missed(position, reason));
            }
        } finally {
            queue.unlock();
        }
    }

    private void add(Noted noted) {
        if (subscription != null && !closed) {
            waiting.add(noted);
            waitingBytes += noted.bytes();
            queue.signalAll();
        }
    }

    // ---- the thread

    private void run() {
        try {
            while (true) {
                Noted next;
                Subscription told;
                queue.lock();
                try {
                    while (waiting.isEmpty() && !closed) {
                        queue.await();
                    }
                    if (closed) {
                        return;
                    }
                    next = waiting.remove();
                    waitingBytes -= next.bytes();
                    told = subscription;
                } finally {
                    queue.unlock();
                }
                if (told != null) {
                    tell(told, next);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void tell(Subscription told, Noted next) {
        for (ReplicationEvent event : next.events(told.database())) {
            try {
                told.listener().accept(event);
            } catch (RuntimeException | Error e) {
                logger.error("A listener of database {} failed", told.database(), e);
            }
        }
    }

    /** Ends telling; what still waits is not told any more. */
    @Override
    public void close() {
        closed = true;
        NodeThread telling = thread;
        if (telling != null) {
            // who waits for what it tells must not be kept waiting by what it still has
            listen("", false, null);
            telling.interrupt();
            try {
                telling.join(FAREWELL_NANOS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
