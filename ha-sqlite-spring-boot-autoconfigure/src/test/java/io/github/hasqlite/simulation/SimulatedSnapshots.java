package io.github.hasqlite.simulation;

import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The snapshots beside the stream, as one process reaches them. */
final class SimulatedSnapshots implements SnapshotStore {

    private static final long LEASE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int CHUNK = 1 << 14;

    private final SimulatedStream stream;
    private final SimulatedRuntime runtime;
    private final SimulatedLine line;
    private final LongConsumer loaded;

    /**
     * Those that one process reaches.
     *
     * @param loaded is told up to where a snapshot goes that is being loaded
     */
    SimulatedSnapshots(SimulatedStream stream, SimulatedRuntime runtime, SimulatedLine line, LongConsumer loaded) {
        this.loaded = loaded;
        this.stream = stream;
        this.runtime = runtime;
        this.line = line;
    }

    @Override
    public List<Snapshot> list() throws IOException {
        line.request();
        return stream.snapshots().keySet().stream()
                .sorted(Comparator.comparingLong(Snapshot::streamCreatedNs)
                        .thenComparingLong(Snapshot::sequence)
                        .thenComparingLong(Snapshot::takenAtNs)
                        .reversed())
                .toList();
    }

    @Override
    public void save(Snapshot snapshot, InputStream content) throws IOException {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        for (byte[] chunk = content.readNBytes(CHUNK); chunk.length > 0; chunk = content.readNBytes(CHUNK)) {
            line.request();
            bytes.write(chunk);
        }
        line.request();
        stream.snapshots().put(snapshot, bytes.toByteArray());
        stream.scheduler().note("snapshot " + snapshot.sequence() + " of " + snapshot.node());
    }

    @Override
    public void load(Snapshot snapshot, OutputStream target) throws IOException {
        line.request();
        byte[] bytes = stream.snapshots().get(snapshot);
        if (bytes == null) {
            throw new IOException("there is no such snapshot");
        }
        loaded.accept(snapshot.sequence());
        for (int at = 0; at < bytes.length; at += CHUNK) {
            line.request();
            target.write(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + CHUNK)));
        }
    }

    @Override
    public void delete(Snapshot snapshot) throws IOException {
        line.request();
        stream.snapshots().remove(snapshot);
    }

    @Override
    public @Nullable Lease tryLease(String what) throws IOException {
        line.request();
        SimulatedStream.Lease present = stream.leases().get(what);
        long now = stream.scheduler().now();
        if (present != null && present.until() > now) {
            return null;
        }
        Held lease = new Held(what);
        lease.renew();
        return lease;
    }

    /** Kept alive as long as the process lives and the line is not cut for too long. */
    private final class Held implements Lease {

        private final String what;
        private boolean given;

        Held(String what) {
            this.what = what;
        }

        private void renew() {
            SimulatedStream.Lease present = stream.leases().get(what);
            long now = stream.scheduler().now();
            boolean mine = present != null && present.holder() == this;
            if (given || runtime.isDead() || (present != null && !mine && present.until() > now)) {
                return;
            }
            if (line.isConnected()) {
                stream.leases().put(what, new SimulatedStream.Lease(this, now + LEASE_NANOS));
            }
            stream.scheduler().at(now + LEASE_NANOS / 3, this::renewUnlessLost);
        }

        private void renewUnlessLost() {
            if (isHeld()) {
                renew();
            }
        }

        @Override
        public boolean isHeld() {
            SimulatedStream.Lease present = stream.leases().get(what);
            return !given
                    && present != null
                    && present.holder() == this
                    && present.until() > stream.scheduler().now();
        }

        @Override
        public void close() {
            if (isHeld()) {
                stream.leases().remove(what);
            }
            given = true;
        }
    }

    @Override
    public void close() {}
}
