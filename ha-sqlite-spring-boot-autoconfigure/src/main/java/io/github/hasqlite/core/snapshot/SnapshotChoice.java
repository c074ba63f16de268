package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which snapshots help a node of one stream. */
public final class SnapshotChoice {

    private static final Logger logger = LoggerFactory.getLogger(SnapshotChoice.class);

    private SnapshotChoice() {}

    /** Those of one stream, the newest first. */
    public static List<Snapshot> of(SnapshotStore store, long streamCreatedNs) throws IOException {
        return store.list().stream()
                .filter(snapshot -> snapshot.streamCreatedNs() == streamCreatedNs)
                .toList();
    }

    /** The same as the other, with its progress in the log. */
    public static @Nullable Snapshot fetchNewest(
            SnapshotStore store, List<Snapshot> candidates, long atLeast, Path target, NodeRuntime runtime)
            throws IOException {
        return fetchNewest(store, candidates, atLeast, target, new BootstrapProgress(runtime), runtime);
    }

    /**
     * Fetches the newest snapshot that is whole and goes far enough.
     *
     * @param candidates the newest first
     * @param atLeast the sequence up to which it must go, at least
     * @param target a file that is not there
     * @return which it was, or {@code null} if none goes far enough
     * @throws SnapshotDamagedException if some do, but all of those are damaged
     * @throws IOException if the store cannot be reached
     */
    static @Nullable Snapshot fetchNewest(
            SnapshotStore store,
            List<Snapshot> candidates,
            long atLeast,
            Path target,
            SnapshotFiles.Progress progress,
            NodeRuntime runtime)
            throws IOException {
        IOException damage = null;
        for (Snapshot candidate : candidates) {
            if (candidate.sequence() < atLeast) {
                break;
            }
            try {
                SnapshotFiles.fetch(store, candidate, target, progress, runtime);
                return candidate;
            } catch (IOException e) {
                logger.warn("A snapshot cannot be used, trying the one before: {}", e.getMessage());
                damage = e;
            }
        }
        if (damage != null) {
            throw damage;
        }
        return null;
    }
}
