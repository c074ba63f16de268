package io.github.hasqlite.core.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a file holds.
 *
 * @param bytes how many bytes
 * @param sha256 their SHA-256 digest, 64 lower-case hexadecimal digits
 */
public record FileDigest(long bytes, String sha256) {

    private static final int BUFFER = 1 << 20;

    static FileDigest of(Path file) throws IOException {
        MessageDigest digest = newDigest();
        long bytes = 0;
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            int read;
            do {
                read = in.read(buffer);
                bytes += Math.max(0, read);
            } while (read >= 0);
        }
        return new FileDigest(bytes, text(digest));
    }

    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    public static String text(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
