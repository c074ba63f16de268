package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.core.changeset.FragmentCodec;
import io.github.hasqlite.core.changeset.FragmentedMessage;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes agree on whatever parts come, in whatever order, and whenever they start again. */
@Tag("nats")
@Timeout(120)
class PartsInTheStreamTests {

    private static final int MAX_BYTES = 4_096;
    private static final int SIZE = 20_000;

    @TempDir
    Path folder;

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();
    private final FragmentCodec codec = new FragmentCodec();
    private NatsServer server;
    private Connection connection;
    private JetStream stream;
    private TestNode one;
    private TestNode two;
    private long published;

    @BeforeEach
    void start() throws Exception {
        server = NatsServer.start();
        one = node("n1");
        two = node("n2");
        connection = server.connect();
        stream = connection.jetStream();
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
        one.awaitAppliedOn(two);
        published = one.status().appliedSequence();
    }

    @AfterEach
    void stop() throws Exception {
        connection.close();
        one.close();
        two.close();
        server.close();
    }

    @Test
    void aNodeClosedBetweenPartsGoesOnWithTheRest() throws Exception {
        FragmentedMessage parts = parts("ghost", 1, 7);
        publish(parts, 1, 3);
        awaitApplied();
        assertThat(stored(two)).containsExactly("ghost|1|1", "ghost|1|2", "ghost|1|3");
        two.close();
        publish(parts, 4, 5);
        two = node("n2");
        publish(parts, 6, parts.parts());
        awaitApplied();
        assertThat(ids()).containsExactly("7|20000");
        assertThat(stored(two)).isEmpty();
    }

    @Test
    void aNodeThatCrashedBetweenPartsGoesOnWithTheRest() throws Exception {
        FragmentedMessage parts = parts("ghost", 1, 7);
        for (int number = 1; number < parts.parts(); number++) {
            publish(parts, number, number);
            awaitApplied();
        }
        // what is on disk at this moment is what kill -9 leaves
        for (String suffix : List.of("", "-wal")) {
            Files.copy(folder.resolve("n2.db" + suffix), folder.resolve("crashed.db" + suffix));
        }
        two.close();
        two = node("crashed");
        assertThat(stored(two)).hasSize(parts.parts() - 1);
        publish(parts, parts.parts(), parts.parts());
        awaitApplied();
        assertThat(ids()).containsExactly("7|20000");
    }

    @Test
    void partsOutOfTurnAndRepeatedPartsChangeNothing() throws Exception {
        FragmentedMessage first = parts("ghost", 1, 1);
        FragmentedMessage second = parts("ghost", 2, 2);
        int last = first.parts();
        publish(second, 1, 2);
        publish(first, 2, last);
        publish(first, 1, 3);
        publish(first, 2, 2);
        publish(first, 5, last);
        awaitApplied();
        assertThat(ids()).isEmpty();
        publish(first, 4, last - 1);
        publish(second, 1, last);
        awaitApplied();
        assertThat(ids()).isEmpty();
        publish(first, last, last);
        publish(first, 1, last);
        publish(second, 2, last);
        awaitApplied();
        assertThat(ids()).containsExactly("1|20000");
        publish(second, 1, last);
        publish(second, last, last);
        awaitApplied();
        assertThat(ids()).containsExactly("1|20000", "2|20000");
        assertThat(stored(one)).isEmpty();
        assertThat(one.status().rejectedMessages()).isZero();
    }

    @Test
    void theFirstPartStartsAnewWithOtherPartsOfTheSame() throws Exception {
        FragmentedMessage small = parts("ghost", 1, 1);
        ChangeSet changeSet = changeSet("ghost", 1, 1);
        FragmentedMessage large = codec.split(changeSet, serializer.serialize(changeSet), 2 * MAX_BYTES);
        publish(small, 1, 4);
        publish(large, 1, large.parts());
        publish(small, 5, small.parts());
        awaitApplied();
        assertThat(ids()).containsExactly("1|20000");
        assertThat(stored(one)).isEmpty();
    }

    @Test
    void abandonedPartsHaveNoEffectOnWhatComesAfterThem() throws Exception {
        publish(parts("ghost.1", 1, 1), 1, 3);
        FragmentedMessage other = parts("ghost.2", 1, 2);
        publish(other, 1, other.parts());
        one.execute("INSERT INTO t VALUES(3, 'x')");
        published++;
        awaitApplied();
        assertThat(ids()).containsExactly("2|20000", "3|1");
        // the whole message came after all
        ChangeSet whole = changeSet("ghost.1", 1, 1);
        publish(serializer.serialize(whole));
        awaitApplied();
        assertThat(ids()).containsExactly("1|20000", "2|20000", "3|1");
        assertThat(stored(one)).isEmpty();
    }

