package io.github.hasqlite.nats;

import io.github.hasqlite.Outage;
import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener.Events;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.ReadListener;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One connection to the NATS servers, which comes back by itself, for ever, until nobody uses it any more. Each change
 * between reachable and not is logged once. Thread-safe.
 */
final class NatsLine {

    private static final Logger log = LoggerFactory.getLogger(NatsLine.class);

    /** Between attempts of the first connection, and after the client library has given up. */
    private static final Duration RETRY_PAUSE = Duration.ofMillis(250);

    private final NatsSettings settings;
    private final String purpose;
    private final LinkThreads threads;
    private final Options options;
    private final LinkEvents events = new LinkEvents(this);
    private final LastHeard lastHeard;
    private final List<LinkListener> listeners = new CopyOnWriteArrayList<>();
    private final Object monitor = new Object();
    private final WayHome wayHome;
    private final Runnable renewal = this::tlsRenewed;

    /** Whether a thread is at it. */
    private final AtomicBoolean connecting = new AtomicBoolean();

    /** Guarded by {@link #monitor}. */
    private int users = 1;

    /** Guarded by {@link #monitor} for waiting; {@code null} while not connected. */
    private volatile @Nullable Connection connected;

    private volatile @Nullable Connection opened;
    private volatile boolean closed;
    private volatile boolean everConnected;
    private volatile boolean silent;
    private volatile Instant downSince = Instant.now();

    /**
     * One that is not connected yet, and has one user.
     *
     * @param reader told by the reading thread of everything it reads
     * @throws NatsStartException if the credentials file or nkey cannot be read
     */
    NatsLine(NatsSettings settings, String purpose, UnaryOperator<Options.Builder> customizer, ReadListener reader) {
        this.settings = settings;
        this.purpose = purpose;
        lastHeard = new LastHeard(reader);
        threads = new LinkThreads("ha-sqlite-nats-" + purpose);
        wayHome = new WayHome(settings, threads);
        if (settings.sslContext() instanceof RenewableTls tls) {
            tls.addListener(renewal);
        }
        options = LinkOptions.build(
                settings,
                purpose,
                threads,
                events,
                builder -> customizer.apply(builder).readListener(lastHeard));
    }

    /**
     * Connects, trying for {@link NatsSettings#connectTimeout()}. Connection losses afterwards are
     * ridden out without anybody's doing.
     *
     * @throws NatsStartException if no server could be reached ({@link #connectInBackground()} may be
     *     called next), or one refused the credentials
     */
    void connect() {
        long start = System.nanoTime();
        while (true) {
            try {
                opened = Nats.connect(options);
                if (!awaitConnected(settings.connectTimeout())) {
                    throw unreachable(null);
                }
                return;
            } catch (AuthenticationException e) {
                NatsCredentials credentials = settings.credentials();
                throw new NatsStartException(
                        new NatsStartException.Unauthenticated(
                                settings.maskedServers(),
                                credentials == null ? "no credentials configured" : credentials.label()),
                        e);
            } catch (IOException e) {
                boolean over =
                        System.nanoTime() - start >= settings.connectTimeout().toNanos();
                if (over || Thread.currentThread().isInterrupted()) {
                    Throwable reason = events.lastException();
                    throw unreachable(reason == null ? e : reason);
                }
                pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw unreachable(e);
            }
        }
    }

    private NatsStartException unreachable(@Nullable Throwable cause) {
        String detail = cause == null ? null : LinkEvents.text(cause);
        return new NatsStartException(
                new NatsStartException.Unreachable(settings.maskedServers(), settings.connectTimeout(), detail), cause);
    }

    /** Connects as soon as a server can be reached, and keeps trying until then or until closed. */
    void connectInBackground() {
        if (closed || !connecting.compareAndSet(false, true)) {
            return;
        }
        try {
            threads.workers().execute(() -> {
                try {
                    connectUntilClosed();
                } finally {
                    connecting.set(false);
                }
                if (opened == null && !Thread.currentThread().isInterrupted()) {
                    // lost again before the next attempt could begin
                    connectInBackground();
                }
            });
        } catch (RejectedExecutionException e) {
            log.debug("closed while connecting");
        }
    }

