package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Transactions larger than the memory of those who write and who receive them. System properties: {@code
 * ha.sqlite.test.large-rows} (200,000) and {@code ha.sqlite.test.heap-megabytes} (64), which belong together.
 */
@Tag("system")
@Timeout(300)
class LargeTransactionTests {

    private static final int ROWS = Integer.getInteger("ha.sqlite.test.large-rows", 200_000);
    private static final int BLOBS = ROWS / 5_000;

    private static final String TABLES = "execute CREATE TABLE ";

    @TempDir
    Path folder;

    @Test
    void manyRowsAndManyMegabytesOfBlobs() throws Exception {
        try (NatsServer server = NatsServer.start();
                NodeProcess author = NodeProcess.start(server, folder, "author");
                NodeProcess receiver = NodeProcess.start(server, folder, "receiver")) {
            createTables(author);
            author.make("rows " + ROWS);
            author.awaitAppliedOn(receiver);
            assertSame(author, receiver, "t", ROWS);
            author.make("execute UPDATE t SET a = a || '!', c = -c WHERE id <= " + ROWS / 5);
            author.make("blobs " + BLOBS);
            author.awaitAppliedOn(receiver);
            assertSame(author, receiver, "t", ROWS);
            assertSame(author, receiver, "b", BLOBS);
            assertNothingLeft(author, receiver);
        }
    }

    @Test
    void theAuthorIsKilledBetweenParts() throws Exception {
        try (NatsServer server = NatsServer.start("max_payload: 65536");
                NodeProcess author = NodeProcess.start(server, folder, "author");
                NodeProcess receiver = NodeProcess.start(server, folder, "receiver")) {
            createTables(author);
            author.awaitAppliedOn(receiver);
            long before = receiver.streamSequence();
            author.make("blobs 30");
            awaitParts(receiver, before + 100);
            author.kill9();
            receiver.awaitCaughtUp();
            assertThat(receiver.ask("query SELECT count(*) FROM b")).isEqualTo("0");
            assertThat(receiver.ask("query SELECT count(*) > 100 FROM ha_parts"))
                    .isEqualTo("1");
            author.start();
            author.awaitAppliedOn(receiver);
            assertSame(author, receiver, "b", 30);
            assertNothingLeft(author, receiver);
        }
    }

    @Test
    void theReceiverIsKilledBetweenParts() throws Exception {
        try (NatsServer server = NatsServer.start("max_payload: 65536");
                NodeProcess author = NodeProcess.start(server, folder, "author");
                NodeProcess receiver = NodeProcess.start(server, folder, "receiver")) {
            createTables(author);
            author.awaitAppliedOn(receiver);
            long before = receiver.streamSequence();
            author.make("blobs 30");
            awaitParts(receiver, before + 100);
            receiver.kill9();
            author.make("execute INSERT INTO t VALUES(1, 'behind', 1, 1)");
            receiver.start();
            author.awaitAppliedOn(receiver);
            assertSame(author, receiver, "b", 30);
            assertSame(author, receiver, "t", 1);
            assertNothingLeft(author, receiver);
        }
    }

    /** What is pending gives way to somebody else's change of the same rows, and comes back on top of it. */
    @Test
    void aLargeTransactionIsTakenBackAndPutOnTopAgain() throws Exception {
        try (NatsServer server = NatsServer.start();
                NodeProcess author = NodeProcess.start(server, folder, "author");
                NodeProcess other = NodeProcess.start(server, folder, "other")) {
            createTables(author);
            author.make("rows 60000");
            author.awaitAppliedOn(other);
            server.kill9();
            author.make("execute UPDATE t SET a = 'the author''s ' || id WHERE id % 2 = 0");
            author.make("execute DELETE FROM t WHERE id % 3 = 0");
            other.make("execute UPDATE t SET c = 0 WHERE id = 12345");
            other.make("execute INSERT INTO t VALUES(1000000, 'the other''s', 0, 0)");
            server.restart();
            author.awaitAppliedOn(other);
            other.awaitAppliedOn(author);
            author.awaitAppliedOn(other);
            assertSame(author, other, "t", 60_000 - 20_000 + 1);
            assertNothingLeft(author, other);
        }
    }

    /** All of very many rows give way to one row of somebody else, with the memory for a few of them. */
    @Test
    void manyPendingRowsAreTakenBackAndPutOnTopAgain() throws Exception {
        try (NatsServer server = NatsServer.start();
                NodeProcess author = NodeProcess.start(server, folder, "author");
                NodeProcess other = NodeProcess.start(server, folder, "other")) {
            createTables(author);
            author.awaitAppliedOn(other);
            server.kill9();
            author.make("rows " + ROWS);
            other.make("execute INSERT INTO t VALUES(" + ROWS / 2 + ", 'the other''s', 0, 0)");
            server.restart();
            other.awaitAppliedOn(author);
            author.awaitAppliedOn(other);
            assertSame(author, other, "t", ROWS);
            // the author's is on top, so the other's came first
            assertThat(author.ask("query SELECT a = 'the other''s' FROM t WHERE id = " + ROWS / 2))
                    .isEqualTo("0");
            assertThat(author.ask("query SELECT count(*) FROM ha_conflicts")).isEqualTo("1");
            assertThat(other.ask("query SELECT count(*) FROM ha_conflicts")).isEqualTo("1");
            assertNothingLeft(author, other);
        }
    }

    /** A strict commit publishes before it commits, also without holding the transaction in memory. */
    @Test
    void strictTransactionsAreNotHeldInMemoryEither() throws Exception {
        try (NatsServer server = NatsServer.start();
                NodeProcess author = NodeProcess.startStrict(server, folder, "author");
                NodeProcess receiver = NodeProcess.startStrict(server, folder, "receiver")) {
            createTables(author);
            author.awaitAppliedOn(receiver);
            author.make("rows " + ROWS);
            author.awaitAppliedOn(receiver);
            assertSame(author, receiver, "t", ROWS);
            assertNothingLeft(author, receiver);
        }
    }

    private static void createTables(NodeProcess node) throws IOException {
        node.make(TABLES + "t(id INTEGER PRIMARY KEY, a TEXT, b REAL, c INTEGER)");
        node.make(TABLES + "b(id INTEGER PRIMARY KEY, v BLOB)");
    }

    private static void awaitParts(NodeProcess receiver, long sequence) throws IOException, InterruptedException {
        while (receiver.streamSequence() < sequence) {
            Thread.sleep(1);
        }
    }

    private static void assertSame(NodeProcess one, NodeProcess two, String table, int rows) throws IOException {
        one.say("digest " + table);
        assertThat(two.ask("digest " + table)).isEqualTo(one.answer()).startsWith(rows + ":");
    }

    private void assertNothingLeft(NodeProcess... nodes) throws IOException {
        for (NodeProcess node : nodes) {
            assertThat(node.ask("query SELECT count(*) FROM ha_parts")).isEqualTo("0");
            assertThat(node.ask("query SELECT count(*) FROM ha_outbox_chunks")).isEqualTo("0");
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.filter(file -> file.toString().endsWith(".changes")))
                    .isEmpty();
        }
    }
}
