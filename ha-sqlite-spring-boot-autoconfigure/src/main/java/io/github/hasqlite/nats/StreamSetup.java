package io.github.hasqlite.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the stream of the change sets what the settings and its cluster say that it is. Thread-safe. */
final class StreamSetup {

    private static final Logger log = LoggerFactory.getLogger(ReplicationStream.class);

    /** How often to look for a stream that somebody else is creating. */
    private static final int LOOKS = 5;

    private final NatsLink link;
    private final NatsSettings settings;
    private final @Nullable ClusterProperties cluster;
    private final ClusterRecord record;
    private final @Nullable String node;
    private final Admission admission;
    private volatile @Nullable Said said;

    /** What a stream's cluster has in common, once that is known. */
    private record Said(long createdNs, String text) {}

    /**
     * The stream that the link's settings name.
     *
     * @param cluster what all nodes have in common; {@code null} not to compare it
     * @param node who must not have been removed; {@code null} if anybody may read and write
     */
    StreamSetup(NatsLink link, @Nullable ClusterProperties cluster, @Nullable String node) {
        this.node = node;
        this.admission = new Admission(link);
        this.link = link;
        this.settings = link.settings();
        this.cluster = cluster;
        this.record = new ClusterRecord(link);
    }

    /** Creates the stream or adopts it, as {@link ReplicationStream#ensure} says. */
    void ensure() throws IOException {
        Election.outlast(link, "create or check stream '" + settings.stream() + "'", this::createOrAdopt);
    }

    private boolean createOrAdopt() throws IOException, JetStreamApiException {
        JetStreamManagement management = link.connection().jetStreamManagement();
        StreamInfo existing = find(management);
        checkNotRemoved();
        if (existing == null) {
            create(management);
            return true;
        }
        adopt(management, existing);
        return false;
    }

    /**
     * Makes sure that the stream is this cluster's.
     *
     * @throws io.github.hasqlite.ReplicationStartException if it is that of a cluster with other properties, or one that
     *     this node was removed from
     */
    void check(StreamInfo info) throws IOException, JetStreamApiException {
        checkNotRemoved();
        if (cluster != null) {
            cluster.check(said(info), settings);
        }
    }

    private void checkNotRemoved() throws IOException, JetStreamApiException {
        if (node != null) {
            admission.checkNotRemoved(node);
        }
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
                .maximumMessageSize(ReplicationStream.MAX_MESSAGE)
                .allowDirect(true)
                .build();
        try {
            StreamInfo created = ReplicaGrowth.create(settings, management, configuration);
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
            Election.pause();
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
        AuxiliaryStream.awaitMade(link, existing);
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
            text = remember(info, record.claim(ReplicationStream.created(info), text));
        }
        cluster.check(text, settings);
        return info;
    }

    /** What the stream's cluster has in common; {@code null} if nobody has said it. */
    private @Nullable String said(StreamInfo info) throws IOException, JetStreamApiException {
        Said known = said;
        if (known != null && known.createdNs == ReplicationStream.created(info)) {
            return known.text;
        }
        String recorded = record.read(ReplicationStream.created(info));
        if (recorded != null) {
            return remember(info, recorded);
        }
        // from a version that wrote nothing else
        String description = info.getConfiguration().getDescription();
        return ClusterProperties.isIn(description) ? description : null;
    }

    private String remember(StreamInfo info, String text) {
        said = new Said(ReplicationStream.created(info), text);
        return text;
    }
}
