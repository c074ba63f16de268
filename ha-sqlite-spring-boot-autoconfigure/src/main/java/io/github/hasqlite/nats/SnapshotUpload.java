package io.github.hasqlite.nats;

import io.github.hasqlite.Snapshot;
import io.github.hasqlite.core.file.Sha256;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.NUID;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Brings one snapshot into the bucket, with several chunks on the way at once. Its description, which
 * makes it an object, follows when all chunks are stored. Used once, by one thread.
 */
final class SnapshotUpload {

    /** As every client has it. */
    private static final int CHUNK = 128 << 10;

    /** Room for headers in a server's largest message. */
    private static final int HEADERS = 1024;

    /** Chunks on the way: 2 MiB, enough to keep a disk busy. */
    private static final int WINDOW = 16;

    private final SnapshotBucket bucket;
    private final JetStream jetStream;
    private final Duration timeout;
    private final int chunkSize;
    private final String nuid = NUID.nextGlobal();
    private final ArrayDeque<CompletableFuture<PublishAck>> onTheWay = new ArrayDeque<>();

    SnapshotUpload(SnapshotBucket bucket, Connection connection, Duration timeout) throws IOException {
        this.bucket = bucket;
        this.timeout = timeout;
        jetStream = connection.jetStream();
        long payload = connection.getServerInfo().getMaxPayload();
        chunkSize = (int) Math.min(CHUNK, Math.max(payload / 2, payload - HEADERS));
    }

    /**
     * Stores it, all or nothing.
     *
     * @throws IOException if it could not be stored; what was is removed, unless the servers cannot be reached
     *     for that either: then {@link SnapshotBucket#removeAbandoned} finds it one day
     */
    void store(Snapshot snapshot, String replicationId, InputStream content) throws IOException {
        String name = SnapshotObject.name(snapshot, replicationId, nuid);
        boolean stored = false;
        try {
            SnapshotObject object = storeChunks(snapshot, name, content);
            Headers rollup = new Headers().put("Nats-Rollup", "sub");
            await(jetStream.publishAsync(
                    bucket.metaSubject(name), rollup, object.describe(bucket.name(), replicationId, chunkSize)));
            stored = true;
        } catch (IllegalStateException e) {
            throw new IOException("The connection was lost: " + e.getMessage(), e);
        } finally {
            if (!stored) {
                remove(name);
            }
        }
    }

    private SnapshotObject storeChunks(Snapshot snapshot, String name, InputStream content) throws IOException {
        MessageDigest digest = Sha256.digest();
        String subject = bucket.chunkSubject(nuid);
        long bytes = 0;
        long chunks = 0;
        byte[] chunk = content.readNBytes(chunkSize);
        while (chunk.length > 0) {
            onTheWay.add(jetStream.publishAsync(subject, chunk));
            digest.update(chunk);
            bytes += chunk.length;
            chunks++;
            if (onTheWay.size() == WINDOW) {
                await(onTheWay.remove());
            }
            chunk = content.readNBytes(chunkSize);
        }
        while (!onTheWay.isEmpty()) {
            await(onTheWay.remove());
        }
        String text = "SHA-256=" + Base64.getUrlEncoder().encodeToString(digest.digest());
        return new SnapshotObject(snapshot, name, nuid, chunks, bytes, text);
    }

    private void await(CompletableFuture<PublishAck> answer) throws IOException {
        try {
            answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("A part was not stored: " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IOException("No acknowledgement within " + timeout.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while storing a snapshot", e);
        }
    }

    private void remove(String name) {
        // what is still on the way would come after the removal
        boolean interrupted = Thread.interrupted();
        for (CompletableFuture<PublishAck> answer : onTheWay) {
            try {
                answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException e) {
                break;
            } catch (InterruptedException e) {
                interrupted = true;
                break;
            }
        }
        bucket.removeQuietly(name, nuid);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
