package io.github.hasqlite.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/**
 * What a power failure does with {@code synchronous = NORMAL}: the write-ahead log is forced to the disk before a
 * checkpoint only, so frames that were not copied into the database may be gone, the newest first. Where the log's
 * header and the count of the copied frames are is in the description of SQLite's file formats.
 */
final class LostTail {

    private static final int LOG_HEADER = 32;
    private static final int FRAME_HEADER = 24;
    private static final int PAGE_SIZE_AT = 8;
    private static final int COPIED_FRAMES_AT = 96;

    private LostTail() {}

    static void cut(Path database, Random random) throws IOException {
        Path log = Path.of(database + "-wal");
        Path index = Path.of(database + "-shm");
        if (!Files.exists(log) || Files.size(log) < LOG_HEADER || !Files.exists(index)) {
            return;
        }
        ByteBuffer shared = ByteBuffer.wrap(Files.readAllBytes(index)).order(ByteOrder.nativeOrder());
        if (shared.capacity() < COPIED_FRAMES_AT + Integer.BYTES) {
            return;
        }
        int copied = shared.getInt(COPIED_FRAMES_AT);
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer header = ByteBuffer.allocate(LOG_HEADER);
            channel.read(header, 0);
            long frame = FRAME_HEADER + header.getInt(PAGE_SIZE_AT);
            long frames = (channel.size() - LOG_HEADER) / frame;
            if (frames > copied) {
                long kept = copied + random.nextInt((int) (frames - copied) + 1);
                channel.truncate(LOG_HEADER + kept * frame);
            }
        }
        Files.delete(index);
    }
}
