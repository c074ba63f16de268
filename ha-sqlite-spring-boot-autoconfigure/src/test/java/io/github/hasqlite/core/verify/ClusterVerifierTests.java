package io.github.hasqlite.core.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.DigestExchange;
import io.github.hasqlite.NodeDigest;
import io.github.hasqlite.NodeDigest.State;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.TableDifference;
import io.github.hasqlite.TableDigest;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.testing.FolderSnapshotStore;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A verifier without a database and a network. */
class ClusterVerifierTests {

    private static final TableDigest A = new TableDigest(1, "a".repeat(64));
    private static final TableDigest B = new TableDigest(1, "b".repeat(64));

    @TempDir
    private Path folder;

    private final Source source = new Source();
    private final Exchange exchange = new Exchange();

    @Test
    void whoeverComesToThePlaceDoesNotWaitAndDoesOneAtATime() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (ClusterVerifier verifier = open()) {
            source.reach("one", 5, () -> {
                goOn.await();
                return Map.of("t", A);
            });
            source.reach("two", 6, () -> Map.of("t", A));
            Awaitility.await().until(() -> exchange.has("two", State.SKIPPED));
            assertThat(exchange.has("one", State.COMPUTING)).isTrue();
            assertThat(source.kept).hasSize(1);
            goOn.countDown();
            Awaitility.await().until(() -> exchange.has("one", State.DONE));
            source.reach("three", 7, () -> Map.of("t", A));
            Awaitility.await().until(() -> exchange.has("three", State.DONE));
            assertThat(verifier.divergence()).isNull();
        }
        assertThat(source.kept).allMatch(view -> view.closed.get());
    }

    @Test
    void closingInterruptsAndGivesTheDatabaseBack() {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        try (ClusterVerifier verifier = open()) {
            source.reach("one", 5, () -> {
                running.countDown();
                never.await();
                return Map.of();
            });
            Awaitility.await().until(() -> running.getCount() == 0);
            assertThat(verifier.divergence()).isNull();
        }
        assertThat(source.kept).allMatch(view -> view.closed.get());
    }

    @Test
    void aFailureIsToldAndTheNextOneIsComputed() {
        try (ClusterVerifier verifier = open()) {
            source.reach("one", 5, () -> {
                throw new SQLException("malformed");
            });
            Awaitility.await().until(() -> exchange.has("one", State.FAILED));
            source.reach("two", 6, () -> Map.of("t", A));
            Awaitility.await().until(() -> exchange.has("two", State.DONE));
            assertThat(verifier.divergence()).isNull();
        }
    }

    @Test
    void theMajorityIsRightAndAsLongAsOneComputesNobodyIsJudged() {
        try (ClusterVerifier verifier = open()) {
            source.reach("one", 5, () -> Map.of("t", A, "u", A));
            Awaitility.await().until(() -> exchange.has("one", State.DONE));
            exchange.publish(NodeDigest.computing("one", 5, "n3"));
            exchange.publish(NodeDigest.done("one", 5, "n2", Map.of("t", B, "u", A)));
            assertThat(verifier.divergence()).isNull();
            exchange.publish(NodeDigest.done("one", 5, "n3", Map.of("t", B, "u", A)));
            assertThat(verifier.divergence()).isEqualTo("table t: this node differs from n2, n3; at sequence 5");
            exchange.publish(NodeDigest.done("one", 5, "n2", Map.of("t", A, "u", A)));
            assertThat(verifier.divergence()).isNull();
            exchange.publish(NodeDigest.done("one", 6, "n2", Map.of()));
            assertThat(verifier.divergence()).isNull();
        }
    }

    @Test
    void whatIsSaidOfAnEarlierDatabaseDoesNotCount() {
        try (ClusterVerifier verifier = open()) {
            source.reach("one", 5, () -> Map.of("t", A));
            Awaitility.await().until(() -> exchange.has("one", State.DONE));
            source.generation++;
            exchange.publish(NodeDigest.done("one", 5, "n2", Map.of("t", B)));
            assertThat(verifier.divergence()).isNull();
        }
    }

    @Test
    void differencesNameTheNodesOutsideOfTheMajority() {
        Comparison two = new Comparison(List.of(done("n1", "t", A), done("n2", "t", B)));
        assertThat(two.differences()).containsExactly(new TableDifference("t", List.of("n1", "n2")));
        Comparison three = new Comparison(List.of(done("n3", "t", A), done("n1", "t", A), done("n2", "u", A)));
        assertThat(three.differences())
                .containsExactly(new TableDifference("t", List.of("n2")), new TableDifference("u", List.of("n2")));
        Comparison four =
                new Comparison(List.of(done("n1", "t", A), done("n2", "t", A), done("n3", "t", B), done("n4", "t", B)));
        assertThat(four.divergent()).containsExactly("n1", "n2", "n3", "n4");
        assertThat(four.divergence(done("n3", "t", B)))
                .isEqualTo("table t: this node differs from n1, n2; at sequence 5");
    }

    private static NodeDigest done(String node, String table, TableDigest digest) {
        return NodeDigest.done("one", 5, node, Map.of(table, digest));
    }

    private ClusterVerifier open() {
        try {
            SnapshotStore store = new FolderSnapshotStore(folder);
            ClusterVerifier verifier = new ClusterVerifier(source, exchange, store, Duration.ZERO, NodeRuntime.ofJvm());
            verifier.start();
            return verifier;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Hands on what it is given at once. */
    private static final class Exchange implements DigestExchange {

        private final List<NodeDigest> published = new CopyOnWriteArrayList<>();
        private final AtomicReference<@Nullable Consumer<NodeDigest>> listener = new AtomicReference<>();

        @Override
        public void publish(NodeDigest digest) {
            published.add(digest);
            Consumer<NodeDigest> told = listener.get();
            if (told != null) {
                told.accept(digest);
            }
        }

        @Override
        public void subscribe(Consumer<NodeDigest> told) {
            listener.set(told);
        }

        boolean has(String verification, State state) {
            return published.stream()
                    .anyMatch(digest -> digest.verification().equals(verification) && digest.state() == state);
        }

        @Override
        public void close() {}
    }

    /** Digests of the test's own. */
    private interface Computation {
        Map<String, TableDigest> digests() throws SQLException, InterruptedException;
    }

    private static final class TestView implements VerificationSource.View {

        private final Computation computation;
        private final AtomicBoolean closed = new AtomicBoolean();

        TestView(Computation computation) {
            this.computation = computation;
        }

        @Override
        public Map<String, TableDigest> digests() throws SQLException {
            try {
                return computation.digests();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SQLException("interrupted", e);
            }
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    /** A node that is where the test says. */
    private static final class Source implements VerificationSource {

        private final List<TestView> kept = new CopyOnWriteArrayList<>();
        private volatile @Nullable Listener listener;
        private volatile @Nullable String divergence;
        private volatile long generation;

        void reach(String id, long sequence, Computation computation) {
            Listener told = listener;
            if (told != null) {
                told.reached(id, sequence, () -> {
                    TestView view = new TestView(computation);
                    kept.add(view);
                    return view;
                });
            }
        }

        @Override
        public String node() {
            return "n1";
        }

        @Override
        public void listen(@Nullable Listener told) {
            listener = told;
        }

        @Override
        public void place(String id) {}

        @Override
        public long generation() {
            return generation;
        }

        @Override
        public @Nullable String divergence() {
            return divergence;
        }

        @Override
        public void note(long of, @Nullable String found) {
            if (of == generation) {
                divergence = found;
            }
        }

        @Override
        public @Nullable Snapshot recover(Predicate<Snapshot> usable) {
            return null;
        }
    }
}
