package io.github.hasqlite.testing;

import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps snapshots in a folder, for the nodes of one test. */
public class FolderSnapshotStore implements SnapshotStore {

    private final Path folder;
    private final List<Snapshot> snapshots = new ArrayList<>();
    private final Set<String> leases = new HashSet<>();

    public FolderSnapshotStore(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    @Override
    public synchronized List<Snapshot> list() {
        return snapshots.stream()
                .sorted(Comparator.comparingLong(Snapshot::streamCreatedNs)
                        .thenComparingLong(Snapshot::sequence)
                        .reversed())
                .toList();
    }

    @Override
    public void save(Snapshot snapshot, InputStream content) throws IOException {
        try {
            Files.copy(content, file(snapshot));
        } catch (IOException e) {
            Files.deleteIfExists(file(snapshot));
            throw e;
        }
        synchronized (this) {
            snapshots.add(snapshot);
        }
    }

    @Override
    public void load(Snapshot snapshot, OutputStream target) throws IOException {
        Files.copy(file(snapshot), target);
    }

    @Override
    public synchronized void delete(Snapshot snapshot) throws IOException {
        snapshots.remove(snapshot);
        Files.deleteIfExists(file(snapshot));
    }

    /** The file that holds a snapshot. */
    public Path file(Snapshot snapshot) {
        return folder.resolve(snapshot.node() + "-" + snapshot.sequence() + "-" + snapshot.takenAtNs() + ".zst");
    }

    @Override
    public synchronized @Nullable Lease tryLease(String what) {
        if (!leases.add(what)) {
            return null;
        }
        return new Lease() {
            @Override
            public boolean isHeld() {
                return true;
            }

            @Override
            public void close() {
                synchronized (FolderSnapshotStore.this) {
                    leases.remove(what);
                }
            }
        };
    }

    @Override
    public void close() {}
}
