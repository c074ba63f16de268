package io.github.hasqlite.core.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.testing.ForwardingPublisher;
import io.github.hasqlite.testing.MemoryStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The door of a node: made, started, closed. */
class ReplicationNodeTests {

    @TempDir
    Path folder;

    private final MemoryStream stream = new MemoryStream();
    private final AtomicInteger closed = new AtomicInteger();

    private NodeSettings settings() {
        return NodeSettings.of("n1", PoolSettings.of(folder.resolve("app.db").toString()));
    }

    private ReplicationNode node(NodeSettings settings) {
        return ReplicationNode.replicating(settings, Transport.of(counted(stream.publisher()), stream.subscriber()));
    }

    private ChangeSetPublisher counted(ChangeSetPublisher publisher) {
        return new ForwardingPublisher(publisher) {
            @Override
            public void close() {
                closed.incrementAndGet();
                super.close();
            }
        };
    }

    @Test
    void makingOneTouchesNothing() {
        ReplicationNode node = node(settings());
        ReplicationNode alone = ReplicationNode.alone(settings());
        assertThat(folder).isEmptyDirectory();
        alone.close();
        node.close();
        assertThat(folder).isEmptyDirectory();
        assertThat(closed).hasValue(1);
    }

    @Test
    void itsPartsAreThereOnceItHasStarted() throws Exception {
        try (ReplicationNode node = node(settings())) {
            assertThatIllegalStateException()
                    .isThrownBy(node::dataSource)
                    .withMessageContaining("has not been started");
            assertThatIllegalStateException().isThrownBy(node::backup);
            assertThat(node.start()).isSameAs(node);
            try (Connection connection = node.dataSource().getConnection()) {
                connection.createStatement().executeUpdate("CREATE TABLE t(a)");
            }
            Path copy = folder.resolve("copy.db");
            node.backup().copyTo(copy);
            assertThat(copy).isRegularFile();
            assertThat(node.snapshots().node()).isEqualTo("n1");
            assertThat(node.verification().node()).isEqualTo("n1");
            assertThat(node.storesNothingSince()).isNull();
        }
    }

    @Test
    void whatReceivesNothingHasNoBackups() throws Exception {
        try (ReplicationNode node = ReplicationNode.replicating(settings(), Transport.of(stream.publisher(), null))
                .start()) {
            assertThatIllegalStateException().isThrownBy(node::backup).withMessageContaining("no ChangeSetSubscriber");
            assertThat(node.isStreamGone()).isFalse();
        }
        try (ReplicationNode node = ReplicationNode.alone(settings()).start()) {
            assertThat(node.dataSource().replicationStatus().replicating()).isFalse();
            assertThatIllegalStateException()
                    .isThrownBy(node::isStreamGone)
                    .withMessageContaining("does not replicate");
        }
    }

    @Test
    void itStartsOnce() throws Exception {
        ReplicationNode node = node(settings()).start();
        assertThatIllegalStateException().isThrownBy(node::start);
        node.dataSource().close();
        node.close();
        assertThat(closed).hasValue(1);
        assertThatIllegalStateException().isThrownBy(node::start);
        assertThatThrownBy(() -> node.dataSource().getConnection()).isInstanceOf(SQLException.class);
    }

    @Test
    void whatDoesNotStartLeavesTheFileToOthers() throws Exception {
        NodeSettings broken = settings().with(to -> to.commitMode(CommitMode.STRICT));
        ReplicationNode node = ReplicationNode.replicating(broken, Transport.of(counted(stream.publisher()), null));
        assertThatThrownBy(node::start).isInstanceOf(ReplicationStartException.class);
        assertThat(closed).hasValue(1);
        try (ReplicationNode first = node(settings()).start()) {
            ReplicationNode second = node(settings());
            assertThatThrownBy(second::start)
                    .isInstanceOf(ReplicationStartException.class)
                    .hasMessageContaining("another node is using the database file");
            assertThat(closed).hasValue(2);
            try (Connection connection = first.dataSource().getConnection()) {
                connection.createStatement().executeUpdate("CREATE TABLE t(a)");
            }
        }
        assertThat(closed).hasValue(3);
    }
}
