package io.github.hasqlite.simulation;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.Outage;
import io.github.hasqlite.PublishException;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.WrongLastSequenceException;
import io.github.hasqlite.core.runtime.NodeThread;
import io.github.hasqlite.core.runtime.TaskThread;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One process's connection to the stream: requests take time, and get lost, repeated or overtaken. */
final class SimulatedLine {

    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SimulatedStream stream;
    private final SimulatedRuntime runtime;
    private final Scheduler scheduler;
    private final TaskThread answers;
    private final List<Request> open = new ArrayList<>();
    private boolean connected = true;
    private long cuts;
    private long lastArrival;
    private boolean closed;
    private final long limit;
    private Instant since = Instant.EPOCH;

    /** On its way to the stream. */
    private record Request(CompletableFuture<Long> answer, byte[] message, long expected) {}

    /**
     * A line that is connected.
     *
     * @param limit what comes after this message is not seen through it
     */
    SimulatedLine(SimulatedStream stream, SimulatedRuntime runtime, long limit) {
        this.limit = limit;
        this.stream = stream;
        this.runtime = runtime;
        this.scheduler = stream.scheduler();
        this.answers = runtime.taskThread("answers");
    }

    boolean isConnected() {
        return connected;
    }

    private long end() {
        return Math.min(limit, stream.end());
    }

    /** Cuts the line, or mends it. */
    void connect(boolean on) {
        if (connected != on) {
            connected = on;
            since = runtime.now();
            scheduler.note(runtime.name() + (on ? " is connected" : " is cut off"));
            if (!on) {
                cuts++;
                for (Request each : List.copyOf(open)) {
                    fail(each, new PublishException(PublishException.Reason.DISCONNECTED, "the line is cut"));
                }
            }
        }
    }

    private void answer(Request request, long sequence) {
        if (open.remove(request) && !runtime.isDead()) {
            tell(() -> request.answer.complete(sequence));
        }
    }

    private void fail(Request request, Exception why) {
        if (open.remove(request) && !runtime.isDead()) {
            tell(() -> request.answer.completeExceptionally(why));
        }
    }

    private void tell(Runnable what) {
        if (!closed) {
            answers.execute(what);
        }
    }

    private long delay() {
        // mostly quick
        return 1
                + (long) (TimeUnit.MILLISECONDS.toNanos(stream.faults().delayMillis())
                        * Math.pow(scheduler.random().nextDouble(), 3));
    }

    private CompletableFuture<Long> send(byte[] message, long expected) {
        runtime.point();
        CompletableFuture<Long> answer = new CompletableFuture<>();
        if (!connected || closed) {
            answer.completeExceptionally(new PublishException(
                    closed ? PublishException.Reason.CLOSED : PublishException.Reason.NOT_CONNECTED,
                    "there is no connection"));
            return answer;
        }
        Request request = new Request(answer, message.clone(), expected);
        open.add(request);
        if (!stream.happens(stream.faults().lose())) {
            long at = scheduler.now() + delay();
            if (stream.happens(stream.faults().overtake())) {
                at += delay() * 4;
            } else {
                at = Math.max(at, lastArrival + 1);
                lastArrival = at;
            }
            long sentIn = cuts;
            scheduler.at(at, () -> arrives(request, sentIn));
            if (expected < 0 && stream.happens(stream.faults().repeat())) {
                scheduler.at(at + delay() * 8, () -> arrives(request, sentIn));
            }
        }
        scheduler.at(
                scheduler.now() + ANSWER_NANOS,
                () -> fail(request, new PublishException(PublishException.Reason.TIMEOUT, "no answer")));
        return answer;
    }

    private void arrives(Request request, long sentIn) {
        if (sentIn != cuts && stream.happens(500)) {
            return;
        }
        if (request.message.length > stream.faults().largestMessage()) {
            fail(request, new PublishException(PublishException.Reason.TOO_LARGE, "larger than messages may be"));
            return;
        }
        boolean lost = stream.happens(stream.faults().loseAnswer());
        long at = scheduler.now() + (stream.happens(stream.faults().loseAnswer()) ? LATE_NANOS : delay());
        if (request.expected >= 0 && request.expected != stream.end()) {
            WrongLastSequenceException wrong =
                    new WrongLastSequenceException("the last sequence is " + stream.end(), stream.end());
            if (!lost) {
                scheduler.at(at, () -> fail(request, wrong));
            }
            return;
        }
        long sequence = stream.add(request.message);
        if (!lost) {
            scheduler.at(at, () -> answer(request, sequence));
        }
    }

