package io.github.hasqlite.simulation;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.Outage;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.runtime.NodeThread;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The end of one process's line to which messages come. */
final class SimulatedSubscriber implements ChangeSetSubscriber {

    private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SimulatedLine line;
    private final SimulatedStream stream;
    private final SimulatedRuntime runtime;
    private final Scheduler scheduler;

    private @Nullable NodeThread thread;
    private volatile boolean stopped;
    private long delivered;
    private @Nullable StreamMessage newest;
    private long createdNs;
    /** How many losses of the stream it knows of. */
    private int losses;
    /** Whether it has looked at the stream since it was cut off last, and nothing speaks against it. */
    private boolean hears;
    /** How often it had been cut off then. */
    private long cutsThen;

    SimulatedSubscriber(SimulatedLine line, SimulatedStream stream, SimulatedRuntime runtime) {
        this.line = line;
        this.stream = stream;
        this.runtime = runtime;
        this.scheduler = stream.scheduler();
    }

    @Override
    public StreamState state() throws IOException {
        line.request();
        return new StreamState(stream.first(), line.end(), line.end(), stream.createdNs());
    }

    @Override
    public void start(long afterSequence, Listener listener) throws IOException {
        line.request();
        stopped = false;
        delivered = afterSequence;
        hears = true;
        cutsThen = line.cuts();
        losses = stream.losses();
        if (createdNs == 0) {
            createdNs = stream.createdNs();
        }
        NodeThread made = runtime.thread("delivery", () -> deliver(listener));
        thread = made;
        made.start();
    }

    private void deliver(Listener listener) {
        try {
            while (!stopped) {
                hears &= line.isConnected() && cutsThen == line.cuts();
                if (line.isConnected() && (!hears || losses != stream.losses())) {
                    String reset = look();
                    if (reset != null) {
                        listener.onReset(reset);
                        return;
                    }
                }
                if (!hears || delivered >= line.end()) {
                    stream.listen(scheduler.now() + HEARTBEAT_NANOS);
                    continue;
                }
                if (scheduler.random().nextInt(4) == 0) {
                    runtime.sleep(line.delay());
                    if (!line.isConnected() || stopped) {
                        continue;
                    }
                }
                if (delivered + 1 < stream.first()) {
                    long from = delivered + 1;
                    delivered = stream.first() - 1;
                    listener.onGap(from, delivered);
                    continue;
                }
                StreamMessage message = stream.get(delivered + 1);
                if (message != null) {
                    delivered++;
                    newest = message;
                    listener.onMessage(message);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stream.forgetListener(scheduler.current());
        }
    }

    /** Sooner or later it is known that the stream is another one, or an earlier state of it. */
    private @Nullable String look() throws InterruptedException {
        if (hears) {
            runtime.sleep(scheduler.random().nextLong(2 * HEARTBEAT_NANOS));
        }
        losses = stream.losses();
        cutsThen = line.cuts();
        hears = false;
        if (!line.isConnected()) {
            return null;
        }
        if (createdNs != stream.createdNs()) {
            return "the stream was made anew";
        }
        StreamMessage last = newest;
        StreamMessage there = last == null ? null : stream.get(last.sequence());
        if (delivered > stream.end() || (last != null && there != null && last.timestampNs() != there.timestampNs())) {
            return "the stream was set back";
        }
        hears = true;
        return null;
    }

    @Override
    public @Nullable StreamMessage read(long sequence, Duration timeout) throws IOException {
        line.request();
        return stream.get(sequence);
    }

    @Override
    public void stop() {
        stopped = true;
        NodeThread now = thread;
        if (now != null) {
            now.interrupt();
            try {
                now.join(SimulatedThread.NEVER - 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public ChangeSetSubscriber another() {
        return new SimulatedSubscriber(line, stream, runtime);
    }

    @Override
    public void dropCovered(long streamCreatedNs, long sequence) throws IOException {
        line.request();
        if (streamCreatedNs == stream.createdNs()
                && stream.happens(stream.faults().forget())) {
            stream.dropBefore(sequence + 1);
        }
    }

    @Override
    public boolean isConnected() {
        return line.isConnected() && (thread == null || (hears && cutsThen == line.cuts()));
    }

    @Override
    public @Nullable Outage outage() {
        return line.outage();
    }

    @Override
    public @Nullable Instant lastHeard() {
        return line.isConnected() ? runtime.now() : line.since();
    }

    @Override
    public void close() {
        stop();
    }
}
