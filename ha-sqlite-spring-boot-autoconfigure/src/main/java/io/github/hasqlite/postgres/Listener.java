package io.github.hasqlite.postgres;

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
    private final Runnable lost;
    private final Set<String> channels = ConcurrentHashMap.newKeySet();
    private final Deque<Notification> waiting = new ArrayDeque<>();
    private long weight;
    private boolean ended;

    /**
     * @param wake is called when there is something to be told; never waits
     * @param lost is called once when more waits than may: the connection has to end; never waits
     */
    Listener(Runnable wake, Runnable lost) {
        this.wake = wake;
        this.lost = lost;
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
            lost.run();
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