    private void throwIfCut() throws IOException {
        runtime.point();
        if (!connected || closed) {
            throw new IOException("there is no connection to the stream");
        }
        pause();
        if (!connected || stream.happens(stream.faults().failStore())) {
            throw new IOException("the server does not answer");
        }
    }

    /** A request takes a moment. */
    void pause() throws IOException {
        try {
            runtime.sleep(delay());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** As a request to the server would. */
    void request() throws IOException {
        throwIfCut();
    }

    private @Nullable Outage outage() {
        return connected ? null : new Outage("the line is cut", since);
    }

    // ---- both ends

    ChangeSetPublisher publisher() {
        return new Publisher();
    }

    private final class Publisher implements ChangeSetPublisher {

        @Override
        public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
            return send(message, -1);
        }

        @Override
        public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message, long expectedLastSequence) {
            return send(message, expectedLastSequence);
        }

        @Override
        public boolean comparesAndSets() {
            return true;
        }

        @Override
        public int maxMessageBytes() {
            return stream.faults().largestMessage();
        }

        @Override
        public boolean isConnected() {
            return connected;
        }

        @Override
        public @Nullable Outage outage() {
            return SimulatedLine.this.outage();
        }

        @Override
        public boolean echoes() {
            return true;
        }

        @Override
        public void close() {
            closed = true;
            for (Request each : List.copyOf(open)) {
                open.remove(each);
                each.answer.completeExceptionally(
                        new PublishException(PublishException.Reason.CLOSED, "the publisher was closed"));
            }
            List<Runnable> unused = answers.stop();
            try {
                boolean ended = answers.awaitEnd(ANSWER_NANOS);
                if (!ended) {
                    scheduler.fail("who tells " + runtime.name() + " of answers does not end");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    ChangeSetSubscriber subscriber() {
        return new Subscriber();
    }

    private final class Subscriber implements ChangeSetSubscriber {

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

        @Override
        public StreamState state() throws IOException {
            throwIfCut();
            return new StreamState(stream.first(), end(), end(), stream.createdNs());
        }

        @Override
        public void start(long afterSequence, Listener listener) throws IOException {
            throwIfCut();
            stopped = false;
            delivered = afterSequence;
            hears = true;
            cutsThen = cuts;
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
                    hears &= connected && cutsThen == cuts;
                    if (connected && (!hears || losses != stream.losses())) {
                        String reset = look();
                        if (reset != null) {
                            listener.onReset(reset);
                            return;
                        }
                    }
                    if (!hears || delivered >= end()) {
                        stream.listen(scheduler.now() + HEARTBEAT_NANOS);
                        continue;
                    }
                    if (scheduler.random().nextInt(4) == 0) {
                        runtime.sleep(delay());
                        if (!connected || stopped) {
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
            cutsThen = cuts;
            hears = false;
            if (!connected) {
                return null;
            }
            if (createdNs != stream.createdNs()) {
                return "the stream was made anew";
            }
            StreamMessage last = newest;
            StreamMessage there = last == null ? null : stream.get(last.sequence());
            if (delivered > stream.end()
                    || (last != null && there != null && last.timestampNs() != there.timestampNs())) {
                return "the stream was set back";
            }
            hears = true;
            return null;
        }

        @Override
        public @Nullable StreamMessage read(long sequence, Duration timeout) throws IOException {
            throwIfCut();
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
            return new Subscriber();
        }

        @Override
        public void dropCovered(long streamCreatedNs, long sequence) throws IOException {
            throwIfCut();
            if (streamCreatedNs == stream.createdNs()
                    && stream.happens(stream.faults().forget())) {
                stream.dropBefore(sequence + 1);
            }
        }

        @Override
        public boolean isConnected() {
            return connected && (thread == null || (hears && cutsThen == cuts));
        }

        @Override
        public @Nullable Outage outage() {
            return SimulatedLine.this.outage();
        }

        @Override
        public @Nullable Instant lastHeard() {
            return connected ? runtime.now() : since;
        }

        @Override
        public void close() {
            stop();
        }
    }
}
