package io.github.hasqlite.core.snapshot;

import com.github.luben.zstd.ZstdInputStream;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.file.Sha256;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.WorkListener.Counted;
import io.github.hasqlite.core.runtime.WorkListener.Timed;
import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves snapshots between files and the store, compressed on the way and checked at its end. */
public final class SnapshotFiles {

    private static final Logger logger = LoggerFactory.getLogger(SnapshotFiles.class);

    /** What follows the database file's name in those of copies that are being made. */
    private static final String MARK = "-ha-copy-";

    private static final String PACKED = ".zst";
    private static final int BUFFER = 1 << 18;

    private SnapshotFiles() {}

    /** Follows how far a transfer has come. */
    @FunctionalInterface
    interface Progress {

        /**
         * Says how far.
         *
         * @param phase what is being done, for people
         * @param done how much of it, in bytes
         * @param of how much there is, in bytes; 0 if that is not known
         */
        void at(String phase, long done, long of);
    }

    /** A name for a copy beside a database, in the same folder so that renaming it is atomic. */
    public static Path temporary(Path database, String what) {
        return database.resolveSibling(database.getFileName() + MARK + what);
    }

    /** Removes copies that an earlier process has left. Only whoever has locked the database may. */
    public static void clean(Path database) throws IOException {
        Path folder = database.toAbsolutePath().getParent();
        if (folder == null) {
            return;
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(
                folder, file -> String.valueOf(file.getFileName()).startsWith(database.getFileName() + MARK))) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * Takes a snapshot of a node and keeps it.
     *
     * @throws IOException if there is no room for the copy, or it cannot be stored
     * @throws SQLException if the database cannot be copied
     */
    static Snapshot take(SnapshotSource source, SnapshotStore store, NodeRuntime runtime)
            throws IOException, SQLException {
        long started = runtime.nanoTime();
        Path copy = temporary(source.database(), "snapshot-" + runtime.randomUuid());
        try {
            long streamCreatedNs = source.streamCreatedNs();
            long sequence = source.copy(copy);
            Snapshot taken = save(store, copy, sequence, streamCreatedNs, source.node(), runtime);
            logger.info(
                    "Took a snapshot of {} bytes at {} in {} ms",
                    taken.bytes(),
                    sequence,
                    TimeUnit.NANOSECONDS.toMillis(runtime.nanoTime() - started));
            source.taken(taken);
            runtime.work().took(Timed.SNAPSHOT, runtime.nanoTime() - started);
            return taken;
        } catch (IOException | SQLException | RuntimeException e) {
            runtime.work().count(Counted.SNAPSHOT_FAILURES, 1);
            throw e;
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /**
     * Keeps a file as a snapshot.
     *
     * @throws IOException if it cannot be read or stored
     */
    static Snapshot save(
            SnapshotStore store, Path file, long sequence, long streamCreatedNs, String node, NodeRuntime runtime)
            throws IOException {
        FileDigest digest = FileDigest.of(file);
        Snapshot snapshot = new Snapshot(
                sequence,
                streamCreatedNs,
                TimeUnit.MILLISECONDS.toNanos(runtime.currentTimeMillis()),
                node,
                digest.bytes(),
                digest.sha256());
        try (InputStream packed = CompressedChunks.of(Files.newInputStream(file))) {
            store.save(snapshot, packed);
        }
        return snapshot;
    }

    /**
     * Gets a snapshot back, and makes sure that it is what was saved and that SQLite finds it sound.
     *
     * @param target a file that is not there; it is there afterwards, on the disk, or nothing is
     * @throws SnapshotDamagedException if it is not what was saved
     * @throws IOException if the store cannot be reached, or the file not be written
     */
    static void fetch(SnapshotStore store, Snapshot snapshot, Path target, Progress progress) throws IOException {
        Path packed = target.resolveSibling(target.getFileName() + PACKED);
        boolean complete = false;
        try {
            try (OutputStream out = new Counting(Files.newOutputStream(packed), progress, "fetching")) {
                store.load(snapshot, out);
            }
            unpack(packed, snapshot, target, progress);
            progress.at("checking", 0, snapshot.bytes());
            check(target, snapshot);
            complete = true;
        } finally {
            Files.deleteIfExists(packed);
            if (!complete) {
                Files.deleteIfExists(target);
            }
        }
    }

    private static void unpack(Path packed, Snapshot snapshot, Path target, Progress progress) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] buffer = new byte[BUFFER];
        long bytes = 0;
        try (InputStream in = new ZstdInputStream(new BufferedInputStream(Files.newInputStream(packed), BUFFER));
                OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                bytes += read;
                if (bytes > snapshot.bytes()) {
                    break;
                }
                digest.update(buffer, 0, read);
                out.write(buffer, 0, read);
                progress.at("unpacking", bytes, snapshot.bytes());
            }
        } catch (com.github.luben.zstd.ZstdIOException e) {
            throw new SnapshotDamagedException(snapshot, "cannot be decompressed: " + e.getMessage());
        }
        if (bytes != snapshot.bytes() || !Sha256.hex(digest).equals(snapshot.sha256())) {
            throw new SnapshotDamagedException(snapshot, "does not have the digest that was noted when it was taken");
        }
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static void check(Path file, Snapshot snapshot) throws IOException {
        try (java.sql.Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            String found = CopiedDatabase.damage(statement, "quick_check");
            if (found != null) {
                throw new SnapshotDamagedException(snapshot, "is no sound database: " + found);
            }
        } catch (SQLException e) {
            throw new SnapshotDamagedException(snapshot, "is no database: " + e.getMessage());
        }
    }

    /** Says how much was written. */
    private static final class Counting extends FilterOutputStream {

        private final Progress progress;
        private final String phase;
        private long done;

        Counting(OutputStream target, Progress progress, String phase) {
            super(target);
            this.progress = progress;
            this.phase = phase;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            done += length;
            progress.at(phase, done, 0);
        }
    }
}
