package io.github.hasqlite.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.PurgeOptions;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfoOptions;
import io.nats.client.api.StreamState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The object-store bucket of the snapshots, in the form that all NATS clients share (ADR-20 of NATS): a
 * stream with one subject of chunks and one subject with a description for every object. Everything
 * is read from the stream's leader. Thread-safe.
 */
final class SnapshotBucket {

    private static final Logger log = LoggerFactory.getLogger(SnapshotBucket.class);

    /** After that long without another chunk, whoever uploaded has died. */
    private static final Duration ABANDONED = Duration.ofHours(1);

    private final NatsLink link;
    private final String name;

    SnapshotBucket(NatsLink link) {
        this.link = link;
        name = link.settings().stream() + "_SNAPSHOTS";
    }

    String name() {
        return name;
    }

    String streamName() {
        return "OBJ_" + name;
    }

    String chunkSubject(String nuid) {
        return "$O." + name + ".C." + nuid;
    }

    String metaSubject(String objectName) {
        return "$O." + name + ".M."
                + Base64.getUrlEncoder().encodeToString(objectName.getBytes(StandardCharsets.UTF_8));
    }

    /** Creates the bucket if it is absent. */
    void ensure() throws IOException {
        AuxiliaryStream.ensure(
                link,
                StreamConfiguration.builder()
                        .name(streamName())
                        .description("Snapshots of ha-sqlite databases")
                        .subjects("$O." + name + ".C.>", "$O." + name + ".M.>")
                        .storageType(StorageType.File)
                        .discardPolicy(DiscardPolicy.New)
                        .allowRollup(true)
                        .allowDirect(true)
                        .replicas(link.settings().replicas())
                        .build());
    }

    /** The descriptions of all objects; none if there is no bucket. One request for each. */
    List<MessageInfo> metas() throws IOException, JetStreamApiException {
        List<MessageInfo> metas = new ArrayList<>();
        long from = 1;
        while (true) {
            long next = from;
            Optional<MessageInfo> found = Election.outlast(
                    link,
                    "read what is in bucket '" + name + "'",
                    () -> Optional.ofNullable(
                            LeaderReads.nextMessage(link.connection(), streamName(), "$O." + name + ".M.*", next)));
            if (found.isEmpty()) {
                return metas;
            }
            metas.add(found.get());
            from = found.get().getSeq() + 1;
        }
    }

    /** How many chunks there are, by their subjects; none if there is no bucket. */
    Map<String, Long> chunks() throws IOException, JetStreamApiException {
        try {
            return chunkState().getSubjectMap();
        } catch (JetStreamApiException e) {
            if (e.getErrorCode() == JetStreamErrors.NOT_FOUND) {
                return Map.of();
            }
            throw e;
        }
    }

    private StreamState chunkState() throws IOException, JetStreamApiException {
        return link.connection()
                .jetStreamManagement()
                .getStreamInfo(streamName(), StreamInfoOptions.filterSubjects("$O." + name + ".C.>"))
                .getStreamState();
    }

    /** Removes an object: first what makes it one, then its chunks. */
    void remove(String objectName, String nuid) throws IOException, JetStreamApiException {
        purge(metaSubject(objectName));
        purge(chunkSubject(nuid));
    }

    /** The same, leaving to {@link #removeAbandoned} what cannot be removed now. */
    void removeQuietly(String objectName, String nuid) {
        try {
            remove(objectName, nuid);
        } catch (IOException | JetStreamApiException | RuntimeException e) {
            log.debug("Could not remove {} from bucket '{}'", objectName, name, e);
        }
    }

    private void purge(String subject) throws IOException, JetStreamApiException {
        try {
            link.connection().jetStreamManagement().purgeStream(streamName(), PurgeOptions.subject(subject));
        } catch (JetStreamApiException e) {
            if (e.getErrorCode() != JetStreamErrors.NOT_FOUND) {
                throw e;
            }
        }
    }

    /** Removes the chunks of uploads that will never be finished. Called right after something was stored. */
    void removeAbandoned() {
        try {
            StreamState state = chunkState();
            Set<String> abandoned = new HashSet<>(state.getSubjectMap().keySet());
            for (MessageInfo meta : metas()) {
                SnapshotObject.nuid(meta).ifPresent(nuid -> abandoned.remove(chunkSubject(nuid)));
            }
            ZonedDateTime before = state.getLastTime().minus(ABANDONED);
            for (String subject : abandoned) {
                MessageInfo last = LeaderReads.lastMessage(link.connection(), streamName(), subject);
                if (last != null && last.getTime() != null && last.getTime().isBefore(before)) {
                    log.info("Removing what is left of an unfinished snapshot in bucket '{}'", name);
                    purge(subject);
                }
            }
        } catch (IOException | JetStreamApiException | RuntimeException e) {
            log.debug("Could not look for unfinished snapshots in bucket '{}'", name, e);
        }
    }
}
