package io.github.hasqlite.nats;

import io.github.hasqlite.SnapshotStore.Lease;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamOptions;
import io.nats.client.NUID;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases in a stream beside that of the change sets: the holder's message on a lease's subject, which the
 * server removes by age unless it is renewed. Thread-safe.
 *
 * <p>Whoever writes expects that nothing was written to the whole stream since it looked. A comparison
 * with the subject alone would disturb others less, but lets two through on replicated streams of servers
 * below 2.9.21.
 */
final class StreamLeases implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StreamLeases.class);

    /** Renewals that fit into the life of a lease. */
    private static final int RENEWALS = 3;

    /** What part of it is given up, because clocks run at different rates. */
    private static final int MARGIN = 10;

    /** Each failure means that another succeeded. */
    private static final int TRIES = 50;

    private final NatsLink link;
    private final Duration life;
    private final String stream;
    private final String purpose;
    private final ScheduledThreadPoolExecutor renewals;
    private final Set<Held> held = ConcurrentHashMap.newKeySet();

    /**
     * Leases that are taken over a link, in the stream {@code <stream>_LEASES}.
     *
     * @param life how long one is held after its last renewal; at least 1 s
     */
    StreamLeases(NatsLink link, Duration life) {
        this(link, life, "LEASES", "Leases of ha-sqlite nodes");
    }

    /**
     * Leases in a stream of their own.
     *
     * @param suffix of its name
     * @param purpose what it is for, for people
     */
    StreamLeases(NatsLink link, Duration life, String suffix, String purpose) {
        this.link = link;
        this.life = life;
        this.purpose = purpose;
        stream = link.settings().stream() + "_" + suffix;
        renewals = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "ha-sqlite-nats-leases");
            thread.setDaemon(true);
            return thread;
        });
        renewals.setRemoveOnCancelPolicy(true);
    }

    /**
     * Takes a lease.
     *
     * @param key subject tokens
     * @return {@code null} if another has it
     */
    @Nullable
    Lease take(String key) throws IOException, JetStreamApiException {
        return attempt(key, "").lease();
    }

    /**
     * What became of an attempt to take a lease.
     *
     * @param lease {@code null} if another has it, or it was taken too late to be used
     * @param holder who has it now; {@code null} if that is not known
     */
    record Attempt(@Nullable Fenced lease, @Nullable Holder holder) {}

    /**
     * Who has a lease.
     *
     * @param token greater than that of each earlier holder, as long as the stream is there
     * @param text what the holder says of itself
     */
    record Holder(long token, String text) {}

    /** A lease with the token of its holder. */
    interface Fenced extends Lease {
        long token();
    }

    /**
     * Takes a lease.
     *
     * @param key subject tokens
     * @param text what this holder says of itself
     */
    Attempt attempt(String key, String text) throws IOException, JetStreamApiException {
        Held lease = new Held(stream + "." + key, text);
        if (!lease.acquire()) {
            return new Attempt(null, lease.other);
        }
        held.add(lease);
        long period = life.toMillis() / RENEWALS;
        try {
            lease.renewal = renewals.scheduleWithFixedDelay(lease::renew, period, period, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            lease.close();
            throw new IOException("closed", e);
        }
        return new Attempt(lease, new Holder(lease.fence, text));
    }

    /** Who has a lease; {@code null} if nobody has. */
    @Nullable
    Holder holder(String key) throws IOException, JetStreamApiException {
        return Held.holder(LeaderReads.lastMessage(link.connection(), stream, stream + "." + key));
    }

    /** Gives all back that are held. */
    @Override
    public void close() {
        renewals.shutdownNow();
        held.forEach(Held::close);
    }

    private StreamInfo look() throws IOException {
        return AuxiliaryStream.ensure(
                link,
                StreamConfiguration.builder()
                        .name(stream)
                        .description(purpose)
                        .subjects(stream + ".>")
                        .storageType(StorageType.File)
                        .maxMessagesPerSubject(1)
                        .maxAge(life)
                        .duplicateWindow(life)
                        .replicas(link.settings().replicas())
                        .build());
    }

    private final class Held implements Fenced {

        private final String subject;
        private final String text;
        private final byte[] id = NUID.nextGlobal().getBytes(StandardCharsets.US_ASCII);

        /** The place of the message with which it was taken. */
        private volatile long fence;

        /** Who had it when it was to be taken. */
        private @Nullable Holder other;

        private volatile long until;
        private volatile boolean over;

        /** Guarded by this lease. */
        private boolean closed;

        volatile @Nullable ScheduledFuture<?> renewal;

        Held(String subject, String text) {
            this.subject = subject;
            this.text = text;
        }

        @Override
        public long token() {
            return fence;
        }

        private byte[] message() {
            return (new String(id, StandardCharsets.US_ASCII) + "\n" + fence + "\n" + text)
                    .getBytes(StandardCharsets.UTF_8);
        }

        static @Nullable Holder holder(@Nullable MessageInfo message) {
            byte[] data = message == null ? null : message.getData();
            if (message == null || data == null) {
                return null;
            }
            String[] lines = new String(data, StandardCharsets.UTF_8).split("\n", 3);
            // earlier versions say only who they are
            return lines.length == 3 && lines[1].matches("\\d{1,18}")
                    ? new Holder(Long.parseLong(lines[1]), lines[2])
                    : new Holder(message.getSeq(), "");
        }

        @Override
        public boolean isHeld() {
            return !over && until - System.nanoTime() > 0;
        }

        /** Whether it is ours now. */
        synchronized boolean acquire() throws IOException, JetStreamApiException {
            long first = System.nanoTime();
            IOException unanswered = null;
            for (int i = 0; i < TRIES; i++) {
                StreamInfo info = look();
                MessageInfo holder = LeaderReads.lastMessage(link.connection(), stream, subject);
                if (isOurs(holder)) {
                    // stored, though the answer got lost: nobody knows when
                    Holder stored = holder(holder);
                    fence = stored == null ? fence : stored.token();
                    until = end(first, info);
                    return isHeld();
                }
                if (holder != null) {
                    other = holder(holder);
                    return false;
                }
                try {
                    long sent = System.nanoTime();
                    fence = info.getStreamState().getLastSequence() + 1;
                    if (AuxiliaryStream.store(link, info, subject, message())) {
                        until = end(sent, info);
                        return isHeld();
                    }
                    unanswered = null;
                } catch (IOException e) {
                    if (unanswered != null) {
                        throw e;
                    }
                    unanswered = e;
                }
            }
            throw new IOException("stream '" + stream + "' is written to all the time");
        }

        synchronized void renew() {
            if (closed || over) {
                return;
            }
            try {
                for (int i = 0; i < TRIES; i++) {
                    StreamInfo info = look();
                    if (!isOurs(LeaderReads.lastMessage(link.connection(), stream, subject))) {
                        log.warn("Lost the lease {}", subject);
                        end();
                        return;
                    }
                    if (!isHeld()) {
                        // its message is still there for a moment, but the holder was told that it is lost
                        break;
                    }
                    long sent = System.nanoTime();
                    if (!AuxiliaryStream.store(link, info, subject, message())) {
                        continue;
                    }
                    if (isHeld()) {
                        until = end(sent, info);
                        return;
                    }
                    break;
                }
            } catch (IOException | JetStreamApiException | RuntimeException e) {
                log.debug("Could not renew the lease {}", subject, e);
            }
            if (!isHeld()) {
                // its message is gone or goes soon: to take it back would be to take it anew
                log.warn("Lost the lease {}, which could not be renewed in time", subject);
                end();
            }
        }

        /** Another node may have made the stream, with leases that end sooner. */
        private long end(long sent, StreamInfo info) {
            Duration age = info.getConfiguration().getMaxAge();
            long nanos = age == null || age.isZero() ? life.toNanos() : Math.min(age.toNanos(), life.toNanos());
            return sent + nanos - nanos / MARGIN;
        }

        private boolean isOurs(@Nullable MessageInfo message) {
            byte[] data = message == null ? null : message.getData();
            return data != null && data.length >= id.length && Arrays.equals(id, Arrays.copyOf(data, id.length));
        }

        private void end() {
            over = true;
            held.remove(this);
            ScheduledFuture<?> task = renewal;
            if (task != null) {
                task.cancel(false);
            }
        }

        @Override
        public void close() {
            // from now on, though a renewal may have to end first
            boolean wasOver = over;
            end();
            synchronized (this) {
                if (closed || wasOver) {
                    return;
                }
                closed = true;
                try {
                    link.farewell(this::giveBack);
                } catch (IOException e) {
                    log.debug("Lease {} is left to end by itself", subject, e);
                }
            }
        }

        private void giveBack(Connection connection, Duration patience) throws IOException, JetStreamApiException {
            MessageInfo message = LeaderReads.lastMessage(connection, stream, subject, patience);
            if (message != null && isOurs(message)) {
                JetStreamOptions options =
                        JetStreamOptions.builder().requestTimeout(patience).build();
                connection.jetStreamManagement(options).deleteMessage(stream, message.getSeq(), false);
            }
        }
    }
}
