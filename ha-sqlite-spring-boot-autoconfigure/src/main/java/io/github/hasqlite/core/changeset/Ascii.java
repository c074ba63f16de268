package io.github.hasqlite.core.changeset;

import java.nio.charset.StandardCharsets;

/** Bytes of messages that are text without anything special. */
final class Ascii {

    private Ascii() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Whether a message has these bytes at an offset, which may lie outside of it. */
    static boolean isAt(byte[] message, int offset, byte[] expected) {
        if (offset < 0 || message.length - offset < expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (message[offset + i] != expected[i]) {
                return false;
            }
        }
        return true;
    }
}
