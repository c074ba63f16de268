package io.github.hasqlite.nats;

import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.StreamGoneException;
import io.github.hasqlite.StreamMessage;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.ClusterInfo;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamInfoOptions;
import io.nats.client.api.StreamState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JetStream stream that stores all change sets. It holds the subjects {@code <stream>} and {@code
 * <stream>.>}, so that several databases can share it. Thread-safe.
 */
final class ReplicationStream {

    private static final Logger log = LoggerFactory.getLogger(ReplicationStream.class);

    /**
     * What a stream can keep. A file store takes a record of more than 32 MiB for damaged: old servers
     * (2.9) acknowledge such a message, never deliver it, and so nothing that comes after it either.
     */
    static final int MAX_MESSAGE = 31 << 20;

    /** A server that starts with what it has on disk may not have read all of it yet. */
    private static final Duration DOUBT_ALONE = Duration.ofSeconds(3);

    /** A replica that begins with an empty disk gets the stream from the others, after an election at times. */
    private static final Duration DOUBT_WITH_OTHERS = Duration.ofSeconds(30);

    private static final Duration LOOK_TIMEOUT = Duration.ofSeconds(5);

    /** How often to ask for a message: another replica answers each time, by chance. */
    private static final int LOOKS = 5;

    private final NatsLink link;
    private final NatsSettings settings;
    private final StreamSetup setup;
    private volatile boolean ensured;

    /** A node with a new database cannot start without: when it begins, an election may have to be over first. */
    private volatile boolean seen;

    private volatile int replicas;

    /** The stream that the link's settings name, whatever cluster it belongs to. */
    public ReplicationStream(NatsLink link) {
        this(link, null, null);
    }

    /**
     * The stream that the link's settings name.
     *
     * @param cluster what all nodes have in common; {@code null} not to compare it
     * @param node who must not have been removed; {@code null} if anybody may read and write
     */
    public ReplicationStream(NatsLink link, @Nullable ClusterProperties cluster, @Nullable String node) {
        this.link = link;
        this.settings = link.settings();
        this.setup = new StreamSetup(link, cluster, node);
    }

    /**
     * Creates the stream if it is absent, checks it otherwise: its max age becomes what is configured
     * ({@link NatsSettings#longestAge}), its replicas are raised to what is configured but never lowered. Any number of nodes may do so at
     * once. Done once; later calls return at once, so a stream deleted meanwhile is not created again.
     *
     * @throws IOException if the servers cannot be reached or do not answer
     * @throws NatsStartException if they have no JetStream, if there are not enough of them for the replicas,
     *     or if the stream, or one that overlaps it, exists for something else
     * @throws ReplicationStartException if it is that of a cluster with other properties than this node's
     */
    public synchronized void ensure() throws IOException {
        if (ensured) {
            return;
        }
        setup.ensure();
        ensured = true;
    }

    /**
     * What the stream and the subject hold at this moment: one to three requests.
     *
     * @throws IOException if the stream cannot be reached, or is gone
     * @throws ReplicationStartException if it is that of a cluster with other properties than this node's
     */
    public StreamExtent extent() throws IOException {
        try {
            StreamInfo info = seen ? look() : lookFirst();
            seen = true;
            setup.check(info);
            StreamState state = info.getStreamState();
            long created = created(info);
            replicas = info.getConfiguration().getReplicas();
            long first = state.getFirstSequence();
            long last = state.getLastSequence();
            if (state.getMsgCount() == 0) {
                return new StreamExtent(last + 1, last, last + 1, last, false, created);
            }
            Long ours = state.getSubjectMap().get(settings.subject());
            if (ours != null && ours == state.getMsgCount()) {
                return new StreamExtent(first, last, first, last, false, created);
            }
            Connection connection = link.connection();
            long subjectLast = LeaderReads.last(connection, settings.stream(), settings.subject());
            long subjectFirst =
                    subjectLast == 0 ? 1 : LeaderReads.next(connection, settings.stream(), settings.subject(), first);
            return new StreamExtent(first, last, subjectFirst, subjectLast, true, created);
        } catch (JetStreamApiException e) {
            String failure = "Could not read the state of stream '" + settings.stream() + "' at "
                    + settings.maskedServers() + ": " + e.getMessage();
            throw e.getErrorCode() == JetStreamErrors.NOT_FOUND
                    ? new StreamGoneException(failure, e)
                    : new IOException(failure, e);
        }
    }

    private StreamInfo lookFirst() throws IOException, JetStreamApiException {
        try {
            return Election.outlast(link, "find stream '" + settings.stream() + "'", this::look);
        } catch (IOException e) {
            if (e.getCause() instanceof JetStreamApiException said) {
                throw said;
            }
            throw e;
        }
    }

    private StreamInfo look() throws IOException, JetStreamApiException {
        return management().getStreamInfo(settings.stream(), StreamInfoOptions.filterSubjects(settings.subject()));
    }

