package io.github.hasqlite.http.api;

import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.core.gateway.SqlGateway;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The node that the API shows.
 *
 * @param gateway the way in for SQL
 * @param dataSource whose status is shown
 * @param position where it is in the stream
 * @param backup copies it, {@code null} if nothing does
 * @param snapshotter takes its snapshots, {@code null} if nothing does
 * @param members the nodes that it knows, {@code null} if it knows none
 * @param leader who leads them, {@code null} if that is not known
 * @param feed tells of what is committed, {@code null} if nothing does; where there is one, the gateway knows the
 *     statements of history
 * @param folder where copies are until they are sent; there is room for them
 */
public record ApiNode(
        SqlGateway gateway,
        HaSqliteDataSource dataSource,
        ReplicationPosition position,
        @Nullable DatabaseBackup backup,
        @Nullable DatabaseSnapshotter snapshotter,
        @Nullable ClusterMembers members,
        @Nullable ClusterLeader leader,
        @Nullable ChangeFeed feed,
        Path folder) {}
