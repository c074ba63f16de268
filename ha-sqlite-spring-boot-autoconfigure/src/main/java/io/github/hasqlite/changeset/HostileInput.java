package io.github.hasqlite.changeset;

import io.github.hasqlite.ChangeSetFormatException;

/**
 * Refuses large messages that a parser would only refuse after it has copied most of them: a number
 * without end, a string without end, brackets without end. One pass over the bytes, without memory.
 */
final class HostileInput {

    /** Below this nothing can cost much, so the parser may find out by itself. */
    private static final int LARGE = 1024 * 1024;

    private HostileInput() {}

    /**
     * Looks a message over.
     *
     * @return the bytes of its longest string; 0 if the message is too small for that to matter
     */
    static int refuse(byte[] message) throws ChangeSetFormatException {
        if (message.length > Limits.MESSAGE) {
            throw new ChangeSetFormatException(
                    "a message of " + message.length + " bytes; more than " + Limits.MESSAGE + " are not read");
        }
        return message.length > LARGE ? scan(message) : 0;
    }

    private static int scan(byte[] message) throws ChangeSetFormatException {
        int longest = 0;
        int depth = 0;
        int bare = 0;
        int i = 0;
        while (i < message.length) {
            byte b = message[i];
            if (b == '"') {
                int end = endOfString(message, i + 1);
                longest = Math.max(longest, end - i - 1);
                i = end;
                bare = 0;
            } else if (b == '[' || b == '{') {
                bare = 0;
                if (++depth > Limits.DEPTH) {
                    throw new ChangeSetFormatException("nested deeper than " + Limits.DEPTH + " levels at byte " + i);
                }
            } else if (b == ']' || b == '}') {
                bare = 0;
                depth--;
            } else if (b == ',' || b == ':' || (b >= 0 && b <= ' ')) {
                bare = 0;
            } else if (++bare > Limits.NUMBER) {
                throw new ChangeSetFormatException(
                        "a number or word of more than " + Limits.NUMBER + " characters at byte " + i);
            }
            i++;
        }
        return longest;
    }

    private static int endOfString(byte[] message, int from) throws ChangeSetFormatException {
        int i = from;
        while (i < message.length && message[i] != '"') {
            i += message[i] == '\\' ? 2 : 1;
        }
        if (i >= message.length) {
            throw new ChangeSetFormatException("the string at byte " + (from - 1) + " has no end");
        }
        return i;
    }
}
