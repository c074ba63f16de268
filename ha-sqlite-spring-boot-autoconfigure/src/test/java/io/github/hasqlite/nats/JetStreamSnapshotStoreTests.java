package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.Snapshot;
import io.github.hasqlite.testing.NatsServer;
import io.nats.client.Connection;
import io.nats.client.PurgeOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots in the object store of a real server. */
@Tag("nats")
@Timeout(120)
class JetStreamSnapshotStoreTests {

    private static final String BUCKET = "ha_replication_SNAPSHOTS";
    private static final String STREAM = "OBJ_" + BUCKET;

    private NatsServer server;
    private JetStreamSnapshotStore store;
    private NatsLink link;

    @BeforeEach
    void start() {
        server = NatsServer.start();
        store = JetStreamSnapshotStore.open(server.settings("db"));
        link = new NatsLink(server.settings("db"));
        link.connect();
    }

    @AfterEach
    void stop() {
        store.close();
        link.close();
        server.close();
    }

    @Test
    void givesBackWhatWasSaved() throws Exception {
        assertThat(store.list()).isEmpty();
        for (int size : new int[] {0, 1, 128 << 10, (128 << 10) + 1, 20_000_000}) {
            Snapshot snapshot = snapshot(size + 1, 100);
            byte[] content = content(size);
            store.save(snapshot, inSmallPieces(content));
            assertThat(loaded(snapshot)).as("%d bytes", size).isEqualTo(content);
        }
        assertThat(store.list())
                .hasSize(5)
                .allSatisfy(snapshot -> assertThat(snapshot.node()).isEqualTo("Knoten \"ü\"\n"));
    }

    @Test
    void listsTheNewestFirstAndOnlyThoseOfThisDatabase() throws Exception {
        Snapshot old = snapshot(900, 100);
        Snapshot newer = snapshot(7, 200);
        Snapshot newest = snapshot(30, 200);
        for (Snapshot snapshot : new Snapshot[] {newer, old, newest, newest}) {
            store.save(snapshot, new ByteArrayInputStream(content(300_000)));
        }
        try (JetStreamSnapshotStore other = JetStreamSnapshotStore.open(server.settings("db.2"))) {
            other.save(snapshot(1, 1), new ByteArrayInputStream(content(10)));
            assertThat(other.list()).containsExactly(snapshot(1, 1));
        }
        Connection connection = link.connection();
        connection.objectStore(BUCKET).put("somebody else's", content(200_000));
        connection.jetStream().publish("$O." + BUCKET + ".M.Zm9v", new byte[] {'{', 7});
        assertThat(store.list()).containsExactly(newest, newer, old);
    }

    @Test
    void otherClientsCanReadThem() throws Exception {
        byte[] content = content(1_000_000);
        store.save(snapshot(5, 6), new ByteArrayInputStream(content));
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        var bucket = link.connection().objectStore(BUCKET);
        assertThat(bucket.getList()).singleElement().satisfies(info -> {
            assertThat(info.getObjectName()).startsWith("db/6/5-");
            bucket.get(info.getObjectName(), target);
        });
        assertThat(target.toByteArray()).isEqualTo(content);
    }

