package io.github.hasqlite.core.history;

import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.core.replay.AcceptedChangeSets;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteConnection;

/**
 * What a change feed is made of: one node, and the stream that it follows.
 *
 * @param subscriber from which others are made to read the stream again
 * @param state how far the node has applied it
 * @param writeLock the node's
 * @param connections opens connections to its database that capture nothing
 * @param folder where parts of large change sets wait for the others
 * @param runtime the node's
 */
public record FeedSource(
        ChangeSetSubscriber subscriber,
        ChangeSetSerializer serializer,
        AppliedState state,
        WriteLock writeLock,
        SqlCall<SQLiteConnection> connections,
        Path folder,
        NodeRuntime runtime) {

    /** Begins where the node is now. */
    AcceptedChangeSets behindApplied() throws SQLException, IOException {
        try (SQLiteConnection connection = connections.run()) {
            return AcceptedChangeSets.behind(connection, serializer, folder);
        }
    }
}
