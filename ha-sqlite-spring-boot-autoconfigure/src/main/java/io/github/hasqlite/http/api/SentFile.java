package io.github.hasqlite.http.api;

import io.github.hasqlite.core.file.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a database on its way to a client. It has no name any more as soon as it is complete, so that nothing is left
 * of it when the process is killed (but on Windows, where it is deleted at the end). Not thread-safe.
 */
final class SentFile implements AutoCloseable {

    private static final int PIECE = 65_536;

    private final FileChannel channel;

    private SentFile(FileChannel channel) {
        this.channel = channel;
    }

    /** Makes the file. */
    interface Maker<E extends Exception> {

        /**
         * Makes it.
         *
         * @param target is not there yet
         * @return whether there is one now
         */
        boolean make(Path target) throws IOException, E;
    }

    /**
     * Makes a file.
     *
     * @param folder that is there
     * @return {@code null} if its maker has made none
     */
    static <E extends Exception> @Nullable SentFile make(Path folder, Maker<E> maker) throws IOException, E {
        Path own = Files.createTempDirectory(folder, "ha-sqlite-sent-");
        Path file = own.resolve("copy.db");
        try {
            return maker.make(file)
                    ? new SentFile(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE))
                    : null;
        } finally {
            remove(own);
        }
    }

    private static void remove(Path folder) throws IOException {
        try (var left = Files.list(folder)) {
            for (Path each : left.toList()) {
                Files.deleteIfExists(each);
            }
        }
        Files.deleteIfExists(folder);
    }

    long size() throws IOException {
        return channel.size();
    }

    /** The SHA-256 of what is in it, 64 hexadecimal digits. */
    String sha256() throws IOException {
        MessageDigest digest = Sha256.digest();
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        for (long at = 0; channel.read(piece, at) >= 0; ) {
            at += piece.position();
            digest.update(piece.flip());
            piece.clear();
        }
        return Sha256.hex(digest);
    }

    void sendTo(OutputStream target) throws IOException {
        // not closed: that would be the channel's end
        InputStream in = Channels.newInputStream(channel.position(0));
        in.transferTo(target);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
