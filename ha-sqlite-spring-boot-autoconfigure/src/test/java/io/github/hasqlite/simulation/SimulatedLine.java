package io.github.hasqlite.simulation;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.Outage;
import io.github.hasqlite.PublishException;
import io.github.hasqlite.WrongLastSequenceException;
import io.github.hasqlite.core.runtime.TaskThread;
import java.io.IOException;
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

    /** Up to where the stream is seen through it. */
    long end() {
        return Math.min(limit, stream.end());
    }

    /** How often it was cut off. */
    long cuts() {
        return cuts;
    }

    /** When it was cut off or mended last. */
    Instant since() {
        return since;
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

    /** What a request takes now. */
    long delay() {
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

    @Nullable
    Outage outage() {
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
        return new SimulatedSubscriber(this, stream, runtime);
    }
}
