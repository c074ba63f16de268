package io.github.hasqlite.core.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.OnStreamReset;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.testing.FolderSnapshotStore;
import io.github.hasqlite.testing.MemoryStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database leaves the stream that it followed, and the server goes away in the middle of that. */
class LeftStreamTests {

    @TempDir
    private Path folder;

    private final MemoryStream lost = new MemoryStream();
    private final MemoryStream present = new MemoryStream();

    @Test
    void theNewStreamBeginsWithTheDatabaseAllTheSame() throws Exception {
        Store store = new Store(new FolderSnapshotStore(folder.resolve("store")));
        fill("origin", store);
        store.failAfter = 1;
        refused("origin", OnStreamReset.ORIGIN, store);
        assertThat(present.lastSequence()).isZero();
        try (ReplicationNode origin =
                        node("origin", present, OnStreamReset.ORIGIN, store).start();
                ReplicationNode other =
                        node("other", present, OnStreamReset.STOP, store).start()) {
            assertThat(rows(origin)).isEqualTo(1);
            assertThat(rows(other)).isEqualTo(1);
        }
    }

    @Test
    void whoBeginsWithWhatTheOthersHaveIsNotUpBeforeItHasThat() throws Exception {
        Store store = new Store(new FolderSnapshotStore(folder.resolve("store")));
        fill("late", store);
        try (ReplicationNode author =
                node("author", present, OnStreamReset.STOP, store).start()) {
            execute(author, "CREATE TABLE t(x)");
            store.failAfter = 0;
            refused("late", OnStreamReset.REJOIN, store);
        }
        try (ReplicationNode late =
                node("late", present, OnStreamReset.STOP, store).start()) {
            assertThat(rows(late)).isZero();
        }
    }

    @Test
    void filesThatAreSetAsideInOneSecondKeepNamesOfTheirOwn() throws Exception {
        FolderSnapshotStore store = new FolderSnapshotStore(folder.resolve("store"));
        fill("node", store);
        for (int i = 0; i < 4; i++) {
            MemoryStream emptied = new MemoryStream();
            try (ReplicationNode node =
                    node("node", emptied, OnStreamReset.REJOIN, store).start()) {
                execute(node, "CREATE TABLE t(x)");
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.filter(each -> each.getFileName().toString().startsWith("node.db.before-")))
                    .hasSize(4);
        }
    }

    /** It has a row, and follows a stream that will not be there any more. */
    private void fill(String name, SnapshotStore store) throws SQLException {
        try (ReplicationNode node = node(name, lost, OnStreamReset.STOP, store).start()) {
            execute(node, "CREATE TABLE t(x)");
            execute(node, "INSERT INTO t VALUES(1)");
        }
    }

    private void refused(String name, OnStreamReset how, Store store) {
        try (ReplicationNode node = node(name, present, how, store)) {
            assertThatThrownBy(node::start)
                    .isInstanceOf(ReplicationStartException.class)
                    .hasMessageContaining("has left the stream")
                    .hasMessageContaining("the server is away");
        }
        store.failAfter = Integer.MAX_VALUE;
    }

    private ReplicationNode node(String name, MemoryStream stream, OnStreamReset how, SnapshotStore store) {
        return ReplicationNode.replicating(
                NodeSettings.of(
                                name,
                                PoolSettings.of(folder.resolve(name + ".db").toString()))
                        .with(to -> to.commitMode(CommitMode.SYNC).onStreamReset(how)),
                new Transport(
                        stream.publisher(), stream.subscriber(), store, new JsonChangeSetSerializer(), List.of()));
    }

    private static void execute(ReplicationNode node, String sql) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private static int rows(ReplicationNode node) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM t")) {
            return rows.getInt(1);
        }
    }

    /** A store whose server goes away after so many answers. */
    private static final class Store implements SnapshotStore {

        private final SnapshotStore target;
        private int failAfter = Integer.MAX_VALUE;

        Store(SnapshotStore target) {
            this.target = target;
        }

        @Override
        public List<Snapshot> list() throws IOException {
            if (failAfter-- <= 0) {
                throw new IOException("the server is away");
            }
            return target.list();
        }

        @Override
        public void save(Snapshot snapshot, InputStream content) throws IOException {
            target.save(snapshot, content);
        }

        @Override
        public void load(Snapshot snapshot, OutputStream to) throws IOException {
            target.load(snapshot, to);
        }

        @Override
        public void delete(Snapshot snapshot) throws IOException {
            target.delete(snapshot);
        }

        @Override
        public Lease tryLease(String what) throws IOException {
            return target.tryLease(what);
        }

        @Override
        public void close() {
            target.close();
        }
    }
}
