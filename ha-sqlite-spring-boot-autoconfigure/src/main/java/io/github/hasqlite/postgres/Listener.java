package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One client that may listen: its channels, and what it was not told yet. Thread-safe. */
final class Listener {

    /** In bytes, of what waits for one client. */
    static final long MOST = 1024 * 1024;

    private final Runnable wake;
    private final End connection;
    private final Set<String> channels = ConcurrentHashMap.newKeySet();
    private final Deque<Notification> waiting = new ArrayDeque<>();
    private long weight;
    private boolean ended;

    /**
     * @param wake is called when there is something to be told; never waits
     * @param connection is ended when the client would miss something without knowing
     */
    Listener(Runnable wake, End connection) {
        this.wake = wake;
        this.connection = connection;
    }

    /** Ends the connection of a client, which is told why. */
    interface End {
        /** Never waits. */
        void end(String state, String message);
    }

    /** The change feed tells nothing more, and who has listened to it is to know: clients connect again then. */
    void feedEnded(String reason) {
        connection.end(
                SqlStates.SHUTDOWN,
                "terminating connection: the change feed that it listens to has ended (" + reason
                        + "); connect and LISTEN again, and read the tables anew");
    }

    /** Those that it listens to; may be changed. */
    Set<String> channels() {
        return channels;
    }

    /** Takes something for the client. */
    void offer(Notification notification) {
        boolean first;
        boolean over;
        synchronized (this) {
            if (ended) {
                return;
            }
            first = waiting.isEmpty();
            waiting.add(notification);
            weight += notification.weight();
            over = weight > MOST;
            if (over) {
                end();
            }
        }
        if (over) {
            connection.end(
                    SqlStates.LIMIT_EXCEEDED,
                    "terminating connection: more notifications wait than are kept for a client; some are lost");
        } else if (first) {
            wake.run();
        }
    }

    /** What the client is to be told now. */
    synchronized List<Notification> take() {
        List<Notification> taken = List.copyOf(waiting);
        waiting.clear();
        weight = 0;
        return taken;
    }

    /** The client has gone. */
    synchronized void end() {
        ended = true;
        take();
    }
}
