package io.github.hasqlite.core.history;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads pieces of the stream again, in order, beside the node that applies it. Thread-safe. */
final class StreamRange {

    /** Without a message for so long, the stream is taken for gone. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ChangeSetSubscriber subscriber;
    private final NodeRuntime runtime;

    StreamRange(ChangeSetSubscriber subscriber, NodeRuntime runtime) {
        this.subscriber = subscriber;
        this.runtime = runtime;
    }

    /** Takes messages. */
    interface Visitor {

        /**
         * Takes the next one.
         *
         * @return whether to go on
         */
        boolean take(StreamMessage message) throws IOException, SQLException;
    }

    /** What the stream holds at this moment. */
    ChangeSetSubscriber.StreamState state() throws IOException {
        return subscriber.state();
    }

    /**
     * Reads from a place to another one.
     *
     * @param first the first place that counts; what the stream does not hold any more is left out
     * @param last the last one
     * @param visitor called by another thread, while this one waits
     * @throws IOException if the stream cannot be read
     */
    void read(long first, long last, Visitor visitor) throws IOException, SQLException {
        ChangeSetSubscriber.StreamState now = state();
        long from = Math.max(first, now.firstSequence());
        long to = Math.min(last, now.lastSequence());
        if (from > to) {
            return;
        }
        Reading reading = new Reading(to, visitor, runtime);
        try (ChangeSetSubscriber source = subscriber.another()) {
            source.start(from - 1, reading);
            reading.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading the stream");
        }
    }

    /** The place of the first message that was stored at a time or later, or behind the last one. */
    long since(long timeNs) throws IOException {
        ChangeSetSubscriber.StreamState now = state();
        long low = now.firstSequence();
        long high = now.lastSequence() + 1;
        while (low < high) {
            long middle = low + (high - low) / 2;
            StreamMessage found = atOrBehind(middle, high);
            if (found == null) {
                high = middle;
            } else if (found.timestampNs() < timeNs) {
                low = found.sequence() + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private @Nullable StreamMessage atOrBehind(long sequence, long end) throws IOException {
        for (long at = sequence; at < end; at++) {
            StreamMessage message = subscriber.read(at, PATIENCE);
            if (message != null) {
                return message;
            }
        }
        return null;
    }

    /** One reading, from its first message to its last. */
    private static final class Reading implements ChangeSetSubscriber.Listener {

        private final long last;
        private final Visitor visitor;
        private final NodeRuntime runtime;
        private final Monitor monitor;
        private long heardNanos;
        private boolean done;
        private @Nullable Throwable failure;

        Reading(long last, Visitor visitor, NodeRuntime runtime) {
            this.last = last;
            this.visitor = visitor;
            this.runtime = runtime;
            this.monitor = runtime.monitor();
            this.heardNanos = runtime.nanoTime();
        }

        @Override
        public void onMessage(StreamMessage message) {
            if (isDone()) {
                return;
            }
            boolean more = message.sequence() <= last;
            Throwable thrown = null;
            if (more) {
                try {
                    more = visitor.take(message) && message.sequence() < last;
                } catch (IOException | SQLException | RuntimeException | Error e) {
                    thrown = e;
                }
            }
            heard(!more || thrown != null, thrown);
        }

        @Override
        public void onGap(long firstMissing, long lastMissing) {
            heard(lastMissing >= last, null);
        }

        @Override
        public void onReset(String reason) {
            heard(true, new IOException(reason));
        }

        private boolean isDone() {
            monitor.lock();
            try {
                return done;
            } finally {
                monitor.unlock();
            }
        }

        private void heard(boolean end, @Nullable Throwable thrown) {
            monitor.lock();
            try {
                heardNanos = runtime.nanoTime();
                if (end && !done) {
                    done = true;
                    failure = thrown;
                    monitor.signalAll();
                }
            } finally {
                monitor.unlock();
            }
        }

        void await() throws InterruptedException, IOException, SQLException {
            monitor.lock();
            try {
                while (!done) {
                    long left = heardNanos + PATIENCE_NANOS - runtime.nanoTime();
                    if (left <= 0) {
                        throw new IOException("the stream did not deliver what it holds up to " + last + " within "
                                + TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS) + " s");
                    }
                    monitor.await(left);
                }
            } finally {
                monitor.unlock();
            }
            rethrow(failure);
        }

        private static void rethrow(@Nullable Throwable thrown) throws IOException, SQLException {
            if (thrown instanceof IOException e) {
                throw e;
            }
            if (thrown instanceof SQLException e) {
                throw e;
            }
            if (thrown instanceof RuntimeException e) {
                throw e;
            }
            if (thrown instanceof Error e) {
                throw e;
            }
        }
    }
}
