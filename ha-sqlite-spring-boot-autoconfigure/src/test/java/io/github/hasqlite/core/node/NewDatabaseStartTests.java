package io.github.hasqlite.core.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.snapshot.PeriodicSnapshotter;
import io.github.hasqlite.core.snapshot.Retention;
import io.github.hasqlite.testing.FolderSnapshotStore;
import io.github.hasqlite.testing.MemoryStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a node begins that has nothing yet. */
class NewDatabaseStartTests {

    @TempDir
    private Path folder;

    private final MemoryStream stream = new MemoryStream();

    @Test
    void isNotHandedOutBeforeItHasCaughtUpForTheFirstTime() throws Exception {
        try (ReplicationNode author = node("author", stream.subscriber(), null).start()) {
            execute(author, "CREATE TABLE t(x)");
        }
        Broken broken = new Broken(stream.subscriber());
        // the line is lost between the first look at the stream and delivery
        broken.startFails = true;
        assertThatThrownBy(() -> node("joins", broken, null).start())
                .isInstanceOf(ReplicationStartException.class)
                .hasMessageContaining("this node's database is new");
        Broken away = new Broken(stream.subscriber());
        away.stateFails = true;
        assertThatThrownBy(
                        () -> node("joins", away, null, Duration.ofMillis(50)).start())
                .isInstanceOf(ReplicationStartException.class)
                .hasMessageContaining("this node's database is new");
        try (ReplicationNode joined = node("joins", stream.subscriber(), null).start()) {
            execute(joined, "INSERT INTO t VALUES(1)");
        }
    }

    @Test
    void waitsForAStreamThatComesLate() throws Exception {
        try (ReplicationNode author = node("author", stream.subscriber(), null).start()) {
            execute(author, "CREATE TABLE t(x)");
        }
        Broken late = new Broken(stream.subscriber());
        late.stateFails = true;
        CompletableFuture<ReplicationNode> started = CompletableFuture.supplyAsync(() -> {
            try {
                return node("joins", late, null).start();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        Awaitility.await().until(() -> late.asked > 1);
        assertThat(started).isNotDone();
        late.stateFails = false;
        try (ReplicationNode joined = started.get(1, TimeUnit.MINUTES)) {
            execute(joined, "INSERT INTO t VALUES(1)");
        }
    }

    /** A row whose author need not keep the table's rules, or that keeps them no longer. */
    @Test
    void beginsWithASnapshotWhoseRowsDoNotKeepAllChecks() throws Exception {
        FolderSnapshotStore store = new FolderSnapshotStore(folder.resolve("store"));
        try (ReplicationNode author = node("author", stream.subscriber(), store).start()) {
            execute(author, "CREATE TABLE t(x CHECK(x > 0))");
            try (Connection connection = author.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.executeUpdate("PRAGMA ignore_check_constraints = ON");
                statement.executeUpdate("INSERT INTO t VALUES(-1)");
                connection.commit();
            }
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> author.dataSource().replicationStatus().outboxLength() == 0);
            try (PeriodicSnapshotter taking =
                    author.snapshots().snapshotter(store, Duration.ZERO, new Retention(1, Duration.ofDays(1)))) {
                Snapshot unused = taking.takeSnapshot();
                Path copy = folder.resolve("copy.db");
                assertThat(taking.fetchLatest(copy)).isNotNull();
                try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
                        Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery("SELECT x FROM t")) {
                    assertThat(rows.getInt(1)).isEqualTo(-1);
                }
            }
        }
    }

    private ReplicationNode node(String name, ChangeSetSubscriber subscriber, @Nullable FolderSnapshotStore store) {
        return node(name, subscriber, store, Duration.ofMinutes(5));
    }

    private ReplicationNode node(
            String name, ChangeSetSubscriber subscriber, @Nullable FolderSnapshotStore store, Duration patience) {
        return ReplicationNode.replicating(
                NodeSettings.of(
                                name,
                                PoolSettings.of(folder.resolve(name + ".db").toString()))
                        .with(to -> to.commitMode(CommitMode.SYNC).bootstrapTimeout(patience)),
                new Transport(stream.publisher(), subscriber, store, new JsonChangeSetSerializer(), List.of()));
    }

    private static void execute(ReplicationNode node, String sql) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    /** A subscriber whose server goes away at some point. */
    private static final class Broken implements ChangeSetSubscriber {

        private final ChangeSetSubscriber target;
        private boolean startFails;
        private volatile boolean stateFails;
        private volatile int asked;

        Broken(ChangeSetSubscriber target) {
            this.target = target;
        }

        @Override
        public StreamState state() throws IOException {
            asked = asked + 1;
            if (stateFails) {
                throw new IOException("the server is away");
            }
            return target.state();
        }

        @Override
        public void start(long afterSequence, Listener listener) throws IOException {
            if (startFails) {
                throw new IOException("the server is away");
            }
            target.start(afterSequence, listener);
        }

        @Override
        public boolean isConnected() {
            return !stateFails;
        }

        @Override
        public void close() {
            target.close();
        }
    }
}
