package io.github.hasqlite.nats;

import io.nats.client.AuthHandler;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Turns settings into options of the client library. */
final class LinkOptions {

    /** One attempt on one server; a reachable one answers within milliseconds. */
    private static final Duration ATTEMPT = Duration.ofSeconds(2);

    /** Short, because everything waits for it, with jitter so that nodes do not come back all at once. */
    private static final Duration RECONNECT_WAIT = Duration.ofMillis(100);

    private static final Duration RECONNECT_JITTER = Duration.ofMillis(100);

    /** With {@link #PINGS_OUT} a dead peer is noticed within 15 s, the publish timeout's default. */
    private static final Duration PING_INTERVAL = Duration.ofSeconds(5);

    private static final int PINGS_OUT = 2;

    /** Where there are other servers to go to, one that hangs is left within 6 s: as soon as an election would be over. */
    private static final Duration CLUSTER_PING_INTERVAL = Duration.ofSeconds(2);

    private LinkOptions() {}

    static Options build(
            NatsSettings settings,
            String purpose,
            LinkThreads threads,
            LinkEvents events,
            UnaryOperator<Options.Builder> customizer) {
        Options.Builder builder = Options.builder()
                .servers(settings.servers().toArray(String[]::new))
                .connectionName(settings.connectionName() + " " + purpose)
                .connectionTimeout(min(ATTEMPT, settings.connectTimeout()))
                .maxReconnects(-1)
                .reconnectWait(RECONNECT_WAIT)
                .reconnectJitter(RECONNECT_JITTER)
                .reconnectJitterTls(RECONNECT_JITTER)
                // otherwise messages go out after their publisher was told that they did not
                .reconnectBufferSize(0)
                .pingInterval(settings.ownServer() ? CLUSTER_PING_INTERVAL : PING_INTERVAL)
                .maxPingsOut(PINGS_OUT)
                .connectionListener(events)
                .errorListener(events)
                .executor(threads.workers())
                .connectExecutor(threads.connector())
                .readerExecutor(threads.reader())
                .writerExecutor(threads.writer())
                .callbackExecutor(threads.callbacks())
                .scheduledExecutor(threads.timer());
        if (settings.sslContext() != null) {
            builder.sslContext(settings.sslContext());
        }
        authenticate(builder, settings);
        if (settings.ownServer()) {
            builder.serverPool(new OwnServerFirst());
        }
        return customizer.apply(builder).build();
    }

    /** To look whether this node's own server is of use, without a connection that comes back. */
    static Options probe(NatsSettings settings) {
        Options.Builder builder = Options.builder()
                .server(settings.servers().get(0))
                .connectionName(settings.connectionName() + " probe")
                .connectionTimeout(ATTEMPT)
                .ignoreDiscoveredServers()
                .noReconnect()
                .errorListener(new ErrorListener() {});
        if (settings.sslContext() != null) {
            builder.sslContext(settings.sslContext());
        }
        authenticate(builder, settings);
        return builder.build();
    }

    private static void authenticate(Options.Builder builder, NatsSettings settings) {
        NatsCredentials credentials = settings.credentials();
        if (credentials instanceof NatsCredentials.UserPassword user) {
            builder.userInfo(user.user().toCharArray(), user.password().toCharArray());
        } else if (credentials instanceof NatsCredentials.Token token) {
            builder.token(token.token().toCharArray());
        } else if (credentials instanceof NatsCredentials.NKeySeed key) {
            builder.authHandler(new NKeyHandler(key.seed().toCharArray()));
        } else if (credentials instanceof NatsCredentials.CredentialsFile file) {
            builder.authHandler(checked(file.file()));
        }
    }

    private static AuthHandler checked(Path file) {
        if (!Files.isReadable(file)) {
            throw new NatsStartException(
                    new NatsStartException.UnreadableCredentials("The NATS credentials file " + file
                            + " does not exist or cannot be read. Correct its path."),
                    new IOException(file.toString()));
        }
        AuthHandler handler = Nats.credentials(file.toString());
        try {
            handler.getID();
        } catch (RuntimeException e) {
            throw new NatsStartException(
                    new NatsStartException.UnreadableCredentials(
                            "The NATS credentials file " + file + " holds no user JWT and seed as nsc writes them."),
                    e);
        }
        return handler;
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
