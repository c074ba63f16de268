package io.github.hasqlite.nats;

import io.github.hasqlite.core.file.Sha256;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one snapshot out of the bucket. A lost connection is ridden out. Used once, by one thread; it
 * holds as much in memory as {@link PullConsumer} asks for.
 */
final class SnapshotDownload {

    private static final Logger log = LoggerFactory.getLogger(SnapshotDownload.class);

    private final NatsLink link;
    private final SnapshotBucket bucket;
    private final SnapshotObject object;
    private final MessageDigest digest = Sha256.digest();

    private byte @Nullable [] chunk;
    private long sequence;
    private long chunks;
    private long bytes;

    SnapshotDownload(NatsLink link, SnapshotBucket bucket, SnapshotObject object) {
        this.link = link;
        this.bucket = bucket;
        this.object = object;
    }

    /**
     * Writes it and then looks whether it is what was stored.
     *
     * @throws IOException if it is not, or could not be read or written
     */
    void writeTo(OutputStream target) throws IOException, JetStreamApiException, InterruptedException {
        Duration patience = link.settings().publishTimeout();
        long lastProgress = System.nanoTime();
        while (chunks < object.chunks()) {
            long before = chunks;
            try {
                if (link.awaitConnected(patience)) {
                    consume(target);
                }
            } catch (ConsumerLostException e) {
                log.debug("Going on after chunk {} of {}: {}", chunks, object.name(), e.getMessage());
            }
            if (chunks > before) {
                lastProgress = System.nanoTime();
            } else if (System.nanoTime() - lastProgress > patience.toNanos()) {
                throw new IOException("Snapshot " + object.name() + " could not be read on after chunk " + chunks
                        + " of " + object.chunks());
            }
        }
        target.flush();
        String found = "SHA-256=" + Base64.getUrlEncoder().encodeToString(digest.digest());
        if (bytes != object.bytes() || !sameDigest(found, object.digest())) {
            throw new IOException("Snapshot " + object.name() + " is damaged: its " + bytes + " bytes have the digest "
                    + found + " instead of " + object.digest());
        }
    }

    private void consume(OutputStream target)
            throws IOException, JetStreamApiException, ConsumerLostException, InterruptedException {
        Connection connection = link.connection();
        String subject = bucket.chunkSubject(object.nuid());
        long next = LeaderReads.next(connection, bucket.streamName(), subject, sequence + 1);
        if (next == 0) {
            throw cutShort();
        }
        try (PullConsumer consumer = PullConsumer.create(connection, bucket.streamName(), subject, next)) {
            while (chunks < object.chunks()) {
                chunk = null;
                boolean idle = !consumer.next((delivery, data, headers) -> {
                    chunk = data;
                    sequence = delivery.streamSequence();
                });
                if (chunk != null) {
                    target.write(chunk);
                    digest.update(chunk);
                    bytes += chunk.length;
                    chunks++;
                } else if (idle && LeaderReads.next(connection, bucket.streamName(), subject, sequence + 1) == 0) {
                    throw cutShort();
                }
            }
        }
    }

    /** Encoders differ in whether they pad. */
    private static boolean sameDigest(String one, String other) {
        return unpadded(one).equals(unpadded(other));
    }

    private static String unpadded(String digest) {
        int end = digest.length();
        while (end > 0 && digest.charAt(end - 1) == '=') {
            end--;
        }
        return digest.substring(0, end);
    }

    private IOException cutShort() {
        return new IOException("Snapshot " + object.name() + " is damaged: chunk " + (chunks + 1) + " of "
                + object.chunks() + " is not there");
    }
}
