package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.SnapshotStore.Lease;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link SnapshotStore} promises. It uses nothing but the API, JUnit and AssertJ, so it can be extended for
 * any implementation as it is.
 */
@Timeout(120)
public abstract class SnapshotStoreContract {

    private static final int SIZE = 700_000;

    private final List<SnapshotStore> opened = new ArrayList<>();

    /**
     * One more node's view of the store. All that one test opens share their snapshots; it holds none when a test begins.
     */
    protected abstract SnapshotStore open() throws Exception;

    private SnapshotStore opened() throws Exception {
        SnapshotStore store = open();
        opened.add(store);
        return store;
    }

    @AfterEach
    void closeAll() {
        opened.forEach(SnapshotStore::close);
    }

    @Test
    void anotherNodeReadsWhatWasSaved() throws Exception {
        SnapshotStore author = opened();
        SnapshotStore reader = opened();
        for (int size : new int[] {0, 1, SIZE}) {
            author.save(snapshot(size + 1, 1), new ByteArrayInputStream(content(size)));
            assertThat(loaded(reader, snapshot(size + 1, 1)))
                    .as("%d bytes", size)
                    .isEqualTo(content(size));
        }
        assertThat(reader.list()).containsExactly(snapshot(SIZE + 1, 1), snapshot(2, 1), snapshot(1, 1));
    }

    @Test
    void theNewestIsListedFirstByItsStreamAndThenBySequence() throws Exception {
        SnapshotStore store = opened();
        assertThat(store.list()).isEmpty();
        for (Snapshot snapshot : List.of(snapshot(7, 200), snapshot(900, 100), snapshot(30, 200))) {
            store.save(snapshot, new ByteArrayInputStream(content(10)));
        }
        assertThat(store.list()).containsExactly(snapshot(30, 200), snapshot(7, 200), snapshot(900, 100));
    }

    @Test
    void itIsNotListedBeforeItIsThereCompletely() throws Exception {
        SnapshotStore author = opened();
        SnapshotStore reader = opened();
        List<List<Snapshot>> before = new ArrayList<>();
        author.save(snapshot(1, 1), ending(() -> before.add(reader.list())));
        assertThat(before).isNotEmpty().allSatisfy(list -> assertThat(list).isEmpty());
        assertThat(reader.list()).containsExactly(snapshot(1, 1));
    }

    @Test
    void whatFailsHalfWayIsNotListed() throws Exception {
        SnapshotStore store = opened();
        InputStream broken = ending(() -> {
            throw new IOException("the disk is gone");
        });
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.save(snapshot(1, 1), broken));
        assertThat(store.list()).isEmpty();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> loaded(store, snapshot(1, 1)));
    }

    @Test
    void streamsStayOpen() throws Exception {
        SnapshotStore store = opened();
        List<String> closed = new ArrayList<>();
        store.save(snapshot(1, 1), new FilterInputStream(new ByteArrayInputStream(content(10))) {
            @Override
            public void close() {
                closed.add("content");
            }
        });
        store.load(snapshot(1, 1), new FilterOutputStream(new ByteArrayOutputStream()) {
            @Override
            public void close() {
                closed.add("target");
            }
        });
        assertThat(closed).isEmpty();
    }

    @Test
    void whatIsNotThereCannotBeLoaded() throws Exception {
        SnapshotStore store = opened();
        store.save(snapshot(1, 1), new ByteArrayInputStream(content(10)));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> loaded(store, snapshot(2, 1)));
    }

    @Test
    void withoutASnapshotOfAGoNodeNothingIsWritten() throws Exception {
        SnapshotStore store = opened();
        store.save(snapshot(1, 1), new ByteArrayInputStream(content(10)));
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        assertThat(store.loadGoSnapshot(target)).isNull();
        assertThat(target.size()).isZero();
    }

    @Test
    void onlyTheDeletedOneIsGone() throws Exception {
        SnapshotStore store = opened();
        store.delete(snapshot(1, 1));
        store.save(snapshot(1, 1), new ByteArrayInputStream(content(SIZE)));
        store.save(snapshot(2, 1), new ByteArrayInputStream(content(SIZE)));
        store.delete(snapshot(1, 1));
        store.delete(snapshot(1, 1));
        assertThat(store.list()).containsExactly(snapshot(2, 1));
        assertThat(loaded(store, snapshot(2, 1))).isEqualTo(content(SIZE));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> loaded(store, snapshot(1, 1)));
    }

    @Test
    void oneNodeAtATimeHasALease() throws Exception {
        SnapshotStore one = opened();
        SnapshotStore two = opened();
        Lease lease = one.tryLease("a-Z_9");
        assertThat(lease).isNotNull();
        assertThat(lease.isHeld()).isTrue();
        assertThat(two.tryLease("a-Z_9")).isNull();
        try (Lease another = two.tryLease("b")) {
            assertThat(another).as("a lease with another name").isNotNull();
        }
        lease.close();
        lease.close();
        try (Lease next = two.tryLease("a-Z_9")) {
            assertThat(next).as("the lease that was given back").isNotNull();
            assertThat(next.isHeld()).isTrue();
            assertThat(one.tryLease("a-Z_9")).isNull();
        }
    }

    @Test
    void threadsSaveAndReadSideBySide() throws Exception {
        SnapshotStore store = opened();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<byte[]>> loaded = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                Snapshot snapshot = snapshot(i, 1);
                byte[] content = content(SIZE + i);
                loaded.add(threads.submit(() -> {
                    store.save(snapshot, new ByteArrayInputStream(content));
                    return loaded(store, snapshot);
                }));
            }
            for (int i = 1; i <= 4; i++) {
                assertThat(loaded.get(i - 1).get(1, TimeUnit.MINUTES)).isEqualTo(content(SIZE + i));
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(store.list()).hasSize(4);
    }

    /** What is done when the content has been read to its end. */
    private interface AtTheEnd {
        void run() throws IOException;
    }

    private static InputStream ending(AtTheEnd action) {
        return new InputStream() {
            private final ByteArrayInputStream content = new ByteArrayInputStream(content(SIZE));

            @Override
            public int read() throws IOException {
                int next = content.read();
                if (next < 0) {
                    action.run();
                }
                return next;
            }
        };
    }

    private static byte[] loaded(SnapshotStore store, Snapshot snapshot) throws IOException {
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
}
