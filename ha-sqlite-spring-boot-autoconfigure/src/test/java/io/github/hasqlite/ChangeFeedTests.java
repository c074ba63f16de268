package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.history.NodeChangeFeed;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.PurgeOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The change feed tells everything once and in order, from any place on. */
@Tag("system")
class ChangeFeedTests {

    private static NatsServer server;
    private static int number;

    @TempDir
    private Path folder;

    private TestNode one;
    private TestNode two;
    private NodeChangeFeed feed;

    @BeforeAll
    static void startServer() {
        server = NatsServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void openNodes() throws Exception {
        number++;
        one = node("one");
        two = node("two");
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
        one.execute("CREATE TABLE other(id INTEGER PRIMARY KEY, v UNIQUE)");
        one.awaitAppliedOn(two);
        feed = one.node().histories().feed();
    }

    private TestNode node(String name) {
        String id = "feed" + number;
        return TestNode.openWith(
                server.url(),
                folder.resolve(name + "-" + id + ".db"),
                name,
                settings -> settings.with(to -> to.commitMode(CommitMode.ASYNC)),
                publisher -> publisher,
                stream -> stream.with(to -> to.stream(id).subject(id + ".test")));
    }

    @AfterEach
    void closeNodes() {
        feed.close();
        two.close();
        one.close();
    }

    /** Remembers what it was told. */
    private static final class Notes implements FeedConsumer {

        private final List<FeedEntry> entries = new CopyOnWriteArrayList<>();
        private final List<String> missed = new CopyOnWriteArrayList<>();

        @Override
        public void take(FeedEntry entry) {
            entries.add(entry);
        }

        @Override
        public void missed(long upTo, String reason) {
            missed.add(reason);
        }

        private List<Object> ids() {
            return entries.stream()
                    .flatMap(entry -> entry.changeSet().changes().stream())
                    .filter(change -> change.operation() == Operation.INSERT)
                    .<Object>map(change -> change.newValues().get(0))
                    .toList();
        }

        private void await(int count) {
            Awaitility.await().until(() -> ids().size() >= count);
        }
    }

    private static List<Object> numbers(long first, long last) {
        return LongStream.rangeClosed(first, last)
                .<Object>mapToObj(Long::valueOf)
                .toList();
    }

    private void insert(TestNode node, long first, long last) throws Exception {
        for (long i = first; i <= last; i++) {
            node.execute("INSERT INTO t VALUES (" + i + ", 'x')");
        }
    }

    @Test
    void everythingIsToldOnceAndInOrderFromEverywhere() throws Exception {
        Notes all = new Notes();
        Notes later = new Notes();
        Notes filtered = new Notes();
        feed.subscribe(0, FeedFilter.ALL, all);
        feed.subscribe(ChangeFeed.LATEST, FeedFilter.ALL, later);
        feed.subscribe(0, FeedFilter.tables("OTHER"), filtered);
        insert(one, 1, 50);
        one.execute("INSERT INTO other VALUES (1, 'a')");
        one.awaitAppliedOn(two);
        insert(two, 51, 100);
        try (Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("INSERT INTO t VALUES (1000, 'never')");
            connection.rollback();
        }
        two.awaitAppliedOn(one);
        later.await(101);
        all.await(101);
        List<Object> expected = new ArrayList<>(numbers(1, 50));
        expected.add(1L);
        expected.addAll(numbers(51, 100));
        assertThat(later.ids()).isEqualTo(expected);
        assertThat(all.ids()).isEqualTo(expected);
        filtered.await(1);
        assertThat(filtered.ids()).containsExactly(1L);
        assertThat(all.entries.get(0).changeSet().changes().get(0).command()).contains("CREATE TABLE t");
        assertThat(all.entries).extracting(FeedEntry::position).isSorted().doesNotHaveDuplicates();
        long middle = all.entries.get(40).position();
        Notes rest = new Notes();
        feed.subscribe(middle, FeedFilter.ALL, rest);
        rest.await(all.ids().size() - 39);
        assertThat(rest.entries)
                .extracting(FeedEntry::position)
                .containsExactlyElementsOf(all.entries.stream()
                        .map(FeedEntry::position)
                        .filter(position -> position > middle)
                        .toList());
        assertThat(all.missed).isEmpty();
    }

    @Test
    void aSlowConsumerHoldsNobodyUpAndMissesNothing() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        Notes slow = new Notes();
        feed.subscribe(ChangeFeed.LATEST, FeedFilter.ALL, entry -> {
            goOn.await();
            slow.take(entry);
        });
        insert(two, 1, 3000);
        two.awaitAppliedOn(one);
        assertThat(one.query("SELECT count(*) FROM t")).containsExactly("3000");
        assertThat(slow.entries).isEmpty();
        goOn.countDown();
        slow.await(3000);
        assertThat(slow.ids()).isEqualTo(numbers(1, 3000));
    }

