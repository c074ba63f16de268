package io.github.hasqlite.core.capture;

import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Changes of one transaction in a temporary file, in segments of which one at a time is read. The file
 * has no name, or none any more, once it is open where the operating system allows that (everywhere but
 * on Windows, which deletes it when the process ends), so nothing is left of it after a crash either.
 * Where reading or writing fails, {@link UncheckedIOException} is thrown. Not thread-safe.
 */
final class ChangeFile implements AutoCloseable {

    /** Bytes of a segment; a larger change makes a larger one. */
    private static final int SEGMENT = 256 << 10;

    private final FileChannel channel;
    private final ChangeBytes format = new ChangeBytes();
    private final List<Segment> segments = new ArrayList<>();
    private int size;
    private long end;
    private int cachedSegment = -1;
    private List<Change> cached = List.of();

    private record Segment(long offset, int length, int first, int count, boolean commands) {}

    private ChangeFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Creates an empty file that only this user can read.
     *
     * @param folder where
     */
    static ChangeFile create(Path folder) {
        try {
            Path file = Files.createTempFile(folder, "ha-sqlite-", ".changes");
            return new ChangeFile(FileChannel.open(file, Set.of(READ, WRITE, DELETE_ON_CLOSE)));
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
            write(ByteBuffer.wrap(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException("the temporary file of a large transaction cannot be written", e);
        }
        segments.add(new Segment(end, bytes.size(), size, count, ChangeSet.hasCommands(changes.subList(0, count))));
        end += bytes.size();
        size += count;
        return count;
    }

    private void write(ByteBuffer bytes) throws IOException {
        long at = end;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
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
        ByteBuffer bytes = ByteBuffer.allocate(segment.length);
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, segment.offset + bytes.position()) < 0) {
                    throw new EOFException("the temporary file of a large transaction was cut off");
                }
            }
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.array()));
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
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the temporary file of a large transaction cannot be deleted", e);
        }
    }
}
