package io.github.hasqlite.core.file;

import java.io.IOException;
import java.io.InputStream;

/** What {@link InputStream#read()} is for streams that read many bytes at a time. */
public final class SingleByte {

    private SingleByte() {}

    /** Reads a byte of a stream with its {@link InputStream#read(byte[], int, int)}; -1 at its end. */
    public static int of(InputStream in) throws IOException {
        byte[] one = new byte[1];
        return in.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }
}
