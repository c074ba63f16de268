package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.history.HistoryCommand;
import io.github.hasqlite.core.history.HistorySettings;
import io.github.hasqlite.core.history.NodeChangeFeed;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Transactions that commit mode {@code strict} has brought into the stream together are single ones for all who look at
 * them later, on the node that made them and on others.
 */
@Tag("system")
@Timeout(60)
class StrictGroupHistoryTests {

    private static final int THREADS = 8;
    private static final int EACH = 30;

    @TempDir
    private static Path folder;

    private static NatsServer server;
    private static TestNode one;
    private static TestNode two;
    /** Where they are all in the stream. */
    private static long newest;

    private static final List<ChangeSetApplied> ownEvents = new CopyOnWriteArrayList<>();
    private static final List<ChangeSetApplied> otherEvents = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void write() throws Exception {
        server = NatsServer.start();
        one = TestNode.openStrict(server, folder.resolve("n1"), "n1");
        two = TestNode.openStrict(server, folder.resolve("n2"), "n2");
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
        one.awaitAppliedOn(two);
        one.node().listen("app", true, event -> note(event, ownEvents));
        two.node().listen("app", true, event -> note(event, otherEvents));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> writing = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                writing.add(threads.submit(() -> {
                    for (int k = 0; k < EACH; k++) {
                        int id = thread * EACH + k;
                        one.execute("INSERT INTO t VALUES (" + 2 * id + ", 0), (" + (2 * id + 1) + ", 0)");
                    }
                    return null;
                }));
            }
            for (Future<?> thread : writing) {
                thread.get();
            }
        } finally {
            threads.shutdown();
        }
        one.awaitAppliedOn(two);
        newest = history(one).read(HistoryQuery.latest(1)).get(0).position();
    }

    private static void note(ReplicationEvent event, List<ChangeSetApplied> events) {
        if (event instanceof ChangeSetApplied applied && applied.touches("t") && !applied.anyTable()) {
            events.add(applied);
        }
    }

    @AfterAll
    static void close() {
        two.close();
        one.close();
        server.close();
    }

    private static ReplicationHistory history(TestNode node) {
        return node.node().histories().history(HistorySettings.DEFAULT_MAX_ROWS);
    }

    private static List<HistoryEntry> inserts(TestNode node) throws Exception {
        return history(node).read(HistoryQuery.latest(10_000).table("t").to(newest)).stream()
                .filter(entry -> entry.changes().get(0).operation() == Operation.INSERT)
                .toList();
    }

    /** One that came together with others, neither the first of them nor the last. */
    private static HistoryEntry amongOthers() throws Exception {
        List<HistoryEntry> entries = inserts(one);
        return entries.stream()
                .filter(entry -> entry.number() == 2)
                .filter(entry ->
                        entries.stream().anyMatch(other -> other.position() == entry.position() && other.number() == 3))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no three transactions came together"));
    }

    @Test
    void theHistoryShowsEachOnAllNodes() throws Exception {
        List<HistoryEntry> entries = inserts(one);
        assertThat(entries).hasSize(THREADS * EACH);
        assertThat(entries)
                .extracting(entry -> entry.position() + "." + entry.number())
                .doesNotHaveDuplicates();
        assertThat(entries)
                .allSatisfy(entry -> assertThat(
                                (long) entry.changes().get(0).newValues().get(0) / 2)
                        .isEqualTo((long) entry.changes().get(1).newValues().get(0) / 2));
        assertThat(inserts(two))
                .extracting(entry -> entry.position() + "." + entry.number() + " " + entry.committed())
                .containsExactlyElementsOf(entries.stream()
                        .map(entry -> entry.position() + "." + entry.number() + " " + entry.committed())
                        .toList());
        assertThat(history(one).read(HistoryQuery.latest(3).to(newest))).isEqualTo(entries.subList(0, 3));
    }

    @Test
    void oneOfThemIsTakenBackAlone() throws Exception {
        HistoryEntry entry = amongOthers();
        String place = entry.position() + "." + entry.number();
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> history(one).plan(UndoRequest.only(entry.position())))
                .withMessageContaining("several transactions")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22023"));
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() ->
                        history(one).plan(UndoRequest.only(entry.position()).number(9_999)))
                .withMessageContaining(entry.position() + ".9999");
        long before = Long.parseLong(two.query("SELECT count(*) FROM t").get(0));
        UndoPlan plan = history(two).undo(UndoRequest.only(entry.position()).number(entry.number()));
        assertThat(plan.transactions()).containsExactly(entry.position());
        two.awaitAppliedOn(one);
        for (TestNode node : List.of(one, two)) {
            assertThat(node.query("SELECT count(*) FROM t WHERE id IN (" + ids(entry) + ")"))
                    .containsExactly("0");
            assertThat(node.query("SELECT count(*) FROM t")).containsExactly(String.valueOf(before - 2));
        }
        HistoryCommand.Answer told =
                HistoryCommand.parse("EXPLAIN UNDOT " + place).orElseThrow().run(history(one), Instant.now());
        assertThat(told.rows()).isEmpty();
        history(one)
                .undo(UndoRequest.only(
                        history(one).read(HistoryQuery.latest(1)).get(0).position()));
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT count(*) FROM t")).containsExactly(String.valueOf(before));
    }

    private static String ids(HistoryEntry entry) {
        return entry.changes().stream()
                .map(change -> String.valueOf(change.newValues().get(0)))
                .collect(Collectors.joining(", "));
    }

    @Test
    void theFeedTellsOfEachOnAllNodes() throws Exception {
        for (TestNode node : List.of(one, two)) {
            List<FeedEntry> told = new CopyOnWriteArrayList<>();
            try (NodeChangeFeed feed = node.node().histories().feed();
                    FeedSubscription subscription =
                            feed.subscribe(0, FeedFilter.tables(List.of("t")), new FeedConsumer() {
                                @Override
                                public void take(FeedEntry entry) {
                                    if (!entry.changeSet().hasCommands()) {
                                        told.add(entry);
                                    }
                                }

                                @Override
                                public void missed(long upTo, String reason) {
                                    throw new AssertionError(reason);
                                }
                            })) {
                Awaitility.await().until(() -> told.size() >= THREADS * EACH);
                assertThat(subscription.isActive()).isTrue();
            }
            List<String> places = told.stream()
                    .limit(THREADS * EACH)
                    .map(entry -> entry.position() + "." + entry.changeSet().number())
                    .toList();
            List<HistoryEntry> shown = new ArrayList<>(inserts(one));
            Collections.reverse(shown);
            assertThat(places)
                    .containsExactlyElementsOf(shown.stream()
                            .map(entry -> entry.position() + "." + entry.number())
                            .limit(THREADS * EACH)
                            .toList());
            assertThat(told)
                    .filteredOn(FeedEntry::last)
                    .extracting(FeedEntry::position)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void listenersAreToldOfEachOnAllNodes() {
        for (List<ChangeSetApplied> events : List.of(ownEvents, otherEvents)) {
            Awaitility.await().until(() -> events.size() >= THREADS * EACH);
            assertThat(events.subList(0, THREADS * EACH))
                    .allSatisfy(event -> assertThat(event.rows()).isEqualTo(2))
                    .extracting(event -> event.position() + "." + event.number())
                    .doesNotHaveDuplicates();
        }
    }
}