    private void connectUntilClosed() {
        while (!closed && opened == null && !Thread.currentThread().isInterrupted()) {
            try {
                opened = Nats.connect(options);
            } catch (IOException e) {
                events.logUnreachable();
                pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (closed) {
            closeOpened();
        }
    }

    /** Whether the server is not worth a farewell, because it did not answer one before. */
    boolean isSilent() {
        return silent;
    }

    /** The server has not answered a farewell. */
    void silent() {
        silent = true;
    }

    /** Whether a server can be reached now. Cheap: one volatile read. */
    boolean isConnected() {
        return connected != null;
    }

    /** When a server said anything last, by this node's clock; when this was made, if none ever did. */
    Instant lastHeard() {
        return lastHeard.at();
    }

    /** Why no server can be reached, and when one was heard last; {@code null} if one can. */
    @Nullable
    Outage outage() {
        if (isConnected()) {
            return null;
        }
        String reason = events.lastReason();
        return new Outage(
                (everConnected ? "Lost the connection to NATS at " : "Cannot reach NATS at ")
                        + settings.maskedServers()
                        + (reason == null ? "" : ": " + reason),
                downSince);
    }

    /** Waits until connected. Returns whether it is. */
    boolean awaitConnected(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        synchronized (monitor) {
            while (connected == null && !closed) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    break;
                }
                monitor.wait(left);
            }
            return connected != null;
        }
    }

    /** The connection. */
    Connection connection() throws IOException {
        Connection current = connected;
        if (current == null) {
            String reason = events.lastReason();
            throw new IOException(
                    "Not connected to NATS at " + settings.maskedServers() + (reason == null ? "" : ": " + reason));
        }
        return current;
    }

    NatsSettings settings() {
        return settings;
    }

    LinkThreads threads() {
        return threads;
    }

    /** Adds a listener, which is told of changes from now on. */
    void addListener(LinkListener listener) {
        listeners.add(listener);
    }

    void removeListener(LinkListener listener) {
        listeners.remove(listener);
    }

    /** What the connection went through, in order: called by the thread of its events. */
    void changed(Connection connection, Events event) {
        switch (event) {
            case CONNECTED, RESUBSCRIBED -> up(connection);
            case DISCONNECTED -> down();
            case CLOSED -> {
                down();
                // it gives up by itself after two refused authentications; a server that is being
                // reconfigured may accept the third
                if (!closed && opened == connection) {
                    opened = null;
                    pause();
                    connectInBackground();
                }
            }
            default -> {}
        }
    }

    private void up(Connection connection) {
        if (closed) {
            return;
        }
        // whoever sees the link connected must find its listeners ready
        listeners.forEach(listener -> listener.connected(connection));
        synchronized (monitor) {
            connected = connection;
            monitor.notifyAll();
        }
        String server = String.valueOf(connection.getConnectedUrl());
        // a node has several, and says itself when it has started
        log.atLevel(everConnected ? Level.INFO : Level.DEBUG)
                .log(
                        "{} to NATS at {} (server {}, {})",
                        everConnected ? "Connected again" : "Connected",
                        MaskedUrl.mask(server),
                        connection.getServerInfo().getVersion(),
                        purpose);
        everConnected = true;
        wayHome.connected(connection);
    }

    private void down() {
        synchronized (monitor) {
            if (connected == null) {
                return;
            }
            // not now: a server that hangs is noticed late
            downSince = lastHeard();
            connected = null;
            monitor.notifyAll();
        }
        listeners.forEach(LinkListener::disconnected);
        if (!closed) {
            log.warn("Lost the connection to NATS at {} ({}), reconnecting", settings.maskedServers(), purpose);
        }
    }

    /** Waits, but not for longer than until closed. */
    private void pause() {
        long deadline = System.nanoTime() + RETRY_PAUSE.toNanos();
        synchronized (monitor) {
            try {
                long left = RETRY_PAUSE.toMillis();
                while (!closed && left > 0) {
                    monitor.wait(left);
                    left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What is connected now may have a certificate that is about to expire, or that is trusted no more. */
    private void tlsRenewed() {
        Connection connection = opened;
        if (closed || connection == null) {
            return;
        }
        threads.workers().execute(() -> {
            try {
                log.info("Connecting anew to NATS at {} ({}): TLS was renewed", settings.maskedServers(), purpose);
                connection.forceReconnect();
            } catch (IOException e) {
                log.debug("Could not connect anew to {}", settings.maskedServers(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void closeOpened() {
        Connection connection = opened;
        if (connection != null) {
            try {
                connection.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Somebody else uses it, too. Returns whether that is possible: it is not once it was closed. */
    boolean use() {
        synchronized (monitor) {
            if (users == 0) {
                return false;
            }
            users++;
            return true;
        }
    }

    /** One user fewer; the last closes it. */
    void release() {
        synchronized (monitor) {
            users--;
            if (users > 0) {
                return;
            }
        }
        close();
    }

    /** Closes the connection and ends its threads. */
    private void close() {
        synchronized (monitor) {
            if (closed) {
                return;
            }
            closed = true;
            monitor.notifyAll();
        }
        if (settings.sslContext() instanceof RenewableTls tls) {
            tls.removeListener(renewal);
        }
        closeOpened();
        down();
        threads.close();
    }
}