    @Test
    void deletedOnesLeaveNothing() throws Exception {
        store.delete(snapshot(1, 1));
        store.save(snapshot(1, 1), new ByteArrayInputStream(content(300_000)));
        store.save(snapshot(2, 1), new ByteArrayInputStream(content(300_000)));
        store.delete(snapshot(1, 1));
        store.delete(snapshot(1, 1));
        assertThat(store.list()).containsExactly(snapshot(2, 1));
        store.delete(snapshot(2, 1));
        assertThat(store.list()).isEmpty();
        assertThat(messages()).isZero();
        assertThatThrownBy(() -> loaded(snapshot(1, 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sequence 1")
                .hasMessageContaining("not there");
    }

    @Test
    void whatCannotBeReadToItsEndLeavesNothing() throws Exception {
        InputStream broken = new InputStream() {
            private int left = 700_000;

            @Override
            public int read() throws IOException {
                if (left-- <= 0) {
                    throw new IOException("the disk is gone");
                }
                return 1;
            }
        };
        assertThatThrownBy(() -> store.save(snapshot(1, 1), broken))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the disk is gone");
        assertThat(store.list()).isEmpty();
        assertThat(messages()).isZero();
    }

    @Test
    void aConnectionLostWhileSavingFailsIt() throws Exception {
        byte[] content = content(2_000_000);
        InputStream killing = new ByteArrayInputStream(content) {
            @Override
            public int readNBytes(byte[] bytes, int offset, int length) {
                if (pos > 1_000_000) {
                    server.kill9();
                }
                return super.readNBytes(bytes, offset, length);
            }

            @Override
            public byte[] readNBytes(int length) throws IOException {
                if (pos > 1_000_000) {
                    server.kill9();
                }
                return super.readNBytes(length);
            }
        };
        assertThatThrownBy(() -> store.save(snapshot(1, 1), killing)).isInstanceOf(IOException.class);
        server.restart();
        assertThat(store.list()).isEmpty();
        store.save(snapshot(1, 1), new ByteArrayInputStream(content));
        assertThat(loaded(snapshot(1, 1))).isEqualTo(content);
    }

    @Test
    void aLostConnectionWhileLoadingIsRiddenOut() throws Exception {
        byte[] content = content(50_000_000);
        store.save(snapshot(1, 1), new ByteArrayInputStream(content));
        ByteArrayOutputStream target = new ByteArrayOutputStream(content.length) {
            private boolean killed;

            @Override
            public synchronized void write(byte[] bytes, int offset, int length) {
                super.write(bytes, offset, length);
                if (!killed && count > 10_000_000) {
                    killed = true;
                    server.kill9();
                    server.restart();
                }
            }
        };
        store.load(snapshot(1, 1), target);
        assertThat(target.toByteArray()).isEqualTo(content);
    }

    @Test
    void aTruncatedOneIsNotListedAndSaysSo() throws Exception {
        store.save(snapshot(1, 1), new ByteArrayInputStream(content(700_000)));
        link.connection().jetStreamManagement().deleteMessage(STREAM, 3);
        assertThat(store.list()).isEmpty();
        assertThatThrownBy(() -> loaded(snapshot(1, 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("db/1/1-")
                .hasMessageContaining("of its 6 chunks, 5");
        assertThat(messages()).isEqualTo(6);
    }

    @Test
    void aDamagedOneIsNotTakenForWhatWasStored() throws Exception {
        store.save(snapshot(1, 1), new ByteArrayInputStream(content(700_000)));
        String subject =
                link.connection().jetStreamManagement().getMessage(STREAM, 1).getSubject();
        link.connection().jetStreamManagement().deleteMessage(STREAM, 6);
        link.connection().jetStream().publish(subject, new byte[700_000 - 5 * (128 << 10)]);
        assertThatThrownBy(() -> loaded(snapshot(1, 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("db/1/1-")
                .hasMessageContaining("digest");
        assertThat(messages()).isEqualTo(7);
    }

    @Test
    void aChunkThatVanishesWhileItIsReadEndsTheReading() throws Exception {
        byte[] content = content(60_000_000);
        store.save(snapshot(1, 1), new ByteArrayInputStream(content));
        String subject =
                link.connection().jetStreamManagement().getMessage(STREAM, 1).getSubject();
        ByteArrayOutputStream target = new ByteArrayOutputStream(content.length) {
            @Override
            public synchronized void write(byte[] bytes, int offset, int length) {
                if (count == 0) {
                    try {
                        link.connection().jetStreamManagement().purgeStream(STREAM, PurgeOptions.subject(subject));
                    } catch (IOException | io.nats.client.JetStreamApiException e) {
                        throw new IllegalStateException(e);
                    }
                }
                super.write(bytes, offset, length);
            }
        };
        assertThatThrownBy(() -> store.load(snapshot(1, 1), target))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("db/1/1-")
                .hasMessageContaining("is not there");
    }

    @Test
    void aDeletedBucketComesBackWithTheNextSnapshot() throws Exception {
        store.save(snapshot(1, 1), new ByteArrayInputStream(content(10)));
        link.connection().jetStreamManagement().deleteStream(STREAM);
        assertThat(store.list()).isEmpty();
        assertThatThrownBy(() -> loaded(snapshot(1, 1))).hasMessageContaining("not there");
        store.delete(snapshot(1, 1));
        store.save(snapshot(2, 1), new ByteArrayInputStream(content(10)));
        assertThat(store.list()).containsExactly(snapshot(2, 1));
    }

    @Test
    void manyNodesSaveAtOnce() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Map<Integer, Throwable> failures = Collections.synchronizedMap(new java.util.HashMap<>());
        Thread[] nodes = IntStream.range(0, 6)
                .mapToObj(i -> new Thread(() -> {
                    try (JetStreamSnapshotStore node = JetStreamSnapshotStore.open(server.settings("db"))) {
                        go.await();
                        node.save(snapshot(1 + i % 2, 1), new ByteArrayInputStream(content(3_000_000)));
                    } catch (Exception | Error e) {
                        failures.put(i, e);
                    }
                }))
                .toArray(Thread[]::new);
        for (Thread node : nodes) {
            node.start();
        }
        go.countDown();
        for (Thread node : nodes) {
            node.join();
        }
        assertThat(failures).isEmpty();
        assertThat(store.list()).containsExactly(snapshot(2, 1), snapshot(1, 1));
        assertThat(loaded(snapshot(1, 1))).isEqualTo(content(3_000_000));
    }

    @Test
    void withoutJetStreamItSaysSo() {
        try (NatsServer without = NatsServer.startWithoutJetStream();
                JetStreamSnapshotStore none = JetStreamSnapshotStore.open(without.settings("db"))) {
            assertThatThrownBy(none::list).isInstanceOf(IOException.class).hasMessageContaining(BUCKET);
            assertThatThrownBy(() -> none.save(snapshot(1, 1), new ByteArrayInputStream(content(10))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(BUCKET);
            assertThatThrownBy(() -> none.tryLease("x")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void withoutAServerItSaysSo() {
        server.kill9();
        NatsSettings impatient = server.settings("db")
                .with(to -> to.connectTimeout(Duration.ofMillis(300)).publishTimeout(Duration.ofSeconds(1)));
        try (JetStreamSnapshotStore none = JetStreamSnapshotStore.open(impatient)) {
            assertThatThrownBy(none::list).isInstanceOf(IOException.class).hasMessageContaining("not connected");
            server.restart();
            await().ignoreExceptions().until(() -> none.list().isEmpty());
        }
    }

    private long messages() throws Exception {
        return link.connection()
                .jetStreamManagement()
                .getStreamInfo(STREAM)
                .getStreamState()
                .getMsgCount();
    }

    private byte[] loaded(Snapshot snapshot) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        store.load(snapshot, target);
        return target.toByteArray();
    }

    private static Snapshot snapshot(long sequence, long streamCreatedNs) {
        return new Snapshot(sequence, streamCreatedNs, 12, "Knoten \"ü\"\n", 34, "ab".repeat(32));
    }

    private static byte[] content(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }

    private static InputStream inSmallPieces(byte[] content) {
        return new ByteArrayInputStream(content) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, Math.min(length, 50_000));
            }
        };
    }
}
