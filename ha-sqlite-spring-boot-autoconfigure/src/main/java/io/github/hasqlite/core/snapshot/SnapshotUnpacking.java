package io.github.hasqlite.core.snapshot;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a store writes a snapshot to: what comes is decompressed and written to its file by a thread of its own, while the
 * store waits for more, and the file is digested while its user looks at it. The store is kept waiting if it is faster.
 * Used by one thread, and by its own.
 */
final class SnapshotUnpacking extends OutputStream {

    private static final int BUFFER = 1 << 18;

    /** So much may wait for being decompressed, in bytes. */
    private static final int AHEAD = 8 << 20;

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Snapshot snapshot;
    private final Path target;
    private final SnapshotFiles.Progress progress;
    private final Monitor monitor;

    // ---- with the monitor held

    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private int ahead;
    /** Nothing more will come: all is there, or the rest is not wanted. */
    private boolean ended;

    /** What has not been read yet is not wanted. */
    private boolean abandoned;
    /** All has been written into the file. */
    private boolean whole;
    /** The thread has ended; if nothing has failed, the file is what was saved, and on the disk. */
    private boolean done;

    private @Nullable IOException failure;

    private SnapshotUnpacking(Snapshot snapshot, Path target, SnapshotFiles.Progress progress, Monitor monitor) {
        this.snapshot = snapshot;
        this.target = target;
        this.progress = progress;
        this.monitor = monitor;
    }

    /**
     * Begins to unpack; to be {@linkplain #end ended}.
     *
     * @param target a file that is not there
     */
    static SnapshotUnpacking begin(
            Snapshot snapshot, Path target, SnapshotFiles.Progress progress, NodeRuntime runtime) {
        SnapshotUnpacking unpacking = new SnapshotUnpacking(snapshot, target, progress, runtime.monitor());
        runtime.thread("ha-sqlite-unpack", unpacking::run).start();
        return unpacking;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
        monitor.lock();
        try {
            while (ahead >= AHEAD && !done) {
                await();
            }
            if (done) {
                throw failure();
            }
            waiting.add(copy);
            ahead += length;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** Why the thread has ended, which it does not do before the last byte without a reason. */
    private IOException failure() {
        return failure != null ? failure : new SnapshotDamagedException(snapshot, "is longer than it should be");
    }

    private void await() throws InterruptedIOException {
        try {
            monitor.await(LOOK_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a snapshot was unpacked");
        }
    }

    /**
     * The store has written everything: waits until the file holds it, and goes on digesting it and bringing it to the
     * disk.
     *
     * @throws SnapshotDamagedException if it cannot be what was saved
     * @throws IOException if the file could not be written
     */
    void awaitWhole() throws IOException {
        monitor.lock();
        try {
            ended = true;
            monitor.signalAll();
            while (!whole && !done) {
                await();
            }
            throwFailure();
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Waits until it is on the disk.
     *
     * @throws SnapshotDamagedException if it is not what was saved
     * @throws IOException if it could not be written
     */
    void awaitOnDisk() throws IOException {
        monitor.lock();
        try {
            while (!done) {
                await();
            }
            throwFailure();
        } finally {
            monitor.unlock();
        }
    }

    /** What has gone wrong here is the reason for what a store says went wrong. */
    IOException reason(IOException ofStore) {
        monitor.lock();
        try {
            IOException own = failure;
            if (own == null || own == ofStore) {
                return ofStore;
            }
            own.addSuppressed(ofStore);
            return own;
        } finally {
            monitor.unlock();
        }
    }

    private void throwFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    /** Nobody wants the rest, if there is any; returns when the file is not written to any more. */
    void end() {
        boolean interrupted = false;
        monitor.lock();
        try {
            ended = true;
            abandoned = true;
            monitor.signalAll();
            while (!done) {
                try {
                    monitor.await(LOOK_NANOS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            monitor.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // ---- its thread

    private void run() {
        IOException problem = null;
        try {
            unpack();
        } catch (ZstdIOException e) {
            problem = new SnapshotDamagedException(snapshot, "cannot be decompressed: " + e.getMessage());
        } catch (IOException e) {
            problem = e;
        } catch (RuntimeException | Error e) {
            problem = new IOException("a snapshot could not be unpacked: " + e, e);
        } finally {
            monitor.lock();
            try {
                // otherwise it was not wanted, and whoever did not want it knows why
                failure = whole || !abandoned ? problem : null;
                done = true;
                waiting.clear();
                monitor.signalAll();
            } finally {
                monitor.unlock();
            }
        }
    }

    private void unpack() throws IOException {
        long bytes = 0;
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = new ZstdInputStream(new Waiting());
                OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                bytes += read;
                if (bytes > snapshot.bytes()) {
                    break;
                }
                out.write(buffer, 0, read);
                progress.at("fetching", bytes, snapshot.bytes());
            }
        }
        if (bytes != snapshot.bytes()) {
            throw notWhatWasSaved();
        }
        monitor.lock();
        try {
            whole = true;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
        // from the file, which is still in memory: at first a digest is slower than all else in a young machine
        if (!FileDigest.of(target).sha256().equals(snapshot.sha256())) {
            throw notWhatWasSaved();
        }
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private SnapshotDamagedException notWhatWasSaved() {
        return new SnapshotDamagedException(snapshot, "does not have the digest that was noted when it was taken");
    }

    /** What has been written and not been read yet; waits for more. */
    private final class Waiting extends InputStream {

        private byte[] present = {};
        private int next;

        @Override
        public int read() throws IOException {
            return next < present.length || advance() ? present[next++] & 0xff : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (next == present.length && !advance()) {
                return -1;
            }
            int count = Math.min(length, present.length - next);
            System.arraycopy(present, next, bytes, offset, count);
            next += count;
            return count;
        }

        private boolean advance() throws IOException {
            monitor.lock();
            try {
                byte[] piece = waiting.poll();
                while (piece == null || piece.length == 0) {
                    if (abandoned) {
                        throw new IOException("the snapshot at " + snapshot.sequence() + " is not wanted any more");
                    }
                    if (piece == null && ended) {
                        return false;
                    }
                    if (piece == null) {
                        SnapshotUnpacking.this.await();
                    }
                    piece = waiting.poll();
                }
                ahead -= piece.length;
                monitor.signalAll();
                present = piece;
                next = 0;
                return true;
            } finally {
                monitor.unlock();
            }
        }
    }
}
