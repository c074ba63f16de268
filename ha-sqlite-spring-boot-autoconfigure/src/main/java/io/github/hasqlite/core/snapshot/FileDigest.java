package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.core.file.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;

/**
 * What a file holds.
 *
 * @param bytes how many bytes
 * @param sha256 their SHA-256 digest, 64 lower-case hexadecimal digits
 */
record FileDigest(long bytes, String sha256) {

    private static final int BUFFER = 1 << 20;

    static FileDigest of(Path file) throws IOException {
        MessageDigest digest = Sha256.digest();
        long bytes = 0;
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            int read;
            do {
                read = in.read(buffer);
                bytes += Math.max(0, read);
            } while (read >= 0);
        }
        return new FileDigest(bytes, Sha256.hex(digest));
    }
}
