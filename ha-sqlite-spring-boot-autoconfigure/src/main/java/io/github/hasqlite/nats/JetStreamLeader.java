package io.github.hasqlite.nats;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.LeadershipGained;
import io.github.hasqlite.LeadershipLost;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader of a cluster: who has the lease in the stream {@code <stream>_LEADER}. Thread-safe.
 */
public final class JetStreamLeader implements ClusterLeader, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JetStreamLeader.class);

    /** How often within its life it is looked whether the lease is free. */
    private static final int LOOKS = 5;

    /** How often within its life it is looked, by the clock alone, whether the lease is still held. */
    private static final int GLANCES = 40;

    private static final long FAREWELL_MILLIS = 2_000;

    private final NatsLink link;
    private final String node;
    private final @Nullable String address;
    private final Supplier<@Nullable String> unfit;
    private final Duration life;
    private final String key;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /** Guards what listeners are told, and in which order. */
    private final Object telling = new Object();

    private volatile StreamLeases.@Nullable Fenced lease;
    /** Was lost while it was held, and is to be given back to the servers. */
    private volatile StreamLeases.@Nullable Fenced given;

    private volatile @Nullable Seen seen;
    private volatile @Nullable String complaint;

    /** {@code null} while this node neither leads nor looks who does. */
    private volatile @Nullable Working working;

    private record Working(StreamLeases leases, ScheduledThreadPoolExecutor threads) {}

    /** Who led when that was seen last. */
    private record Seen(Leader leader, long nanos) {}

    /**
     * A leader over a link that somebody else closes; nothing happens before {@link #start}.
     *
     * @param node this node's name
     * @param address where it can be reached, or {@code null}
     * @param unfit why this node must not lead now, or {@code null} if it may; asked often, so it must be cheap
     * @param life how long the lease lasts after its last renewal; at least 1 s
     */
    JetStreamLeader(
            NatsLink link, String node, @Nullable String address, Supplier<@Nullable String> unfit, Duration life) {
        this.link = link;
        this.node = node;
        this.address = address;
        this.unfit = unfit;
        this.life = life;
        String subject = link.settings().subject();
        this.key = subject.substring(subject.lastIndexOf('.') + 1) + ".leader";
    }

    /** Begins to look who leads and, if this node may, to lead as soon as nobody else does. */
    public synchronized void start() {
        if (working != null) {
            return;
        }
        ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(2, task -> {
            Thread thread = new Thread(task, "ha-sqlite-nats-leader");
            thread.setDaemon(true);
            return thread;
        });
        Working begun = new Working(new StreamLeases(link, life, "LEADER", "Leaders of ha-sqlite clusters"), threads);
        working = begun;
        long look = Math.max(1, life.toMillis() / LOOKS);
        long glance = Math.max(1, life.toMillis() / GLANCES);
        var unused = threads.scheduleWithFixedDelay(() -> look(begun), 0, look, TimeUnit.MILLISECONDS);
        // asks nobody, so that nothing that hangs can delay it
        var unusedToo = threads.scheduleAtFixedRate(this::glance, glance, glance, TimeUnit.MILLISECONDS);
    }

    private void look(Working begun) {
        if (!link.isConnected() || isLeader()) {
            return;
        }
        giveBack();
        try {
            StreamLeases.Holder holder;
            if (unfit.get() == null) {
                StreamLeases.Attempt attempt = begun.leases.attempt(key, text());
                holder = attempt.holder();
                StreamLeases.Fenced taken = attempt.lease();
                if (taken != null) {
                    gained(begun, taken);
                }
            } else {
                holder = begun.leases.holder(key);
            }
            see(holder);
            complaint = null;
        } catch (IOException | JetStreamApiException | RuntimeException e) {
            String reason = String.valueOf(e.getMessage());
            if (!reason.equals(complaint) && begun.equals(working)) {
                log.warn("Cannot find out who leads the cluster, trying on: {}", reason);
            }
            complaint = reason;
        }
    }

    private void giveBack() {
        StreamLeases.Fenced back = given;
        if (back != null) {
            given = null;
            back.close();
        }
    }

    private String text() {
        return address == null ? node : node + "\n" + address;
    }

    private void see(StreamLeases.@Nullable Holder holder) {
        if (holder == null) {
            seen = null;
            return;
        }
        String[] lines = holder.text().split("\n", 2);
        Leader leader = new Leader(lines[0], lines.length == 2 ? lines[1] : null, holder.token());
        Seen before = seen;
        if (before == null || !before.leader.equals(leader)) {
            log.info("Node {} leads the cluster", leader.node());
        }
        seen = new Seen(leader, System.nanoTime());
    }

    private void gained(Working begun, StreamLeases.Fenced taken) {
        synchronized (telling) {
            if (!begun.equals(working)) {
                taken.close();
                return;
            }
            lose(null);
            lease = taken;
            listeners.forEach(listener -> tell(listener, taken.token(), true));
        }
    }

    private void glance() {
        StreamLeases.Fenced held = lease;
        String reason = held == null ? null : unfit.get();
        if (held != null && (reason != null || !held.isHeld())) {
            synchronized (telling) {
                lose(reason);
            }
        }
    }

    /**
     * With {@link #telling} held.
     *
     * @param gives why this node gives the lease back if it still has it, or {@code null} if it does not
     */
    private void lose(@Nullable String gives) {
        StreamLeases.Fenced held = lease;
        if (held != null && (gives != null || !held.isHeld())) {
            lease = null;
            if (held.isHeld()) {
                given = held;
                log.info("Node {} does not lead the cluster any more: {}", node, gives);
            } else {
                log.info("Node {} does not lead the cluster any more: it could not renew its lease in time", node);
            }
            listeners.forEach(listener -> tell(listener, held.token(), false));
        }
    }

    private void tell(Listener listener, long token, boolean gained) {
        try {
            if (gained) {
                listener.gained(new LeadershipGained(node, token));
            } else {
                listener.lost(new LeadershipLost(node, token));
            }
        } catch (RuntimeException e) {
            log.warn("A listener of the cluster's leader failed", e);
        }
    }

    @Override
    public boolean isLeader() {
        return held() != null;
    }

    private StreamLeases.@Nullable Fenced held() {
        StreamLeases.Fenced held = lease;
        return held != null && held.isHeld() && unfit.get() == null ? held : null;
    }

    @Override
    public long token() {
        StreamLeases.Fenced held = held();
        return held == null ? 0 : held.token();
    }

    @Override
    public @Nullable Leader leader() {
        StreamLeases.Fenced held = held();
        if (held != null) {
            return new Leader(node, address, held.token());
        }
        Seen last = seen;
        return last == null || last.leader.node().equals(node) || System.nanoTime() - last.nanos > life.toNanos()
                ? null
                : last.leader;
    }

    @Override
    public void addListener(Listener listener) {
        Objects.requireNonNull(listener, "listener");
        synchronized (telling) {
            listeners.add(listener);
            StreamLeases.Fenced held = lease;
            if (held != null) {
                tell(listener, held.token(), true);
            }
        }
    }

    /** Leads no more until it is started again, and gives the lease back, so that another node gets it at once. */
    @Override
    public void close() {
        Working ended;
        synchronized (this) {
            ended = working;
            if (ended == null) {
                return;
            }
            working = null;
            ended.threads.shutdownNow();
        }
        synchronized (telling) {
            lose("it was stopped");
        }
        ended.leases.close();
        try {
            ended.threads.awaitTermination(FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
