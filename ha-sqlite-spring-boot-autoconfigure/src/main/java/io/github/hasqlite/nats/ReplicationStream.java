package io.github.hasqlite.nats;

import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.StreamGoneException;
import io.github.hasqlite.StreamMessage;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
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

    /** An election takes 4 to 9 s; until it is over, the server says that it is not available. */
    private static final Duration ELECTION = Duration.ofSeconds(12);

    private static final Duration LOOK_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration RETRY_PAUSE = Duration.ofMillis(200);

    /** How often to look for a stream that somebody else is creating. */
    private static final int LOOKS = 5;

    private final NatsLink link;
    private final NatsSettings settings;
    private final @Nullable ClusterProperties cluster;
    private final ClusterRecord record;
    private volatile boolean ensured;
    private volatile int replicas;
    private volatile @Nullable Said said;

    /** What a stream's cluster has in common, once that is known. */
    private record Said(long createdNs, String text) {}

    /** The stream that the link's settings name, whatever cluster it belongs to. */
    public ReplicationStream(NatsLink link) {
        this(link, null);
    }

    /**
     * The stream that the link's settings name.
     *
     * @param cluster what all nodes have in common; {@code null} not to compare it
     */
    public ReplicationStream(NatsLink link, @Nullable ClusterProperties cluster) {
        this.link = link;
        this.cluster = cluster;
        this.settings = link.settings();
        this.record = new ClusterRecord(link);
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
        long deadline = System.nanoTime() + ELECTION.toNanos();
        while (true) {
            try {
                JetStreamManagement management = management();
                StreamInfo existing = find(management);
                if (existing == null) {
                    create(management);
                } else {
                    adopt(management, existing);
                }
                ensured = true;
                return;
            } catch (JetStreamApiException e) {
                JetStreamErrors.throwStartException(e, settings);
                throwUnlessWorthRetrying(e, JetStreamErrors.isTransient(e), deadline);
            } catch (IOException e) {
                // nobody answers while a cluster elects its leader
                throwUnlessWorthRetrying(e, link.isConnected(), deadline);
            }
            pause();
        }
    }

    private void throwUnlessWorthRetrying(Exception e, boolean isTransient, long deadline) throws IOException {
        if (!isTransient || System.nanoTime() >= deadline) {
            throw new IOException(
                    "Could not create or check stream '" + settings.stream() + "' at " + settings.maskedServers() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * What the stream and the subject hold at this moment: one to three requests.
     *
     * @throws IOException if the stream cannot be reached, or is gone
     * @throws ReplicationStartException if it is that of a cluster with other properties than this node's
     */
    public StreamExtent extent() throws IOException {
        try {
            JetStreamManagement management = management();
            StreamInfo info =
                    management.getStreamInfo(settings.stream(), StreamInfoOptions.filterSubjects(settings.subject()));
            if (cluster != null) {
                cluster.check(said(info), settings);
            }
            StreamState state = info.getStreamState();
            long created = nanos(info.getCreateTime().toInstant());
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

    /**
     * What was removed from the stream up to this moment: one request, or two if that is not what it was.
     *
     * @param known what it was; {@code null} if nothing is known
     */
    StreamHoles holes(@Nullable StreamHoles known) throws IOException, JetStreamApiException {
        StreamInfo info = management().getStreamInfo(settings.stream());
        replicas = info.getConfiguration().getReplicas();
        long created = nanos(info.getCreateTime().toInstant());
        if (known != null && known.isStill(info, created)) {
            return known.upTo(info, settings.subject());
        }
        if (info.getStreamState().getDeletedCount() > 0) {
            info = management().getStreamInfo(settings.stream(), StreamInfoOptions.deletedDetails());
        }
        return StreamHoles.of(
                info, settings.subject(), nanos(info.getCreateTime().toInstant()));
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

    private @Nullable StreamInfo find(JetStreamManagement management) throws IOException, JetStreamApiException {
        try {
            return management.getStreamInfo(settings.stream());
        } catch (JetStreamApiException e) {
            if (e.getErrorCode() == JetStreamErrors.NOT_FOUND) {
                return null;
            }
            throw e;
        } catch (IOException e) {
            // no responders or no answer: without JetStream nobody listens to its requests
            if (link.isConnected() && !link.connection().getServerInfo().isJetStreamAvailable()) {
                throw new NatsStartException(
                        new NatsStartException.NoJetStream(
                                settings.maskedServers(), "it is switched off in the server"),
                        e);
            }
            throw e;
        }
    }

    private void create(JetStreamManagement management) throws IOException, JetStreamApiException {
        StreamConfiguration configuration = StreamConfiguration.builder()
                .name(settings.stream())
                .description(cluster == null || !cluster.publishes() ? null : cluster.description(null, settings))
                .subjects(subjects())
                .storageType(StorageType.File)
                .retentionPolicy(RetentionPolicy.Limits)
                .discardPolicy(DiscardPolicy.Old)
                .maxAge(settings.longestAge())
                .maxBytes(settings.streamMaxBytes())
                .replicas(settings.replicas())
                .maximumMessageSize(MAX_MESSAGE)
                .allowDirect(true)
                .build();
        try {
            StreamInfo created = management.addStream(configuration);
            log.info("Created stream '{}' (max age {})", settings.stream(), settings.longestAge());
            join(management, created);
        } catch (JetStreamApiException e) {
            adopt(management, createdByAnother(management, e));
        }
    }

    /** The stream, if another node was faster to create it. */
    private StreamInfo createdByAnother(JetStreamManagement management, JetStreamApiException refusal)
            throws IOException, JetStreamApiException {
        boolean overlap = refusal.getApiErrorCode() == JetStreamErrors.SUBJECTS_OVERLAP;
        if (refusal.getApiErrorCode() != JetStreamErrors.NAME_IN_USE && !overlap) {
            throw refusal;
        }
        // a stream that is being created takes its subjects before it can be found
        for (int look = 0; look < LOOKS; look++) {
            StreamInfo info = find(management);
            if (info != null) {
                return info;
            }
            pause();
        }
        throw refusal;
    }

    /** In a stream of its own nobody can publish to another subject, which would move the sequence on. */
    private String[] subjects() {
        return cluster != null && cluster.needsOwnStream()
                ? new String[] {settings.subject()}
                : new String[] {settings.stream(), settings.stream() + ".>"};
    }

    private void adopt(JetStreamManagement management, StreamInfo info) throws IOException, JetStreamApiException {
        StreamConfiguration existing = join(management, info).getConfiguration();
        StreamConfiguration wanted = StreamCompatibility.adjusted(existing, settings);
        if (wanted != null) {
            management.updateStream(wanted);
            log.info(
                    "Changed stream '{}': max age {} to {}, replicas {} to {}",
                    settings.stream(),
                    existing.getMaxAge(),
                    wanted.getMaxAge(),
                    existing.getReplicas(),
                    wanted.getReplicas());
        }
    }

    /** Makes an empty stream this cluster's, and compares with what any other says. */
    private StreamInfo join(JetStreamManagement management, StreamInfo existing)
            throws IOException, JetStreamApiException {
        StreamInfo info = existing;
        StreamCompatibility.check(info.getConfiguration(), settings);
        if (cluster == null) {
            return info;
        }
        String text = said(info);
        if (text == null && cluster.publishes() && info.getStreamState().getLastSequence() == 0) {
            String description = info.getConfiguration().getDescription();
            text = cluster.description(description, settings);
            StreamConfiguration.Builder builder =
                    StreamConfiguration.builder(info.getConfiguration()).description(text);
            if (cluster.needsOwnStream()) {
                builder.subjects(subjects());
            }
            management.updateStream(builder.build());
            info = management.getStreamInfo(settings.stream());
            // another node may have done the same with other properties
            String described = info.getConfiguration().getDescription();
            text = described != null && ClusterProperties.isIn(described) ? described : text;
        }
        if (text != null && cluster.publishes()) {
            text = remember(info, record.claim(created(info), text));
        }
        cluster.check(text, settings);
        return info;
    }

    /** What the stream's cluster has in common; {@code null} if nobody has said it. */
    private @Nullable String said(StreamInfo info) throws IOException, JetStreamApiException {
        Said known = said;
        if (known != null && known.createdNs == created(info)) {
            return known.text;
        }
        String recorded = record.read(created(info));
        if (recorded != null) {
            return remember(info, recorded);
        }
        // from a version that wrote nothing else
        String description = info.getConfiguration().getDescription();
        return ClusterProperties.isIn(description) ? description : null;
    }

    private String remember(StreamInfo info, String text) {
        said = new Said(created(info), text);
        return text;
    }

    private static long created(StreamInfo info) {
        return nanos(info.getCreateTime().toInstant());
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for JetStream", e);
        }
    }
}
