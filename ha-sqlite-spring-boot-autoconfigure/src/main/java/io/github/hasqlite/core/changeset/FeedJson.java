package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.FeedEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Change sets of the feed as JSON: what the nodes send each other, with the place in the stream and the time at which the
 * stream stored it in front, and behind those the number of a transaction that shares its place with others and whether it
 * is the last of them. Thread-safe.
 */
public final class FeedJson {

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();

    /** Makes a writer. */
    public FeedJson() {}

    /**
     * Writes one object in UTF-8, without a line break in it or behind it. A large change set is not held in memory.
     *
     * @param out not closed
     * @throws IOException from {@code out}
     */
    public void write(FeedEntry entry, OutputStream out) throws IOException {
        ChangeSet changeSet = entry.changeSet();
        String number =
                changeSet.number() == 0 ? "" : "\"number\":" + changeSet.number() + ",\"last\":" + entry.last() + ",";
        String head = "{\"stream_seq\":" + entry.position() + ",\"stored_ns\":" + nanos(entry.stored()) + "," + number;
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        serializer.serialize(changeSet, new WithoutBrace(out));
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }

    /** Leaves out the first byte, which opens an object that is open already. */
    private static final class WithoutBrace extends OutputStream {

        private final OutputStream out;
        private boolean begun;

        WithoutBrace(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            int left = begun || count == 0 ? 0 : 1;
            begun |= count > 0;
            out.write(bytes, offset + left, count - left);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