    @Test
    void aConsumerGoesOnWhereItWasAndIsToldAgainWhatItFailedAt() throws Exception {
        Notes first = new Notes();
        feed.resume("mail", 0, FeedFilter.tables("t"), first);
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> feed.resume("mail", 0, FeedFilter.ALL, first));
        insert(one, 1, 10);
        first.await(10);
        feed.close();
        insert(two, 11, 20);
        two.awaitAppliedOn(one);
        one.close();
        one = node("one");
        feed = one.node().histories().feed();
        Notes second = new Notes();
        List<Long> failed = new CopyOnWriteArrayList<>();
        feed.resume("mail", 0, FeedFilter.tables("t"), entry -> {
            if (failed.size() < 2) {
                failed.add(entry.position());
                throw new IllegalStateException("the mail server is away");
            }
            second.take(entry);
        });
        second.await(10);
        assertThat(failed).hasSize(2);
        assertThat(failed.get(0)).isEqualTo(failed.get(1));
        assertThat(first.ids()).isEqualTo(numbers(1, 10));
        assertThat(second.ids()).isEqualTo(numbers(11, 20));
        assertThat(two.query("SELECT count(*) FROM ha_feeds")).containsExactly("0");
    }

    @Test
    void whatHadNoEffectIsNotTold() throws Exception {
        Notes notes = new Notes();
        feed.subscribe(ChangeFeed.LATEST, FeedFilter.ALL, notes);
        two.execute("CREATE TABLE more(id INTEGER PRIMARY KEY)");
        two.awaitAppliedOn(one);
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> two.execute("CREATE TABLE more(id INTEGER PRIMARY KEY)"));
        insert(two, 1, 1);
        two.awaitAppliedOn(one);
        notes.await(1);
        assertThat(notes.entries).hasSize(2);
    }

    @Test
    void largeChangeSetsAreToldWholeWhereverOneBegins() throws Exception {
        Notes all = new Notes();
        feed.subscribe(0, FeedFilter.ALL, all);
        List<Long> starts = new CopyOnWriteArrayList<>();
        List<Notes> others = new CopyOnWriteArrayList<>();
        Thread subscribing = new Thread(() -> {
            try {
                for (int i = 0; i < 8; i++) {
                    Notes more = new Notes();
                    FeedSubscription begun = feed.subscribe(ChangeFeed.LATEST, FeedFilter.ALL, more);
                    starts.add(begun.position());
                    others.add(more);
                    // a few while the parts come in
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(40));
                }
            } catch (IOException | SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        subscribing.start();
        for (int i = 1; i <= 3; i++) {
            two.execute("INSERT INTO t VALUES (" + i + ", randomblob(1800000))");
        }
        subscribing.join();
        all.await(3);
        List<Long> positions = all.entries.stream()
                .map(FeedEntry::position)
                .filter(position -> position > 2)
                .toList();
        for (int i = 0; i < others.size(); i++) {
            long start = starts.get(i);
            List<Long> expected =
                    positions.stream().filter(position -> position > start).toList();
            Notes other = others.get(i);
            Awaitility.await().until(() -> other.entries.size() >= expected.size());
            assertThat(other.entries).extracting(FeedEntry::position).containsExactlyElementsOf(expected);
        }
        for (long from = 2; from < positions.get(2); from++) {
            Notes later = new Notes();
            long start = from;
            List<Long> expected =
                    positions.stream().filter(position -> position > start).toList();
            try (FeedSubscription begun = feed.subscribe(from, FeedFilter.ALL, later)) {
                Awaitility.await().until(() -> begun.position() >= positions.get(2));
            }
            assertThat(later.entries).extracting(FeedEntry::position).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void whoHasReadTheStreamLeavesNothingThere() throws Exception {
        insert(one, 1, 5);
        one.awaitAppliedOn(two);
        try (io.nats.client.Connection connection = server.connect()) {
            JetStreamManagement management = connection.jetStreamManagement();
            String stream = "feed" + number;
            long before = management.getConsumerNames(stream).size();
            for (int i = 0; i < 20; i++) {
                assertThat(one.node().histories().history(1_000).read(HistoryQuery.latest(10)))
                        .isNotEmpty();
                Notes notes = new Notes();
                try (FeedSubscription following = feed.subscribe(0, FeedFilter.ALL, notes)) {
                    Awaitility.await().until(() -> !notes.entries.isEmpty());
                }
            }
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(management.getConsumerNames(stream)).hasSize((int) before));
        }
    }

    @Test
    void whatHasLeftTheStreamIsSaidToBeMissed() throws Exception {
        insert(one, 1, 5);
        one.awaitAppliedOn(two);
        two.awaitAppliedOn(one);
        long left = one.status().appliedSequence();
        try (io.nats.client.Connection connection = Nats.connect(server.url())) {
            connection
                    .jetStreamManagement()
                    .purgeStream(
                            "feed" + number,
                            PurgeOptions.builder().sequence(left + 1).build());
        }
        insert(one, 6, 8);
        Notes notes = new Notes();
        feed.subscribe(0, FeedFilter.ALL, notes);
        notes.await(3);
        assertThat(notes.ids()).isEqualTo(numbers(6, 8));
        assertThat(notes.missed).singleElement().asString().contains("not in the stream any more");
        Notes late = new Notes();
        feed.subscribe(left, FeedFilter.ALL, late);
        late.await(3);
        assertThat(late.missed).isEmpty();
        Notes ahead = new Notes();
        feed.subscribe(1_000_000, FeedFilter.ALL, ahead);
        insert(one, 9, 9);
        ahead.await(1);
        assertThat(ahead.missed).singleElement().asString().contains("does not go so far");
        ReplicationHistory history = one.node().histories().history(10);
        assertThat(history.read(HistoryQuery.latest(100))).hasSize(4);
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> history.plan(UndoRequest.only(left)))
                .withMessageContaining("transaction " + left + " has left the stream")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("55000"));
    }
}
