package io.github.hasqlite.nats;

import io.nats.client.ReadListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The connections that the databases of an application share: one for each purpose, where servers and credentials are
 * the same. Not for change sets, which are applied by the thread that reads them, so that one database would wait for
 * another. Thread-safe.
 */
final class NatsLines {

    /** What has to be the same; SSL contexts are the same only if they are one. */
    private record Key(
            String purpose,
            List<String> servers,
            String connectionName,
            @Nullable NatsCredentials credentials,
            @Nullable SSLContext sslContext,
            Duration connectTimeout,
            boolean ownServer) {}

    private final Map<Key, NatsLine> lines = new HashMap<>();

    /**
     * A link over a connection that is there, or a new one, which is not connected yet.
     *
     * @param purpose what the connection is for
     * @throws NatsStartException if the credentials file or nkey cannot be read
     */
    synchronized NatsLink link(NatsSettings settings, String purpose) {
        Key key = new Key(
                purpose,
                settings.servers(),
                settings.connectionName(),
                settings.credentials(),
                settings.sslContext(),
                settings.connectTimeout(),
                settings.ownServer());
        NatsLine line = lines.get(key);
        if (line == null || !line.use()) {
            line = new NatsLine(settings, purpose, builder -> builder, new ReadListener() {});
            lines.put(key, line);
        }
        return new NatsLink(settings, line);
    }
}
