package io.github.hasqlite.core.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.Change;
import io.github.hasqlite.LargeChanges;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes of a transaction are the same whether they are in memory or in a file. */
class CaptureBufferTests {

    private static final List<String> COLUMNS = List.of("id", "v");
    private static final List<String> KEY = List.of("id");
    private static final int HUNDRED_KILOBYTES = 100_000;

    @TempDir
    Path folder;

    private final Random random = new Random(7);

    @Test
    void twoHundredMegabytesTakeFewInMemory() throws Exception {
        CaptureBuffer buffer = new CaptureBuffer(folder);
        long before = usedMemory();
        for (int i = 0; i < 2_000; i++) {
            buffer.add(insert(i, new byte[HUNDRED_KILOBYTES]));
        }
        assertThat(usedMemory() - before).isLessThan(30L << 20);
        List<Change> drained = buffer.drain();
        assertThat(drained).isInstanceOf(LargeChanges.class).hasSize(2_000);
        long bytes = 0;
        long expected = 0;
        for (Change change : drained) {
            assertThat(change.newRowid()).isEqualTo(expected++);
            bytes += ((byte[]) change.newValues().get(1)).length;
        }
        assertThat(bytes).isEqualTo(2_000L * HUNDRED_KILOBYTES);
        assertThat(usedMemory() - before).isLessThan(30L << 20);
        CaptureBuffer.release(drained);
        assertThat(files()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void doesWhatAListDoes(long seed) {
        random.setSeed(seed);
        CaptureBuffer buffer = new CaptureBuffer(folder);
        List<Change> list = new ArrayList<>();
        for (int step = 0; step < 3_000; step++) {
            int what = random.nextInt(200);
            if (what == 0) {
                int mark = random.nextInt(list.size() + 1);
                buffer.cutTo(mark);
                list.subList(mark, list.size()).clear();
            } else if (what == 1 && !list.isEmpty()) {
                int place = random.nextInt(list.size());
                Change change = randomChange(step);
                buffer.insert(place, change);
                list.add(place, change);
            } else if (what == 2) {
                List<Change> drained = buffer.drain();
                assertSame(drained, list);
                assertThat(buffer.mark()).isZero();
                buffer.restore(drained);
            } else if (what < 10 && !list.isEmpty()) {
                int place = random.nextInt(list.size());
                assertThat(buffer.get(place)).satisfies(change -> assertSame(change, list.get(place)));
            } else {
                Change change = randomChange(step);
                buffer.add(change);
                list.add(change);
            }
            assertThat(buffer.mark()).isEqualTo(list.size());
        }
        List<Change> drained = buffer.drain();
        assertSame(drained, list);
        CaptureBuffer.release(drained);
    }

    /** Whether a failed statement was undone is asked of the first rows, however many there are. */
    @Test
    void findsARowThatShowsAmongMany() {
        CaptureBuffer buffer = new CaptureBuffer(folder);
        buffer.add(insert(-1, "before the statement"));
        int mark = buffer.mark();
        for (int i = 0; i < 300; i++) {
            Change change = insert(i, new byte[HUNDRED_KILOBYTES]);
            buffer.add(change);
            buffer.add(Change.delete("t", COLUMNS, KEY, (long) i, change.newValues()));
        }
        assertThat(buffer.visible(mark)).isNull();
        buffer.add(insert(1_000, "stays"));
        assertThat(buffer.visible(mark))
                .satisfies(change -> assertThat(change.newRowid()).isEqualTo(1_000));
        buffer.cutTo(mark);
        assertThat(buffer.drain()).hasSize(1).isNotInstanceOf(LargeChanges.class);
    }

    @Test
    void whatCannotBeWrittenIsNotLost() throws IOException {
        Path gone = Files.createDirectory(folder.resolve("gone"));
        CaptureBuffer buffer = new CaptureBuffer(gone);
        Files.delete(gone);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        buffer.add(insert(i, new byte[HUNDRED_KILOBYTES]));
                    }
                })
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("temporary file");
        int mark = buffer.mark();
        assertThat(buffer.get(mark - 1).newRowid()).isEqualTo(mark - 1);
        buffer.cutTo(0);
        buffer.add(insert(1, "small"));
        assertThat(buffer.drain()).hasSize(1);
    }

    private Change randomChange(int id) {
        int size = random.nextInt(4) == 0 ? random.nextInt(HUNDRED_KILOBYTES) : 10;
        return switch (random.nextInt(4)) {
            case 0 -> insert(id, new byte[size]);
            case 1 ->
                Change.update(
                        "u" + id % 3, COLUMNS, KEY, null, (long) id, row(id, "ü".repeat(size)), row(id, id / 3.0));
            case 2 -> Change.delete("t", COLUMNS, List.of(), (long) id, row(null, Long.MIN_VALUE));
            default -> Change.sql("INSERT INTO f VALUES(?)", row("漢" + id, null));
        };
    }

    private static Change insert(long id, Object value) {
        return Change.insert("t", COLUMNS, KEY, id, row(id, value));
    }

    private static List<@Nullable Object> row(@Nullable Object id, @Nullable Object value) {
        return Collections.unmodifiableList(
                Arrays.asList(id instanceof Integer number ? Long.valueOf(number) : id, value));
    }

    private static void assertSame(List<Change> actual, List<Change> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        int index = 0;
        for (Change change : actual) {
            assertSame(change, expected.get(index++));
        }
    }

    private static void assertSame(Change actual, Change expected) {
        assertThat(actual)
                .usingRecursiveComparison()
                .ignoringFields("oldValues", "newValues", "args")
                .isEqualTo(expected);
        assertThat(Arrays.deepEquals(
                        new Object[] {
                            actual.oldValues().toArray(),
                            actual.newValues().toArray(),
                            actual.args().toArray()
                        },
                        new Object[] {
                            expected.oldValues().toArray(),
                            expected.newValues().toArray(),
                            expected.args().toArray()
                        }))
                .isTrue();
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    private static long usedMemory() throws InterruptedException {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(20);
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
