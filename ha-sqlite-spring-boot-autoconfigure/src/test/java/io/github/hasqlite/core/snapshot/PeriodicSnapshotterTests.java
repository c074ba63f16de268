package io.github.hasqlite.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.testing.FolderSnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When snapshots are taken, by whom, and which are kept. */
class PeriodicSnapshotterTests {

    private static final Duration OFTEN = Duration.ofMillis(20);
    private static final Retention TWO = new Retention(2, Duration.ofDays(1));

    @TempDir
    private Path folder;

    private FolderSnapshotStore store;
    private final Source source = new Source();

    @BeforeEach
    void makeStore() throws Exception {
        store = new FolderSnapshotStore(folder.resolve("store"));
    }

    @Test
    void takesOneOnlyIfThereIsSomethingNew() {
        source.sequence = 5;
        try (PeriodicSnapshotter snapshotter =
                new PeriodicSnapshotter(source, store, OFTEN, TWO, NodeRuntime.ofJvm())) {
            snapshotter.start();
            awaitNewest(5);
            Awaitility.await().during(Duration.ofMillis(300)).until(() -> source.copies == 1);
            source.sequence = 9;
            awaitNewest(9);
            assertThat(source.copies).isEqualTo(2);
        }
    }

    @Test
    void leavesItToWhoHasTheLease() {
        source.sequence = 5;
        SnapshotStore.Lease others = store.tryLease("snapshot");
        assertThat(others).isNotNull();
        try (PeriodicSnapshotter snapshotter =
                new PeriodicSnapshotter(source, store, OFTEN, TWO, NodeRuntime.ofJvm())) {
            snapshotter.start();
            Awaitility.await().during(Duration.ofMillis(300)).until(() -> source.copies == 0);
            others.close();
            awaitNewest(5);
        }
    }

    @Test
    void removesOldOnesOnlyAfterTheNewOneIsThere() throws Exception {
        FolderSnapshotStore failing = new FolderSnapshotStore(folder.resolve("failing")) {
            @Override
            public void save(Snapshot snapshot, InputStream content) throws IOException {
                if (snapshot.sequence() == 4) {
                    throw new IOException("no room");
                }
                super.save(snapshot, content);
            }
        };
        try (PeriodicSnapshotter snapshotter = new PeriodicSnapshotter(
                source, failing, Duration.ZERO, new Retention(1, Duration.ofDays(1)), NodeRuntime.ofJvm())) {
            for (long sequence = 1; sequence <= 3; sequence++) {
                source.sequence = sequence;
                snapshotter.takeSnapshot();
            }
            assertThat(failing.list()).extracting(Snapshot::sequence).containsExactly(3L);
            source.sequence = 4;
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(snapshotter::takeSnapshot)
                    .withMessage("no room");
            assertThat(failing.list()).extracting(Snapshot::sequence).containsExactly(3L);
            assertThat(folder.toFile().list((dir, name) -> name.contains("-ha-copy-")))
                    .isEmpty();
        }
    }

    @Test
    void takesNoneOfANodeThatIsUnfit() {
        source.sequence = 5;
        source.unfit = "it has left change sets out";
        try (PeriodicSnapshotter snapshotter =
                new PeriodicSnapshotter(source, store, Duration.ZERO, TWO, NodeRuntime.ofJvm())) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(snapshotter::takeSnapshot)
                    .withMessageContaining("left change sets out");
        }
    }

    @Test
    void someOlderOnesAreKeptAsLongAsTheStreamGoesOnFromThem() {
        Retention retention = new Retention(2, Duration.ofNanos(100));
        List<Snapshot> all = List.of(
                snapshot(50, 2, 500),
                snapshot(40, 2, 450),
                snapshot(30, 2, 440),
                snapshot(20, 2, 300),
                snapshot(10, 2, 100),
                snapshot(90, 1, 50));
        assertThat(retention.superfluous(all, 2, 15))
                .extracting(Snapshot::sequence)
                .as("30 is too near to 40, the stream has nothing right behind 10, 90 is of another stream")
                .containsExactly(30L, 10L, 90L);
        assertThat(retention.superfluous(List.of(snapshot(7, 1, 1)), 2, 1))
                .as("the only one there is")
                .isEmpty();
    }

    @Test
    void aStreamThatKeepsMoreThanItHasToDoesNotMakeThemMore() {
        Retention retention = Retention.of(2, Duration.ofNanos(1), Duration.ofNanos(400));
        List<Snapshot> all = new ArrayList<>();
        for (int i = 20; i > 0; i--) {
            all.add(snapshot(i, 2, i * 100));
        }
        assertThat(retention.superfluous(all, 2, 1)).hasSize(20 - 7);
        assertThat(retention.superfluous(all.subList(0, 7), 2, 1)).isEmpty();
    }

    @Test
    void theStreamMayDropWhatTheOldestOfThoseThatAreKeptHolds() throws Exception {
        try (PeriodicSnapshotter snapshotter =
                new PeriodicSnapshotter(source, store, Duration.ZERO, TWO, NodeRuntime.ofJvm())) {
            source.sequence = 5;
            snapshotter.takeSnapshot();
            assertThat(source.dropped).as("there is no second one yet").isZero();
            source.sequence = 9;
            snapshotter.takeSnapshot();
            assertThat(source.dropped).isEqualTo(5);
            source.sequence = 12;
            snapshotter.takeSnapshot();
            assertThat(source.dropped).isEqualTo(9);
        }
    }

    private static Snapshot snapshot(long sequence, long created, long takenAt) {
        return new Snapshot(sequence, created, takenAt, "n", 1, "x");
    }

    private void awaitNewest(long sequence) {
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(store.list()).extracting(Snapshot::sequence).contains(sequence));
    }

    /** A node that only counts. */
    private final class Source implements SnapshotSource {

        volatile long sequence;
        volatile int copies;
        volatile long dropped;
        volatile @Nullable String unfit;

        @Override
        public String node() {
            return "n1";
        }

        @Override
        public long sequence() {
            return sequence;
        }

        @Override
        public long streamCreatedNs() {
            return 1;
        }

        @Override
        public long firstSequence() {
            return 1;
        }

        @Override
        public void dropCovered(long streamCreatedNs, long sequence) {
            dropped = sequence;
        }

        @Override
        public @Nullable String unfit() {
            return unfit;
        }

        @Override
        public Path database() {
            return folder.resolve("n1.db");
        }

        @Override
        public long copy(Path target) throws SQLException {
            long at = sequence;
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + target);
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("CREATE TABLE t(id)");
            }
            copies++;
            return at;
        }
    }
}
