package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rest of this node's blocks, in a file beside the database, so that it has numbers after a restart without the
 * stream. A number is in the file only while it cannot have been handed out: it is taken out before. So a crash wastes
 * numbers, and hands none out twice.
 *
 * <p>Neither does a copy of the file, as it comes back from a backup or goes to another node with the database: the file
 * says which one it is (its inode) and when it was written. A copy may show that time as its last modification, too, but
 * the operating system also knows when it saw it change last, and for a copy that is later. What does not fit is not used.
 * (A disk that is set back as a whole cannot be told.) Used by one thread at a time.
 */
final class KeptBlocks {

    private static final Logger logger = LoggerFactory.getLogger(KeptBlocks.class);

    private static final String HEAD = "ha-sqlite blocks of keys 1 ";
    private static final String TAIL = "end";

    /** Enough for an outage; each start adds one. */
    private static final int MAX_RANGES = 4;

    /** Longer than it takes to write the file, shorter than to restore it. */
    private static final long MAX_SECONDS_TO_WRITE = 10;

    /** {@code null} if nothing is kept. */
    private final @Nullable Path file;
    /** What the process before has left, of tables that have not been asked for. */
    private final Map<String, List<KeyRange>> left = new HashMap<>();
    /** What there is of the others. */
    private final Map<String, List<KeyRange>> present = new HashMap<>();

    private boolean loaded;

    /**
     * Reads nothing yet.
     *
     * @param database the database's file
     */
    KeptBlocks(String database) {
        // in memory, or a URI with options
        this.file = database.isEmpty() || database.startsWith(":") || database.startsWith("file:")
                ? null
                : Path.of(database + "-ha-keys");
    }

    /** What the process before has left of a table's blocks; once. The ranges are not kept any more. */
    List<KeyRange> take(String table) {
        if (!loaded) {
            loaded = true;
            load();
        }
        List<KeyRange> ranges = left.remove(SqlIdentifier.fold(table));
        return ranges == null ? List.of() : joined(ranges);
    }

    /** The newest ones, those that are one in one. */
    private static List<KeyRange> joined(List<KeyRange> ranges) {
        List<KeyRange> joined = new ArrayList<>();
        for (KeyRange range : ranges) {
            KeyRange before = joined.isEmpty() ? null : joined.get(joined.size() - 1);
            if (before != null && before.last() + 1 == range.first()) {
                joined.set(joined.size() - 1, new KeyRange(before.first(), range.last()));
            } else {
                joined.add(range);
            }
        }
        return joined.subList(Math.max(0, joined.size() - MAX_RANGES), joined.size());
    }

    /**
     * Keeps what is not free of these ranges, and makes more of them free.
     *
     * @param table whose they are; what was kept of it before is forgotten
     * @param freeTo up to where a range will be free, at least where it is now
     * @throws IOException if the file shows numbers that are to be free, and can neither be written nor deleted
     */
    void keep(String table, List<KeyRange> ranges, Function<KeyRange, Long> freeTo) throws IOException {
        present.put(table, List.copyOf(ranges));
        Path to = file;
        if (to != null) {
            try {
                write(to, freeTo);
            } catch (ClosedByInterruptException e) {
                // it shows what it did; the node is closed
                throw e;
            } catch (IOException e) {
                Files.deleteIfExists(to);
                logger.warn(
                        "{} cannot be written ({}): if this node is restarted while the stream is away, it will have no"
                                + " numbers for new keys",
                        to,
                        e.toString());
            }
        }
        ranges.forEach(range -> range.free(freeTo.apply(range)));
    }

    /** Keeps all that is not free. */
    void keepAll() throws IOException {
        if (file != null && !present.isEmpty()) {
            write(file, KeyRange::free);
        }
    }

    private void write(Path to, Function<KeyRange, Long> freeTo) throws IOException {
        Path written = to.resolveSibling(to.getFileName() + ".new");
        Files.deleteIfExists(written);
        try (FileChannel channel = FileChannel.open(written, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            // the file system's clock is not always the one of this machine
            Instant now = Files.getLastModifiedTime(written).toInstant().truncatedTo(ChronoUnit.SECONDS);
            String head = HEAD + now.getEpochSecond() + " " + inode(written) + "\n";
            ByteBuffer bytes = ByteBuffer.wrap((head + text(freeTo)).getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            Files.setLastModifiedTime(written, FileTime.from(now));
            channel.force(true);
        }
        Files.move(written, to, StandardCopyOption.ATOMIC_MOVE);
        sync(to.toAbsolutePath().getParent());
    }

    private static void sync(@Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // not every operating system can, and those that cannot need not
            logger.trace("{} was not synced", folder, e);
        }
    }

    private String text(Function<KeyRange, Long> freeTo) {
        StringBuilder text = new StringBuilder();
        left.forEach((table, ranges) -> ranges.forEach(range -> append(text, table, range.first(), range.last())));
        present.forEach((table, ranges) -> ranges.forEach(
                range -> append(text, table, Math.max(range.free(), freeTo.apply(range)) + 1, range.last())));
        return text.append(TAIL).append('\n').toString();
    }

    private static void append(StringBuilder text, String table, long first, long last) {
        if (first <= last && first > 0) {
            text.append(first).append(' ').append(last).append(' ');
            text.append(URLEncoder.encode(table, StandardCharsets.UTF_8)).append('\n');
        }
    }

    private void load() {
        Path from = file;
        if (from == null || !Files.exists(from)) {
            return;
        }
        try {
            List<String> lines = Files.readAllLines(from);
            if (lines.size() < 2
                    || !lines.get(0).startsWith(HEAD)
                    || !lines.get(lines.size() - 1).equals(TAIL)
                    || !isOriginal(from, lines.get(0).substring(HEAD.length()))) {
                logger.info(
                        "{} is a copy, or incomplete: the numbers in it may have been handed out and are not used",
                        from);
                return;
            }
            for (String line : lines.subList(1, lines.size() - 1)) {
                String[] parts = line.split(" ", 3);
                String table = SqlIdentifier.fold(URLDecoder.decode(parts[2], StandardCharsets.UTF_8));
                left.computeIfAbsent(table, name -> new ArrayList<>())
                        .add(new KeyRange(Long.parseLong(parts[0]), Long.parseLong(parts[1])));
            }
        } catch (IOException | RuntimeException e) {
            left.clear();
            logger.warn("{} cannot be read ({}): the numbers in it are not used", from, e.toString());
        }
    }

    private static boolean isOriginal(Path file, String written) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        Instant at = Instant.ofEpochSecond(Long.parseLong(written.substring(0, written.indexOf(' '))));
        Object changed = unix(file, "ctime");
        Instant last = (changed instanceof FileTime time ? time : attributes.creationTime()).toInstant();
        return written.endsWith(" " + inode(file))
                && attributes.lastModifiedTime().toInstant().equals(at)
                && !last.isBefore(at)
                && last.isBefore(at.plusSeconds(MAX_SECONDS_TO_WRITE));
    }

    private static String inode(Path file) throws IOException {
        return String.valueOf(unix(file, "ino"));
    }

    private static @Nullable Object unix(Path file, String attribute) throws IOException {
        try {
            return Files.getAttribute(file, "unix:" + attribute);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return null;
        }
    }
}