    /**
     * What was removed from the stream up to this moment: one request, or two if that is not what it was.
     *
     * @param known what it was; {@code null} if nothing is known
     */
    StreamHoles holes(@Nullable StreamHoles known) throws IOException, JetStreamApiException {
        StreamInfo info = management().getStreamInfo(settings.stream());
        requireLeader(info);
        replicas = info.getConfiguration().getReplicas();
        long created = created(info);
        if (known != null && known.isStill(info, created)) {
            return known.upTo(info, settings.subject());
        }
        if (info.getStreamState().getDeletedCount() > 0) {
            info = management().getStreamInfo(settings.stream(), StreamInfoOptions.deletedDetails());
        }
        return StreamHoles.of(info, settings.subject(), created(info));
    }

    /** A server that is left without a majority may answer for the leader that there is not. */
    private void requireLeader(StreamInfo info) throws IOException {
        ClusterInfo cluster = info.getClusterInfo();
        if (cluster != null
                && cluster.getLeader() == null
                && cluster.getReplicas() != null
                && !cluster.getReplicas().isEmpty()) {
            throw new IOException("Stream '" + settings.stream() + "' has no leader");
        }
    }

    /**
     * Drops what is older than {@link NatsSettings#streamMaxAge} and held by a snapshot.
     *
     * @param createdNs when the stream was created that the snapshot belongs to, nanoseconds since 1970
     * @param covered the sequence up to which it holds everything
     * @throws IOException if the stream cannot be reached, or refuses it
     */
    void dropCovered(long createdNs, long covered) throws IOException {
        try {
            new StreamTrim(this).trim(createdNs, covered);
        } catch (JetStreamApiException e) {
            throw new IOException(
                    "Could not drop messages of stream '" + settings.stream() + "' at " + settings.maskedServers()
                            + " that a snapshot holds: " + e.getMessage(),
                    e);
        }
    }

    /** For how long the stream's leader may say what is not so. */
    Duration doubt() {
        return replicas > 1 ? DOUBT_WITH_OTHERS : DOUBT_ALONE;
    }

    /** When the leader says that it stored a message, nanoseconds since 1970; 0 if it does not have it. */
    long timeOf(long sequence) throws IOException, JetStreamApiException {
        return timeOf(LeaderReads.read(link.connection(), settings.stream(), sequence, LOOK_TIMEOUT));
    }

    private static long timeOf(@Nullable MessageInfo message) {
        return message == null || message.getTime() == null
                ? 0
                : nanos(message.getTime().toInstant());
    }

    /** Whether any replica that answers has the message that was delivered last. */
    boolean anyReplicaHas(LastDelivery delivered) {
        long sequence = delivered.sequence();
        for (int ask = 0; ask < LOOKS; ask++) {
            try {
                if (timeOf(management().getMessage(settings.stream(), sequence)) == delivered.timestampNs()) {
                    return true;
                }
            } catch (IOException | JetStreamApiException e) {
                log.debug("Message {} of stream '{}' was not found", sequence, settings.stream(), e);
            }
        }
        return false;
    }

    /** The sequence of the oldest message of the subject at or after another sequence, 0 if there is none. */
    long next(long from) throws IOException, JetStreamApiException {
        return LeaderReads.next(link.connection(), settings.stream(), settings.subject(), from);
    }

    /**
     * Reads one message from the stream's leader.
     *
     * @param timeout how long to wait for it
     * @return the message, or {@code null} if the stream does not have it
     * @throws IOException if the stream cannot be reached, or is gone
     */
    public @Nullable StreamMessage read(long sequence, Duration timeout) throws IOException {
        try {
            MessageInfo message = LeaderReads.read(link.connection(), settings.stream(), sequence, timeout);
            if (message == null) {
                return null;
            }
            long stored =
                    message.getTime() == null ? 0 : nanos(message.getTime().toInstant());
            byte[] data = message.getData();
            return new StreamMessage(message.getSeq(), stored, data == null ? new byte[0] : data);
        } catch (JetStreamApiException e) {
            throw new IOException(
                    "Could not read message " + sequence + " of stream '" + settings.stream() + "': " + e.getMessage(),
                    e);
        }
    }

    /**
     * The version of the server this node is connected to, for example {@code 2.10.24}.
     *
     * @throws IOException if there is no connection
     */
    public String serverVersion() throws IOException {
        return link.connection().getServerInfo().getVersion();
    }

    NatsSettings settings() {
        return settings;
    }

    /** The newest message of the subject, or {@code null} if there is none. */
    @Nullable
    MessageInfo newest() throws IOException, JetStreamApiException {
        return LeaderReads.lastMessage(link.connection(), settings.stream(), settings.subject());
    }

    /** The oldest message at or after a sequence of those subjects that match a pattern, or {@code null}. */
    @Nullable
    MessageInfo nextOf(String pattern, long from) throws IOException, JetStreamApiException {
        return LeaderReads.nextMessage(link.connection(), settings.stream(), pattern, from);
    }

    String name() {
        return settings.stream();
    }

    String subject() {
        return settings.subject();
    }

    JetStreamManagement management() throws IOException {
        return link.connection().jetStreamManagement();
    }

    /** When a stream was created, nanoseconds since 1970. */
    static long created(StreamInfo info) {
        return nanos(info.getCreateTime().toInstant());
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }
}
