package io.github.hasqlite.postgres;

import java.nio.charset.StandardCharsets;

/** What COPY in binary has around its rows. Stateless. */
final class CopyBinary {

    private static final byte[] SIGNATURE = "PGCOPY\n\u00ff\r\n\0".getBytes(StandardCharsets.ISO_8859_1);

    /** Behind the signature are the flags, and how long an extension of the header is. */
    static final int HEADER = SIGNATURE.length + 2 * Integer.BYTES;

    /** In the place of the number of values, behind the last row. */
    static final int END = -1;

    private CopyBinary() {}

    static byte[] signature() {
        return SIGNATURE.clone();
    }
}
