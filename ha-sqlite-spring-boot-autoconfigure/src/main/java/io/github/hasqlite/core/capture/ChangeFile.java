package io.github.hasqlite.core.capture;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.file.TemporaryFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Changes of one transaction in a {@linkplain TemporaryFile temporary file}, in segments of which one at a time is
 * read. Where reading or writing fails, {@link UncheckedIOException} is thrown. Not thread-safe.
 */
final class ChangeFile implements AutoCloseable {

    /** Bytes of a segment; a larger change makes a larger one. */
    private static final int SEGMENT = 256 << 10;

    private final TemporaryFile file;
    private final ChangeBytes format = new ChangeBytes();
    private final List<Segment> segments = new ArrayList<>();
    private int size;
    private long end;
    private int cachedSegment = -1;
    private List<Change> cached = List.of();

    private record Segment(long offset, int length, int first, int count, boolean commands) {}

    private ChangeFile(TemporaryFile file) {
        this.file = file;
    }

    /**
     * Creates an empty file that only this user can read.
     *
     * @param folder where
     */
    static ChangeFile create(Path folder) {
        try {
            return new ChangeFile(TemporaryFile.create(folder));
        } catch (IOException e) {
            throw new UncheckedIOException("a large transaction needs a temporary file in " + folder, e);
        }
    }

    int size() {
        return size;
    }

    boolean hasCommands() {
        return segments.stream().anyMatch(Segment::commands);
    }

    /** Adds as many changes from the start of a list as fill a segment, and says how many. */
    int append(List<Change> changes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(SEGMENT);
        int count = 0;
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            while (count < changes.size() && bytes.size() < SEGMENT) {
                format.write(changes.get(count), out);
                count++;
            }
            file.write(end, bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("the temporary file of a large transaction cannot be written", e);
        }
        segments.add(new Segment(end, bytes.size(), size, count, ChangeSet.hasCommands(changes.subList(0, count))));
        end += bytes.size();
        size += count;
        return count;
    }

    Change get(int index) {
        int number = segmentOf(index);
        return segment(number).get(index - segments.get(number).first);
    }

    /**
     * Forgets the changes from one on.
     *
     * @param index where to cut
     * @return those before it that are forgotten, too, because they are in its segment
     */
    List<Change> cutTo(int index) {
        int number = segmentOf(index);
        Segment cut = segments.get(number);
        List<Change> kept = new ArrayList<>(segment(number).subList(0, index - cut.first));
        segments.subList(number, segments.size()).clear();
        end = cut.offset;
        size = cut.first;
        cachedSegment = -1;
        cached = List.of();
        return kept;
    }

    private int segmentOf(int index) {
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments.get(middle).first <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private List<Change> segment(int number) {
        if (number != cachedSegment) {
            cached = read(segments.get(number));
            cachedSegment = number;
        }
        return cached;
    }

    private List<Change> read(Segment segment) {
        try {
            DataInputStream in =
                    new DataInputStream(new ByteArrayInputStream(file.read(segment.offset, segment.length)));
            List<Change> changes = new ArrayList<>(segment.count);
            for (int i = 0; i < segment.count; i++) {
                changes.add(format.read(in));
            }
            return changes;
        } catch (IOException e) {
            throw new UncheckedIOException("the temporary file of a large transaction cannot be read", e);
        }
    }

    /** Goes through the changes from one on. */
    Iterator<Change> iterator(int from) {
        return new Iterator<>() {
            private int next = from;
            private int number = -1;
            private List<Change> current = List.of();

            @Override
            public boolean hasNext() {
                return next < size;
            }

            @Override
            public Change next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                int wanted = number < 0 ? segmentOf(next) : number;
                if (next >= segments.get(wanted).first + segments.get(wanted).count) {
                    wanted++;
                }
                if (wanted != number) {
                    current = List.of();
                    current = read(segments.get(wanted));
                    number = wanted;
                }
                return current.get(next++ - segments.get(number).first);
            }
        };
    }

    /** Deletes the file. Does nothing a second time. */
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the temporary file of a large transaction cannot be deleted", e);
        }
    }
}
