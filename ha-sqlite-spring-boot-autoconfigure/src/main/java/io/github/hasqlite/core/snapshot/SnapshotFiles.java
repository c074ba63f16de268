package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.WorkListener.Counted;
import io.github.hasqlite.core.runtime.WorkListener.Timed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
    static void fetch(SnapshotStore store, Snapshot snapshot, Path target, Progress progress, NodeRuntime runtime)
            throws IOException {
        boolean complete = false;
        SnapshotUnpacking unpacking = SnapshotUnpacking.begin(snapshot, target, progress, runtime);
        try {
            store.load(snapshot, unpacking);
            unpacking.awaitWhole();
            progress.at("checking", 0, snapshot.bytes());
            check(target, snapshot);
            unpacking.awaitOnDisk();
            complete = true;
        } catch (IOException e) {
            // what it is not explains what SQLite finds
            unpacking.end();
            throw unpacking.reason(e);
        } finally {
            unpacking.end();
            if (!complete) {
                Files.deleteIfExists(target);
            }
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
}
