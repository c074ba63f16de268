package io.github.hasqlite.nats;

import io.github.hasqlite.Snapshot;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.ObjectInfo;
import io.nats.client.api.ObjectMeta;
import io.nats.client.impl.Headers;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One snapshot as an object of the bucket. What is known of the snapshot is the object's metadata.
 *
 * @param snapshot what is stored
 * @param name the object's name; two that are stored never have the same
 * @param nuid names the object's chunks
 * @param chunks how many there are
 * @param bytes how large they are together
 * @param digest {@code SHA-256=} and the base64url form of their digest
 */
record SnapshotObject(Snapshot snapshot, String name, String nuid, long chunks, long bytes, String digest) {

    private static final Logger log = LoggerFactory.getLogger(SnapshotObject.class);

    private static final String REPLICATION_ID = "ha-sqlite-replication-id";
    private static final String SEQUENCE = "ha-sqlite-sequence";
    private static final String STREAM_CREATED = "ha-sqlite-stream-created-ns";
    private static final String TAKEN_AT = "ha-sqlite-taken-at-ns";
    private static final String NODE = "ha-sqlite-node";
    private static final String BYTES = "ha-sqlite-bytes";
    private static final String SHA256 = "ha-sqlite-sha256";

    private static final String GO_SEQUENCE = "seq";

    /** A name that no other object has. */
    static String name(Snapshot snapshot, String replicationId, String nuid) {
        return replicationId + "/" + snapshot.streamCreatedNs() + "/" + snapshot.sequence() + "-" + nuid;
    }

    /** The object's description, as the bucket stores it. */
    byte[] describe(String bucket, String replicationId, int chunkSize) {
        ObjectMeta meta = ObjectMeta.builder(name)
                .metadata(Map.of(
                        REPLICATION_ID,
                        replicationId,
                        SEQUENCE,
                        Long.toString(snapshot.sequence()),
                        STREAM_CREATED,
                        Long.toString(snapshot.streamCreatedNs()),
                        TAKEN_AT,
                        Long.toString(snapshot.takenAtNs()),
                        NODE,
                        // the client library trims what it stores
                        URLEncoder.encode(snapshot.node(), StandardCharsets.UTF_8),
                        BYTES,
                        Long.toString(snapshot.bytes()),
                        SHA256,
                        snapshot.sha256()))
                .chunkSize(chunkSize)
                .build();
        return ObjectInfo.builder(bucket, meta)
                .nuid(nuid)
                .size(bytes)
                .chunks(chunks)
                .digest(digest)
                .build()
                .serialize();
    }

    /** Reads a description; {@code null} if it is of another database, deleted, or cannot be read. */
    static @Nullable SnapshotObject parse(MessageInfo message, String replicationId) {
        try {
            ObjectInfo info = new ObjectInfo(message);
            Map<String, String> metadata = info.getMetaData();
            String digest = info.getDigest();
            String nuid = info.getNuid();
            if (info.isDeleted()
                    || metadata == null
                    || digest == null
                    || nuid == null
                    || !replicationId.equals(metadata.get(REPLICATION_ID))) {
                return null;
            }
            Snapshot snapshot = new Snapshot(
                    Long.parseLong(field(metadata, SEQUENCE)),
                    Long.parseLong(field(metadata, STREAM_CREATED)),
                    Long.parseLong(field(metadata, TAKEN_AT)),
                    URLDecoder.decode(metadata.getOrDefault(NODE, ""), StandardCharsets.UTF_8),
                    Long.parseLong(field(metadata, BYTES)),
                    field(metadata, SHA256));
            return new SnapshotObject(snapshot, info.getObjectName(), nuid, info.getChunks(), info.getSize(), digest);
        } catch (RuntimeException e) {
            log.debug("Message {} of the bucket does not describe a snapshot", message.getSeq(), e);
            return null;
        }
    }

    /**
     * Reads the description of a snapshot that a Go node has taken: an object whose name is the replication id,
     * with the header {@code seq}. {@code null} if it is none, or of another database.
     *
     * @param token the replication id as it is in the subject
     */
    static @Nullable SnapshotObject parseGo(MessageInfo message, String token) {
        try {
            ObjectInfo info = new ObjectInfo(message);
            Headers headers = info.getHeaders();
            String sequence = headers == null ? null : headers.getFirst(GO_SEQUENCE);
            String digest = info.getDigest();
            String nuid = info.getNuid();
            ZonedDateTime stored = message.getTime();
            if (info.isDeleted()
                    || sequence == null
                    || digest == null
                    || nuid == null
                    || stored == null
                    || !ReplicationSubject.token(info.getObjectName()).equals(token)) {
                return null;
            }
            long storedAtNs = TimeUnit.SECONDS.toNanos(stored.toEpochSecond()) + stored.getNano();
            Snapshot snapshot = new Snapshot(Long.parseLong(sequence), 0, storedAtNs, "", info.getSize(), "");
            return new SnapshotObject(snapshot, info.getObjectName(), nuid, info.getChunks(), info.getSize(), digest);
        } catch (RuntimeException e) {
            log.debug("Message {} of the bucket does not describe a Go node's snapshot", message.getSeq(), e);
            return null;
        }
    }

    /** Which chunks belong to any object, be it a snapshot or not. */
    static Optional<String> nuid(MessageInfo message) {
        try {
            ObjectInfo info = new ObjectInfo(message);
            return info.isDeleted() ? Optional.empty() : Optional.ofNullable(info.getNuid());
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private static String field(Map<String, String> metadata, String name) {
        String value = metadata.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }
}
