package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.KeyBlocks;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.node.NativeLibrary;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.core.replay.AppliedState;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/** Decides what kind of node the beans that are there make, and starts it. */
final class NodeStart {

    private static final Logger logger = LoggerFactory.getLogger(NodeStart.class);

    private final NodeProperties node;
    private final NodeSettings settings;

    NodeStart(NodeProperties node, @Nullable KeyBlocks keys) {
        this.node = node;
        this.settings = node.settings(keys);
    }

    /**
     * Starts the node.
     *
     * @throws ReplicationStartException if the beans or the database do not allow it
     */
    ReplicationNode start(
            @Nullable ChangeSetPublisher publisher,
            @Nullable ChangeSetSubscriber subscriber,
            @Nullable SnapshotStore snapshots,
            ChangeSetSerializer serializer,
            List<ChangeSetInterceptor> interceptors) {
        if (publisher != null || subscriber != null) {
            DriverVersion.check();
        }
        try (StartInterruption interruption = StartInterruption.ofThisThread()) {
            ReplicationNode made = publisher == null && subscriber == null
                    ? alone()
                    : ReplicationNode.replicating(
                            settings,
                            new Transport(
                                    publisherOf(publisher, subscriber),
                                    subscriber,
                                    snapshots,
                                    serializer,
                                    interceptors));
            return made.start();
        } catch (SQLException e) {
            throw node.location().explain(e);
        } catch (LinkageError e) {
            throw NativeLibrary.explain(e);
        }
    }

    private ChangeSetPublisher publisherOf(
            @Nullable ChangeSetPublisher publisher, @Nullable ChangeSetSubscriber subscriber) {
        if (!settings.readOnly() && publisher == null) {
            throw new ReplicationStartException(
                    "There is a ChangeSetSubscriber (" + subscriber + ") but no ChangeSetPublisher: what is written"
                            + " on this node would never reach another one",
                    "Define a ChangeSetPublisher bean, or set ha.sqlite.publisher.enabled=false to make this node a"
                            + " read replica.",
                    null);
        }
        if (settings.readOnly() && publisher != null) {
            throw new ReplicationStartException(
                    "ha.sqlite.publisher.enabled is false, but there is a ChangeSetPublisher bean (" + publisher + ")",
                    "Remove one of the two.",
                    null);
        }
        return publisher != null ? publisher : new ReadOnlyPublisher();
    }

    private ReplicationNode alone() throws SQLException {
        boolean wasReplicated;
        try (SQLiteConnection connection = new DatabaseFile(settings.pool()).open()) {
            wasReplicated = AppliedState.exists(connection);
        }
        if (settings.readOnly()) {
            throw new ReplicationStartException(
                    "This node can neither send nor receive changes: ha.sqlite.publisher.enabled is false, and nothing"
                            + " is there to receive them",
                    "Set " + OnNatsCondition.URL + " and leave ha.sqlite.subscriber.enabled true, or set"
                            + " ha.sqlite.publisher.enabled to true.",
                    null);
        }
        if (wasReplicated) {
            logger.warn(
                    "{} is not replicated now, but was before: what is written now never reaches the other nodes."
                            + " Set {} or {}=true",
                    node.location().path(),
                    OnNatsCondition.URL,
                    OnNatsCondition.EMBEDDED);
        } else {
            logger.info(
                    "{} is not replicated. To replicate it, set {} to the URL of a NATS server, or {}=true to run one",
                    node.location().path(),
                    OnNatsCondition.URL,
                    OnNatsCondition.EMBEDDED);
        }
        return ReplicationNode.alone(settings);
    }
}