    @Test
    void partsThatMakeNoChangeSetAreRejectedAndTheNextOneCounts() throws Exception {
        byte[] garbage = new byte[SIZE];
        new Random(1).nextBytes(garbage);
        FragmentedMessage hostile = codec.split(changeSet("ghost", 1, 1), garbage, MAX_BYTES);
        publish(hostile, 1, hostile.parts());
        ChangeSet another = changeSet("ghost", 3, 2);
        FragmentedMessage mismatched = codec.split(changeSet("ghost", 2, 2), serializer.serialize(another), MAX_BYTES);
        publish(mismatched, 1, mismatched.parts());
        FragmentedMessage good = parts("ghost", 3, 3);
        publish(good, 1, 2);
        // in turn, but not to be read: as if it had not come
        publish(new String(good.part(3), StandardCharsets.UTF_8)
                .replaceFirst("\"parts\":\\d+", "\"parts\":70000")
                .getBytes(StandardCharsets.UTF_8));
        publish(good, 3, good.parts());
        awaitApplied();
        assertThat(ids()).containsExactly("3|20000");
        for (TestNode node : List.of(one, two)) {
            assertThat(node.status().rejectedMessages()).isEqualTo(3);
            assertThat(node.query("SELECT counter FROM ha_publishers WHERE publisher = 'ghost'"))
                    .containsExactly("3");
            assertThat(stored(node)).isEmpty();
        }
    }

    @Test
    void aNodeCountsOnFromPartsForgedInItsName() throws Exception {
        String author = one.query("SELECT publisher FROM ha_publishers").get(0);
        byte[] garbage = new byte[SIZE];
        new Random(1).nextBytes(garbage);
        FragmentedMessage unreadable = codec.split(changeSet(author, 2, 1), garbage, MAX_BYTES);
        publish(unreadable, 1, unreadable.parts());
        FragmentedMessage readable = parts(author, 3, 3);
        publish(readable, 1, readable.parts());
        awaitApplied();
        one.execute("INSERT INTO t VALUES(4, 'x')");
        published++;
        awaitApplied();
        assertThat(ids()).containsExactly("3|20000", "4|1");
        assertThat(one.status().outboxLength()).isZero();
    }

    @Test
    void incompletePartsOfOthersDoNotComeBetweenASchemaChange() throws Exception {
        FragmentedMessage parts = parts("ghost", 1, 1);
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Long> noise = CompletableFuture.supplyAsync(() -> {
            long count = 0;
            while (!enough.get()) {
                publish(parts, 1, parts.parts() - 1);
                count++;
            }
            return count;
        });
        for (int i = 0; i < 30; i++) {
            one.execute("CREATE TABLE s" + i + "(id INTEGER PRIMARY KEY)");
            one.execute("INSERT INTO s" + i + " VALUES(" + i + ")");
        }
        enough.set(true);
        assertThat(noise.join()).isPositive();
        published += 60;
        awaitApplied();
        assertThat(stored(one)).hasSize(parts.parts() - 1);
        publish(parts, parts.parts(), parts.parts());
        awaitApplied();
        assertThat(ids()).containsExactly("1|20000");
        assertThat(two.query("SELECT id FROM s29")).containsExactly("29");
        assertThat(stored(one)).isEmpty();
    }

    private TestNode node(String name) {
        return TestNode.open(server, folder.resolve(name + ".db"), name);
    }

    private FragmentedMessage parts(String publisher, long counter, long id) {
        ChangeSet changeSet = changeSet(publisher, counter, id);
        return codec.split(changeSet, serializer.serialize(changeSet), MAX_BYTES);
    }

    private static ChangeSet changeSet(String publisher, long counter, long id) {
        byte[] blob = new byte[SIZE];
        new Random(id).nextBytes(blob);
        Change change = Change.insert("t", List.of("id", "v"), List.of("id"), id, List.of(id, blob));
        return new ChangeSet("ghost", 1, "db", 1, publisher, counter, 0, 0, List.of(change));
    }

    private void publish(FragmentedMessage parts, int from, int to) {
        for (int number = from; number <= to; number++) {
            publish(parts.part(number));
        }
    }

    private void publish(byte[] message) {
        try {
            stream.publish("ha_replication.test", message);
            published++;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitApplied() {
        await().until(() ->
                one.status().appliedSequence() == published && two.status().appliedSequence() == published);
    }

    /** The rows, which both nodes have, and the state, which both nodes have. */
    private List<String> ids() throws Exception {
        for (String sql : List.of(
                "SELECT * FROM ha_publishers ORDER BY 1",
                "SELECT publisher, counter, part, hex(data) FROM ha_parts ORDER BY 1, 2, 3",
                "SELECT id, hex(v) FROM t ORDER BY id")) {
            assertThat(two.query(sql)).isEqualTo(one.query(sql));
        }
        return one.query("SELECT id, length(v) FROM t ORDER BY id");
    }

    private static List<String> stored(TestNode node) throws Exception {
        return node.query("SELECT publisher, counter, part FROM ha_parts ORDER BY 1, 2, 3");
    }
}
