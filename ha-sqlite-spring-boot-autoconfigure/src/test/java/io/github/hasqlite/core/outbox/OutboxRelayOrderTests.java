package io.github.hasqlite.core.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an earlier start left in the outbox is in the stream before anything of this one is sent. */
class OutboxRelayOrderTests {

    private static final Duration LONG_ENOUGH_TO_SEND = Duration.ofMillis(300);

    /** Enough not to be kept back for company. */
    private static final int ROWS = 1_000;

    @TempDir
    private Path folder;

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();
    private final Map<String, CompletableFuture<Long>> sent = new ConcurrentSkipListMap<>();

    private static ChangeSet changeSet(String publisher, long counter) {
        return new ChangeSet(
                "n", 1, "f", 0, publisher, counter, 0, 0, List.of(Change.sql("CREATE TABLE t(a)", List.of())));
    }

    private Pending insert(OutboxTable table, long id, String publisher, long counter) throws SQLException {
        Pending row = new Pending(id, publisher, counter, false);
        table.insert(row, serializer.serialize(changeSet(publisher, counter)));
        return row;
    }

    private interface Step {
        void with(OutboxRelay relay, OutboxTable table, PendingQueue pending) throws Exception;
    }

    @Test
    void rowsWait() throws Exception {
        assertNotSentBeforeTheOldOnes((relay, table, pending) -> {
            for (int i = 1; i <= ROWS; i++) {
                Pending row = insert(table, 2 + i, "new", i);
                byte[] message = serializer.serialize(changeSet("new", i));
                pending.add(row, message);
                relay.committed(row, changeSet("new", i), message);
            }
        });
    }

    @Test
    void commandsWait() throws Exception {
        assertNotSentBeforeTheOldOnes((relay, table, pending) ->
                relay.publishCommand(changeSet("new", 1), serializer.serialize(changeSet("new", 1))));
    }

    private void assertNotSentBeforeTheOldOnes(Step step) throws Exception {
        ChangeSetPublisher publisher = (changeSet, message) -> {
            CompletableFuture<Long> stored = new CompletableFuture<>();
            sent.put(changeSet.publisher() + changeSet.counter(), stored);
            return stored;
        };
        String url = "jdbc:sqlite:" + folder.resolve("outbox.db");
        try (Connection writing = DriverManager.getConnection(url);
                Connection reading = DriverManager.getConnection(url)) {
            OutboxTable.create(writing);
            OutboxTable table = new OutboxTable(writing);
            PendingQueue pending = new PendingQueue(
                    List.of(insert(table, 1, "old", 1), insert(table, 2, "old", 2)), NodeRuntime.ofJvm());
            try (OutboxRelay relay = new OutboxRelay(
                    new OutboxTable(reading),
                    pending,
                    OutboxTable::deleteUpTo,
                    publisher,
                    serializer,
                    NodeRuntime.ofJvm())) {
                relay.start(0);
                Awaitility.await().until(() -> sent.size() == 2);
                // nothing more happens by itself: the relay has caught up
                assertThat(relay.await(1, LONG_ENOUGH_TO_SEND.toNanos())).isFalse();
                step.with(relay, table, pending);
                sent.get("old1").complete(1L);
                assertThat(relay.await(2, LONG_ENOUGH_TO_SEND.toNanos())).isFalse();
                assertThat(sent).containsOnlyKeys("old1", "old2");
                sent.get("old2").complete(2L);
                Awaitility.await().until(() -> sent.containsKey("new1"));
            }
        }
    }
}
