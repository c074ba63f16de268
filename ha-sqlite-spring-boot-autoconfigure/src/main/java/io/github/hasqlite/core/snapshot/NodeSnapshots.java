package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.sqlite.OnlineCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** A node as snapshots are taken of it. Thread-safe. */
public final class NodeSnapshots implements SnapshotSource {

    private final NodeSettings settings;
    private final ChangeSetSubscriber subscriber;
    private final Applier applier;
    private final AppliedState state;
    private final ChangeSetSerializer serializer;

    public NodeSnapshots(
            NodeSettings settings,
            ChangeSetSubscriber subscriber,
            Applier applier,
            AppliedState state,
            ChangeSetSerializer serializer) {
        this.settings = settings;
        this.subscriber = subscriber;
        this.applier = applier;
        this.state = state;
        this.serializer = serializer;
    }

    @Override
    public String node() {
        return settings.name();
    }

    @Override
    public long sequence() {
        return state.sequence();
    }

    @Override
    public long streamCreatedNs() {
        return state.streamCreatedNs();
    }

    @Override
    public long firstSequence() throws IOException {
        return subscriber.state().firstSequence();
    }

    @Override
    public void dropCovered(long streamCreatedNs, long sequence) throws IOException {
        subscriber.dropCovered(streamCreatedNs, sequence);
    }

    @Override
    public @Nullable String unfit() {
        if (state.streamCreatedNs() == 0) {
            return "it has not joined the stream yet";
        }
        if (applier.deadLetters() > 0) {
            return "it has left change sets out, which are in ha_dead_letters";
        }
        if (!state.divergence().isEmpty()) {
            return "it differs from other nodes: " + state.divergence();
        }
        String halted = applier.halted();
        return halted == null ? null : "replication to it has stopped: " + halted;
    }

    @Override
    public Path database() {
        return Path.of(settings.pool().path()).toAbsolutePath();
    }

    @Override
    public long copy(Path target) throws SQLException, IOException {
        boolean complete = false;
        try {
            try (SQLiteConnection connection = new DatabaseFile(settings.pool()).open()) {
                OnlineCopy.copy(connection, target);
            }
            try (CopiedDatabase copy = CopiedDatabase.open(settings, target, serializer)) {
                copy.state().strip();
                complete = true;
                return copy.state().sequence();
            }
        } finally {
            if (!complete) {
                Files.deleteIfExists(target);
            }
        }
    }
}
