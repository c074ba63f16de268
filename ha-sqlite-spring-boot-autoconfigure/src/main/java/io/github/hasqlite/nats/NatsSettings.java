package io.github.hasqlite.nats;

import io.nats.client.support.NatsUri;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Where the stream is and how this node reaches it. Immutable. {@code toString} shows no secret.
 *
 * @param servers URLs of the servers, at least one; {@code nats://host:port}, {@code tls://…}, {@code
 *     ws://…}, {@code wss://…}, with or without {@code user:password@}
 * @param connectionName by what name the server's monitoring shows this node
 * @param credentials who this node is, or {@code null} for none beyond what the URLs contain
 * @param sslContext makes every connection a TLS connection; {@code null} for plain ones, or the
 *     JVM's default context where a URL begins with {@code tls://}
 * @param stream name of the stream, shared by all nodes
 * @param subject the subject this database's change sets are published on; must be {@code stream} or
 *     begin with {@code stream + "."}
 * @param streamMaxAge how long the stream keeps a message at least; positive
 * @param streamReserve for how much longer it keeps one that no snapshot covers; not negative
 * @param streamMaxBytes how large the stream may get before its oldest messages go, bytes; -1 for any size
 * @param replicas on how many servers of a NATS cluster each message is stored, 1 to 5
 * @param connectTimeout how long to try to reach a server, in total, before the first connection is
 *     given up
 * @param publishTimeout how long to wait for the stream's acknowledgement of one message
 * @param ownServer whether the first of the servers is this node's own, one of a cluster: it is used whenever it is
 *     there, the others that it knows while it is not, and streams begin with fewer replicas as long as there are fewer
 *     servers
 */
public record NatsSettings(
        List<String> servers,
        String connectionName,
        @Nullable NatsCredentials credentials,
        @Nullable SSLContext sslContext,
        String stream,
        String subject,
        Duration streamMaxAge,
        Duration streamReserve,
        long streamMaxBytes,
        int replicas,
        Duration connectTimeout,
        Duration publishTimeout,
        boolean ownServer) {

    /** As the Go implementation: {@code replicationStream}. */
    public static final String DEFAULT_STREAM = "ha_replication";

    /** As the Go implementation: {@code streamMaxAge}. */
    public static final Duration DEFAULT_STREAM_MAX_AGE = Duration.ofHours(24);

    /** A long weekend without power and a day to come back. */
    public static final Duration DEFAULT_STREAM_RESERVE = Duration.ofDays(4);

    /** What JetStream takes for no limit. */
    public static final long ANY_SIZE = -1;

    /** As the Go implementation: {@code publisherTimeout}; longer than an election, which takes 4 to 9 s. */
    public static final Duration DEFAULT_PUBLISH_TIMEOUT = Duration.ofSeconds(15);

    /** Long enough for a server that is being started next to this node. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** The most replicas JetStream knows. */
    private static final int MAX_REPLICAS = 5;

    private static final int MAX_PORT = 65_535;

    /** What JetStream takes as a stream's name: no separators of subjects and paths. */
    private static final Pattern STREAM_NAME = Pattern.compile("[^\\s.*>/\\\\\\p{Cntrl}]+");

    /** A subject without wildcards and without empty tokens. */
    private static final Pattern SUBJECT = Pattern.compile("[^\\s.*>\\p{Cntrl}]+(\\.[^\\s.*>\\p{Cntrl}]+)*");

    public NatsSettings {
        servers = List.copyOf(servers);
        Objects.requireNonNull(connectionName, "connectionName");
        require(!servers.isEmpty(), "no NATS server URL given");
        require(STREAM_NAME.matcher(stream).matches(), "not a stream name: '" + stream + "'");
        require(isSubject(subject), "not a subject: '" + subject + "'");
        require(
                subject.equals(stream) || subject.startsWith(stream + "."),
                "the subject '" + subject + "' does not belong to the stream '" + stream + "'");
        require(isPositive(streamMaxAge), "the stream's max age must be positive: " + streamMaxAge);
        require(!streamReserve.isNegative(), "the stream's reserve must not be negative: " + streamReserve);
        require(
                streamMaxBytes > 0 || streamMaxBytes == ANY_SIZE,
                "the stream's max bytes must be positive, or -1: " + streamMaxBytes);
        require(replicas >= 1 && replicas <= MAX_REPLICAS, "replicas must be 1 to 5: " + replicas);
        require(isPositive(connectTimeout), "the connect timeout must be positive: " + connectTimeout);
        require(isPositive(publishTimeout), "the publish timeout must be positive: " + publishTimeout);
    }

    /** Settings with every default, for the {@linkplain ReplicationSubject subject} of a replication id. */
    public static NatsSettings of(String server, String replicationId) {
        return new NatsSettings(
                List.of(server),
                replicationId,
                null,
                null,
                DEFAULT_STREAM,
                ReplicationSubject.of(DEFAULT_STREAM, replicationId),
                DEFAULT_STREAM_MAX_AGE,
                DEFAULT_STREAM_RESERVE,
                ANY_SIZE,
                1,
                DEFAULT_CONNECT_TIMEOUT,
                DEFAULT_PUBLISH_TIMEOUT,
                false);
    }

    /** After what time the server drops a message by itself, whatever covers it. */
    public Duration longestAge() {
        return streamMaxAge.plus(streamReserve);
    }

    /** The servers' URLs for messages and logs: without user info. */
    public String maskedServers() {
        return MaskedUrl.mask(servers);
    }

    @Override
    public String toString() {
        return "NatsSettings[servers=" + maskedServers() + ", connectionName=" + connectionName + ", credentials="
                + credentials + ", tls=" + (sslContext != null) + ", stream=" + stream + ", subject=" + subject
                + ", streamMaxAge=" + streamMaxAge + ", streamReserve=" + streamReserve + ", streamMaxBytes="
                + streamMaxBytes + ", replicas=" + replicas
                + ", connectTimeout=" + connectTimeout
                + ", publishTimeout=" + publishTimeout + ", ownServer=" + ownServer + "]";
    }

    /** Whether one can publish to this: no wildcards, no empty tokens. */
    static boolean isSubject(String subject) {
        return SUBJECT.matcher(subject).matches();
    }

    /**
     * Whether the client library can connect to such a URL. It takes no host with an underscore, and user and password
     * only with their special characters encoded.
     */
    public static boolean isUrl(String url) {
        try {
            return new NatsUri(url, "nats").getPort() <= MAX_PORT;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** The same but for what the consumer changes. */
    public NatsSettings with(Consumer<Changes> changes) {
        Changes changed = new Changes(this);
        changes.accept(changed);
        return changed.settings();
    }

    /** What is to be changed; starts as it is. Not thread-safe. */
    public static final class Changes {

        private final NatsSettings from;
        private @Nullable NatsCredentials credentials;
        private @Nullable SSLContext sslContext;
        private String stream;
        private String subject;
        private Duration streamMaxAge;
        private Duration streamReserve;
        private int replicas;
        private Duration connectTimeout;
        private Duration publishTimeout;
        private boolean ownServer;

        private Changes(NatsSettings from) {
            this.from = from;
            credentials = from.credentials;
            sslContext = from.sslContext;
            stream = from.stream;
            subject = from.subject;
            streamMaxAge = from.streamMaxAge;
            streamReserve = from.streamReserve;
            replicas = from.replicas;
            connectTimeout = from.connectTimeout;
            publishTimeout = from.publishTimeout;
            ownServer = from.ownServer;
        }

        public Changes credentials(@Nullable NatsCredentials to) {
            credentials = to;
            return this;
        }

        public Changes sslContext(@Nullable SSLContext to) {
            sslContext = to;
            return this;
        }

        public Changes stream(String to) {
            stream = to;
            return this;
        }

        public Changes subject(String to) {
            subject = to;
            return this;
        }

        public Changes streamMaxAge(Duration to) {
            streamMaxAge = to;
            return this;
        }

        public Changes streamReserve(Duration to) {
            streamReserve = to;
            return this;
        }

        public Changes replicas(int to) {
            replicas = to;
            return this;
        }

        public Changes connectTimeout(Duration to) {
            connectTimeout = to;
            return this;
        }

        public Changes publishTimeout(Duration to) {
            publishTimeout = to;
            return this;
        }

        public Changes ownServer(boolean to) {
            ownServer = to;
            return this;
        }

        private NatsSettings settings() {
            return new NatsSettings(
                    from.servers,
                    from.connectionName,
                    credentials,
                    sslContext,
                    stream,
                    subject,
                    streamMaxAge,
                    streamReserve,
                    from.streamMaxBytes,
                    replicas,
                    connectTimeout,
                    publishTimeout,
                    ownServer);
        }
    }
}
