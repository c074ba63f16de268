package io.github.hasqlite.nats;

import io.github.hasqlite.Outage;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Options;
import io.nats.client.ReadListener;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One database's way to the NATS servers, for one purpose: over a {@linkplain NatsLine connection} of its own, or one that
 * other databases use, too. Thread-safe.
 */
final class NatsLink implements AutoCloseable {

    /** Who ends an application does not wait for servers that do not answer. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final NatsSettings settings;
    private final NatsLine line;
    private final List<LinkListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * A link of its own that is not connected yet.
     *
     * @throws NatsStartException if the credentials file or nkey cannot be read
     */
    public NatsLink(NatsSettings settings) {
        this(settings, "subscriber", builder -> builder);
    }

    NatsLink(NatsSettings settings, String purpose, UnaryOperator<Options.Builder> customizer) {
        this(settings, purpose, customizer, new ReadListener() {});
    }

    /** A link of its own whose reading thread tells {@code reader} of everything it reads. */
    NatsLink(NatsSettings settings, String purpose, UnaryOperator<Options.Builder> customizer, ReadListener reader) {
        this(settings, new NatsLine(settings, purpose, customizer, reader));
    }

    /**
     * A link over a connection.
     *
     * @param line which counts this as a user already
     */
    NatsLink(NatsSettings settings, NatsLine line) {
        this.settings = settings;
        this.line = line;
    }

    /**
     * Connects, trying for {@link NatsSettings#connectTimeout()}. Connection losses afterwards are
     * ridden out without anybody's doing.
     *
     * @throws NatsStartException if no server could be reached ({@link #connectInBackground()} may be
     *     called next), or one refused the credentials
     */
    public void connect() {
        line.connect();
    }

    /** Connects as soon as a server can be reached, and keeps trying until then or until closed. */
    public void connectInBackground() {
        line.connectInBackground();
    }

    /** Whether a server can be reached now. Cheap: one volatile read. */
    public boolean isConnected() {
        return line.isConnected();
    }

    /** What is polite to say at the end, and nothing depends on. */
    @FunctionalInterface
    interface Farewell {
        /**
         * Says it.
         *
         * @param patience how long to wait for an answer
         */
        void say(Connection connection, Duration patience)
                throws IOException, JetStreamApiException, InterruptedException, TimeoutException;
    }

    /**
     * Says farewell if a server can be reached. One that does not answer keeps the end waiting once, however many use the
     * connection.
     *
     * @throws IOException if that was in vain
     */
    void farewell(Farewell farewell) throws IOException {
        if (!line.isConnected() || line.isSilent()) {
            return;
        }
        try {
            farewell.say(line.connection(), FAREWELL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | TimeoutException e) {
            line.silent();
            throw new IOException("No answer to a farewell: " + e.getMessage(), e);
        } catch (JetStreamApiException | RuntimeException e) {
            throw new IOException("A farewell was refused: " + e.getMessage(), e);
        }
    }

    /** When a server said anything last, by this node's clock; when this was made, if none ever did. */
    Instant lastHeard() {
        return line.lastHeard();
    }

    /** Why no server can be reached, and when one was heard last; {@code null} if one can. */
    @Nullable
    Outage outage() {
        return line.outage();
    }

    /** Waits until connected. Returns whether it is. */
    boolean awaitConnected(Duration atMost) throws InterruptedException {
        return line.awaitConnected(atMost);
    }

    /** The connection. */
    public Connection connection() throws IOException {
        return line.connection();
    }

    NatsSettings settings() {
        return settings;
    }

    LinkThreads threads() {
        return line.threads();
    }

    /** Adds a listener, which is told of changes from now on. */
    void addListener(LinkListener listener) {
        listeners.add(listener);
        line.addListener(listener);
    }

    void removeListener(LinkListener listener) {
        listeners.remove(listener);
        line.removeListener(listener);
    }

    /** Ends this way; the connection is closed with the last one over it. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            line.release();
            listeners.forEach(line::removeListener);
        }
    }
}
