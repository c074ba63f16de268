package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSetFormatException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Refuses large messages that a parser would only refuse after it has copied most of them: a number
 * without end, a string without end, brackets without end. One pass over the bytes, without memory.
 */
final class HostileInput {

    /** Below this nothing can cost much, so the parser may find out by itself. */
    private static final int LARGE = 1024 * 1024;

    private static final int BUFFER = 64 << 10;

    private long position;
    private long longest;
    private long stringStart = -1;
    private boolean escaped;
    private int depth;
    private int bare;

    private HostileInput() {}

    /**
     * Looks a message over.
     *
     * @return the bytes of its longest string; 0 if the message is too small for that to matter
     */
    static int refuse(byte[] message) throws ChangeSetFormatException {
        requireSize(message.length);
        if (message.length <= LARGE) {
            return 0;
        }
        HostileInput scan = new HostileInput();
        scan.take(message, message.length);
        return scan.end();
    }

    /**
     * Looks a message over that is not in memory.
     *
     * @return the bytes of its longest string
     * @throws IOException from {@code message}
     */
    static int refuse(InputStream message) throws ChangeSetFormatException, IOException {
        HostileInput scan = new HostileInput();
        byte[] buffer = new byte[BUFFER];
        int count;
        while ((count = message.read(buffer)) >= 0) {
            scan.take(buffer, count);
            requireSize(scan.position);
        }
        return scan.end();
    }

    private static void requireSize(long bytes) throws ChangeSetFormatException {
        if (bytes > Limits.MESSAGE) {
            throw new ChangeSetFormatException(
                    "a message of " + bytes + " bytes; more than " + Limits.MESSAGE + " are not read");
        }
    }

    private void take(byte[] bytes, int count) throws ChangeSetFormatException {
        int i = 0;
        while (i < count) {
            if (stringStart >= 0) {
                i = inString(bytes, i, count);
            } else {
                outside(bytes[i], position + i);
                i++;
            }
        }
        position += count;
    }

    private int inString(byte[] bytes, int from, int count) {
        int i = from;
        if (escaped) {
            escaped = false;
            i++;
        }
        while (i < count) {
            byte b = bytes[i];
            if (b == '"') {
                longest = Math.max(longest, position + i - stringStart - 1);
                stringStart = -1;
                return i + 1;
            }
            if (b == '\\') {
                if (i + 1 == count) {
                    escaped = true;
                    return count;
                }
                i++;
            }
            i++;
        }
        return i;
    }

    private void outside(byte b, long at) throws ChangeSetFormatException {
        if (b == '"') {
            stringStart = at;
            bare = 0;
        } else if (b == '[' || b == '{') {
            bare = 0;
            if (++depth > Limits.DEPTH) {
                throw new ChangeSetFormatException("nested deeper than " + Limits.DEPTH + " levels at byte " + at);
            }
        } else if (b == ']' || b == '}') {
            bare = 0;
            depth--;
        } else if (b == ',' || b == ':' || (b >= 0 && b <= ' ')) {
            bare = 0;
        } else if (++bare > Limits.NUMBER) {
            throw new ChangeSetFormatException(
                    "a number or word of more than " + Limits.NUMBER + " characters at byte " + at);
        }
    }

    private int end() throws ChangeSetFormatException {
        if (stringStart >= 0) {
            throw new ChangeSetFormatException("the string at byte " + stringStart + " has no end");
        }
        return (int) longest;
    }
}
