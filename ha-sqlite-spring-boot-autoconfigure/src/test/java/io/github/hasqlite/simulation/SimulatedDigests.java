package io.github.hasqlite.simulation;

import io.github.hasqlite.DigestExchange;
import io.github.hasqlite.NodeDigest;
import io.github.hasqlite.core.runtime.NodeThread;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the nodes answer to verifications, as one process reaches it. */
final class SimulatedDigests implements DigestExchange {

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SimulatedStream stream;
    private final SimulatedRuntime runtime;
    private final SimulatedLine line;
    private @Nullable NodeThread thread;
    private boolean closed;

    SimulatedDigests(SimulatedStream stream, SimulatedRuntime runtime, SimulatedLine line) {
        this.stream = stream;
        this.runtime = runtime;
        this.line = line;
    }

    @Override
    public void publish(NodeDigest digest) throws IOException {
        line.request();
        stream.add(digest);
        if (stream.happens(stream.faults().loseAnswer())) {
            throw new IOException("the answer is lost");
        }
    }

    @Override
    public void subscribe(Consumer<NodeDigest> listener) {
        NodeThread made = runtime.thread("digests", () -> deliver(listener));
        thread = made;
        made.start();
    }

    private void deliver(Consumer<NodeDigest> listener) {
        try {
            int delivered = 0;
            while (!closed) {
                if (line.isConnected() && delivered < stream.digests().size()) {
                    line.pause();
                    listener.accept(stream.digests().get(delivered++));
                } else {
                    stream.listen(stream.scheduler().now() + LOOK_NANOS);
                }
            }
        } catch (IOException e) {
            // interrupted, as at the end
        } finally {
            stream.forgetListener(stream.scheduler().current());
        }
    }

    @Override
    public void close() {
        closed = true;
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
}
