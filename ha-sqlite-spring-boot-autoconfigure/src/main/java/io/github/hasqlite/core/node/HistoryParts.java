package io.github.hasqlite.core.node;

import io.github.hasqlite.ReplicationHistory;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.history.FeedSource;
import io.github.hasqlite.core.history.HistorySettings;
import io.github.hasqlite.core.history.NodeChangeFeed;
import io.github.hasqlite.core.history.NodeHistory;
import io.github.hasqlite.core.jdbc.CommitLog;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.replay.LocalReplica;
import java.nio.file.Path;
import java.util.Objects;

/** Makes what reads the stream again beside a node to which change sets come in. Thread-safe. */
public final class HistoryParts {

    private final NodeSettings settings;
    private final Transport transport;
    private final LocalReplica replica;
    private final ReplicationPosition positions;
    private final CommitLog log;

    HistoryParts(
            NodeSettings settings,
            Transport transport,
            LocalReplica replica,
            ReplicationPosition positions,
            CommitLog log) {
        this.settings = settings;
        this.transport = transport;
        this.replica = replica;
        this.positions = positions;
        this.log = log;
    }

    /**
     * What was committed in the cluster, and the way to take it back.
     *
     * @param maxRows of more rows nothing is taken back at once, because they are held in memory
     */
    public ReplicationHistory history(int maxRows) {
        HistorySettings how = new HistorySettings(
                settings.rowIdentify(),
                settings.merge(),
                settings.pool().foreignKeys(),
                settings.publisherTimeout(),
                folder(),
                maxRows);
        return new NodeHistory(
                how,
                transport.incoming(),
                transport.serializer(),
                positions,
                new RowCommits(settings, replica, log),
                new DatabaseFile(settings.pool())::open,
                settings.runtime());
    }

    /** Follows what is committed; to be closed before the node. */
    public NodeChangeFeed feed() {
        return new NodeChangeFeed(new FeedSource(
                transport.incoming(),
                transport.serializer(),
                replica.state(),
                replica.writeLock(),
                new DatabaseFile(settings.pool())::open,
                folder(),
                settings.runtime()));
    }

    /** Where the database is. */
    private Path folder() {
        return Objects.requireNonNull(
                Path.of(settings.pool().path()).toAbsolutePath().getParent());
    }
}
