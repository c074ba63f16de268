package io.github.hasqlite.nats;

import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.MessageInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps snapshots in the JetStream object-store bucket {@code <stream>_SNAPSHOTS}, which comes into
 * being with the first one, and leases in the stream {@code <stream>_LEASES}. It has a connection of its
 * own, so that nothing queues behind a snapshot.
 *
 * <p>Several databases that share a stream share the bucket, too, and each sees its own snapshots. Every
 * method waits for the connection for {@link NatsSettings#connectTimeout()}. Thread-safe.
 */
public final class JetStreamSnapshotStore implements SnapshotStore {

    /** Long enough for an election, short enough to wait for. */
    static final Duration LEASE = Duration.ofSeconds(30);

    private static final Comparator<SnapshotObject> NEWEST_FIRST = Comparator.comparing(
            SnapshotObject::snapshot,
            Comparator.comparingLong(Snapshot::streamCreatedNs)
                    .thenComparingLong(Snapshot::sequence)
                    .thenComparingLong(Snapshot::takenAtNs)
                    .reversed());

    private static final String PURPOSE = "snapshots";

    private final NatsLink link;
    private final String replicationId;
    private final SnapshotBucket bucket;
    private final StreamLeases leases;

    private JetStreamSnapshotStore(NatsLink link, Duration leaseTime) {
        this.link = link;
        NatsSettings settings = link.settings();
        String prefix = settings.stream() + ".";
        replicationId = settings.subject().startsWith(prefix)
                ? settings.subject().substring(prefix.length())
                : settings.subject();
        bucket = new SnapshotBucket(link);
        leases = new StreamLeases(link, leaseTime);
    }

    /**
     * Opens a store. It connects in the background.
     *
     * @throws NatsStartException if the credentials file or nkey cannot be read
     */
    public static JetStreamSnapshotStore open(NatsSettings settings) {
        return open(settings, LEASE);
    }

    /** The same with leases that end after another time. */
    static JetStreamSnapshotStore open(NatsSettings settings, Duration leaseTime) {
        return open(new NatsLink(settings, PURPOSE, builder -> builder), leaseTime);
    }

    /** The same over connections that others use, too. */
    static JetStreamSnapshotStore open(NatsSettings settings, NatsLines lines) {
        return open(lines.link(settings, PURPOSE), LEASE);
    }

    private static JetStreamSnapshotStore open(NatsLink link, Duration leaseTime) {
        link.connectInBackground();
        return new JetStreamSnapshotStore(link, leaseTime);
    }

    /** {@inheritDoc} Nothing, if there is no bucket. */
    @Override
    public List<Snapshot> list() throws IOException {
        connect("list snapshots");
        try {
            List<SnapshotObject> objects = objects();
            Map<String, Long> chunks = objects.isEmpty() ? Map.of() : bucket.chunks();
            return objects.stream()
                    .filter(object -> isComplete(object, chunks))
                    .map(SnapshotObject::snapshot)
                    .distinct()
                    .toList();
        } catch (JetStreamApiException e) {
            throw failed("list snapshots", e);
        }
    }

    @Override
    public void save(Snapshot snapshot, InputStream content) throws IOException {
        connect("save a snapshot");
        bucket.ensure();
        try {
            new SnapshotUpload(bucket, link.connection(), link.settings().publishTimeout())
                    .store(snapshot, replicationId, content);
        } catch (IOException e) {
            throw failed("save the snapshot at sequence " + snapshot.sequence(), e);
        }
        bucket.removeAbandoned();
    }

    @Override
    public void load(Snapshot snapshot, OutputStream target) throws IOException {
        connect("load a snapshot");
        String what = "load the snapshot at sequence " + snapshot.sequence();
        try {
            List<SnapshotObject> candidates = matching(snapshot);
            if (candidates.isEmpty()) {
                throw failed(what, new IOException("it is not there"));
            }
            Map<String, Long> chunks = bucket.chunks();
            SnapshotObject object = candidates.stream()
                    .filter(candidate -> isComplete(candidate, chunks))
                    .findFirst()
                    .orElse(candidates.get(0));
            if (!isComplete(object, chunks)) {
                throw failed(
                        what,
                        new IOException("snapshot " + object.name() + " is damaged: of its " + object.chunks()
                                + " chunks, " + chunks.getOrDefault(bucket.chunkSubject(object.nuid()), 0L)
                                + " are there"));
            }
            new SnapshotDownload(link, bucket, object).writeTo(target);
        } catch (JetStreamApiException e) {
            throw failed(what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(what, new IOException("interrupted", e));
        }
    }

    @Override
    public @Nullable GoSnapshot loadGoSnapshot(OutputStream target) throws IOException {
        connect("list snapshots");
        try {
            SnapshotObject newest = null;
            for (MessageInfo meta : bucket.metas()) {
                SnapshotObject object = SnapshotObject.parseGo(meta, replicationId);
                if (object != null
                        && (newest == null
                                || object.snapshot().sequence()
                                        > newest.snapshot().sequence())) {
                    newest = object;
                }
            }
            if (newest == null) {
                return null;
            }
            new SnapshotDownload(link, bucket, newest).writeTo(target);
            return new GoSnapshot(
                    newest.snapshot().sequence(), newest.snapshot().takenAtNs());
        } catch (JetStreamApiException e) {
            throw failed("load the snapshot of a Go node", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("load the snapshot of a Go node", new IOException("interrupted", e));
        }
    }

    @Override
    public void delete(Snapshot snapshot) throws IOException {
        connect("delete a snapshot");
        try {
            for (SnapshotObject object : matching(snapshot)) {
                bucket.remove(object.name(), object.nuid());
            }
        } catch (JetStreamApiException e) {
            throw failed("delete the snapshot at sequence " + snapshot.sequence(), e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>It is held for 30 s by the clock of the stream's leader and renewed every 10 s; this node takes it for
     * lost a little before, by its own monotonic clock. So two nodes hold it at once only if the server's
     * wall clock jumps forward, or the server that is elected next is ahead, by several seconds.
     */
    @Override
    public @Nullable Lease tryLease(String what) throws IOException {
        if (!what.matches("[A-Za-z0-9_-]+")) {
            throw new IllegalArgumentException("not a name of a lease: '" + what + "'");
        }
        connect("take the lease " + what);
        try {
            return leases.take(replicationId + "." + what);
        } catch (JetStreamApiException e) {
            throw failed("take the lease " + what, e);
        }
    }

    @Override
    public void close() {
        leases.close();
        link.close();
    }

    private List<SnapshotObject> objects() throws IOException, JetStreamApiException {
        List<SnapshotObject> objects = new ArrayList<>();
        for (MessageInfo meta : bucket.metas()) {
            SnapshotObject object = SnapshotObject.parse(meta, replicationId);
            if (object != null) {
                objects.add(object);
            }
        }
        objects.sort(NEWEST_FIRST);
        return objects;
    }

    private List<SnapshotObject> matching(Snapshot snapshot) throws IOException, JetStreamApiException {
        return objects().stream()
                .filter(object -> object.snapshot().equals(snapshot))
                .toList();
    }

    private boolean isComplete(SnapshotObject object, Map<String, Long> chunks) {
        return object.chunks() == chunks.getOrDefault(bucket.chunkSubject(object.nuid()), 0L);
    }

    private void connect(String what) throws IOException {
        try {
            if (!link.awaitConnected(link.settings().connectTimeout())) {
                throw failed(what, new IOException("not connected"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(what, new IOException("interrupted", e));
        }
    }

    private IOException failed(String what, Exception cause) {
        return new IOException(
                "Could not " + what + " in bucket '" + bucket.name() + "' at "
                        + link.settings().maskedServers() + ": " + cause.getMessage(),
                cause);
    }
}
