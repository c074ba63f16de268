package io.github.hasqlite.core.changeset;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.NumberOutput;

/**
 * Writes JSON as UTF-8, as Jackson's generator would, byte for byte, at a third of its price: it checks no nesting and
 * knows the few things that a change set is made of. Not thread-safe.
 */
final class JsonBytes {

    private static final int INITIAL = 1_024;
    /** Room for more is made when it is needed. */
    private static final long EXPECTED = 16 << 20;

    /** What is written to a stream goes there in pieces of about this size. */
    private static final int PIECE = 32_768;

    /** A multiple of three, so that pieces can be put together. */
    private static final int BINARY_PIECE = 24_576;

    private static final int LONGEST_NUMBER = 32;
    private static final int BYTES_PER_CHARACTER = 6;
    private static final int SPACE = ' ';
    private static final int ONE_BYTE = 0x80;
    private static final int TWO_BYTES = 0x800;
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    /** What stands for the characters from 8 to 13; a vertical tab has no letter. */
    private static final String LETTERS = "btn?fr";

    private static final char NO_LETTER = '?';
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    /** Below this a real has its digits written out, by Java and by Jackson. */
    private static final double PLAIN = 1e7;

    private static final int HUNDRED = 100;
    private static final int TEN = 10;

    /**
     * The name of a field.
     *
     * @param name of characters below 128 that need no escaping
     * @param json the name in quotes, with the comma before it and the colon behind it
     */
    record Field(String name, byte[] json) {

        Field(String name) {
            this(name, (",\"" + name + "\":").getBytes(StandardCharsets.US_ASCII));
        }
    }

    private final @Nullable OutputStream target;
    private byte[] bytes = new byte[INITIAL];
    private int length;
    /** Nothing has been written into the innermost object. */
    private boolean opened;

    /**
     * Writes to memory or to a stream.
     *
     * @param target where it goes in pieces, the last one with {@link #flush}; {@code null} for memory
     */
    JsonBytes(@Nullable OutputStream target) {
        this.target = target;
    }

    /** All that was written to memory. */
    byte[] toArray() {
        if (length > Limits.MESSAGE) {
            throw tooLarge();
        }
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    /** Everything that was written is in the stream. */
    void flush() {
        if (target != null) {
            try {
                target.write(bytes, 0, length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            length = 0;
        }
    }

    private void room(long more) {
        if (length + more <= bytes.length) {
            return;
        }
        if (target != null && length >= PIECE) {
            flush();
        }
        long needed = length + more;
        if (needed > bytes.length) {
            if (needed > Limits.MESSAGE + LONGEST_NUMBER) {
                throw tooLarge();
            }
            bytes = Arrays.copyOf(
                    bytes, (int) Math.min(Limits.MESSAGE + LONGEST_NUMBER, Math.max(needed, 2L * bytes.length)));
        }
    }

    private static IllegalArgumentException tooLarge() {
        return new IllegalArgumentException("a change set of more than " + Limits.MESSAGE + " bytes");
    }

    /** How much of what was written is in memory, in bytes. */
    int length() {
        return length;
    }

    /** About so much more will be written; to memory it is given room at once, instead of again and again. */
    void expect(long more) {
        if (target == null) {
            long wanted = Math.min(EXPECTED, length + more);
            if (wanted > bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) wanted);
            }
        }
    }

    /** Begins an object. */
    void open() {
        raw('{');
        opened = true;
    }

    /** Begins a field of the present object; its value comes next. */
    void field(Field field) {
        byte[] json = field.json();
        int from = opened ? 1 : 0;
        opened = false;
        room(json.length);
        System.arraycopy(json, from, bytes, length, json.length - from);
        length += json.length - from;
    }

    /** One character below 128 that is written as it is. */
    void raw(char c) {
        room(1);
        bytes[length++] = (byte) c;
    }

    /** Bytes that are written as they are. */
    void raw(byte[] json) {
        room(json.length);
        System.arraycopy(json, 0, bytes, length, json.length);
        length += json.length;
    }

    void nothing() {
        raw(NULL);
    }

    void number(long number) {
        room(LONGEST_NUMBER);
        length = NumberOutput.outputLong(number, bytes, length);
    }

    /** The shortest number that is read as the same; it is finite. */
    void number(double real) {
        if (!isShort(real)) {
            raw(NumberOutput.toString(real, true).getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Writes a number of at most two decimals, which most are, and whose digits need no search. */
    private boolean isShort(double real) {
        double size = Math.abs(real);
        if (!(size < PLAIN) || size < 1) {
            return false;
        }
        long hundredths = Math.round(size * HUNDRED);
        if (hundredths / (double) HUNDRED != size) {
            return false;
        }
        room(LONGEST_NUMBER);
        if (real < 0) {
            bytes[length++] = '-';
        }
        length = NumberOutput.outputLong(hundredths / HUNDRED, bytes, length);
        bytes[length++] = '.';
        int fraction = (int) (hundredths % HUNDRED);
        bytes[length++] = (byte) ('0' + fraction / TEN);
        if (fraction % TEN != 0) {
            bytes[length++] = (byte) ('0' + fraction % TEN);
        }
        return true;
    }

    /** Bytes in base64, in quotes. */
    void binary(byte[] content) {
        raw('"');
        if (content.length <= BINARY_PIECE) {
            raw(Base64.getEncoder().encode(content));
        } else {
            for (int from = 0; from < content.length; from += BINARY_PIECE) {
                int to = Math.min(content.length, from + BINARY_PIECE);
                raw(Base64.getEncoder().encode(Arrays.copyOfRange(content, from, to)));
            }
        }
        raw('"');
    }

    /** A text in quotes; half of a surrogate pair becomes a question mark, see {@link StorableText}. */
    void text(String text) {
        int count = text.length();
        int i = 0;
        raw('"');
        while (i < count) {
            int end = (int) Math.min(count, (long) i + PIECE);
            room((long) BYTES_PER_CHARACTER * (end - i));
            i = write(text, i, end);
        }
        raw('"');
    }

    /** Writes the characters from one to another, and one more if a pair is there. */
    private int write(String text, int from, int to) {
        byte[] out = bytes;
        int at = length;
        int i = from;
        while (i < to) {
            char c = text.charAt(i);
            if (c >= ONE_BYTE || c < SPACE || c == '"' || c == '\\') {
                break;
            }
            out[at++] = (byte) c;
            i++;
        }
        length = at;
        while (i < to) {
            int codePoint = text.codePointAt(i);
            i += Character.charCount(codePoint);
            write(codePoint);
        }
        return i;
    }

    private void write(int codePoint) {
        if (codePoint < ONE_BYTE) {
            writeAscii(codePoint);
        } else if (codePoint < TWO_BYTES) {
            bytes[length++] = (byte) (0xc0 | (codePoint >> 6));
            bytes[length++] = (byte) (0x80 | (codePoint & 0x3f));
        } else if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
            bytes[length++] = '?';
        } else if (codePoint < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
            bytes[length++] = (byte) (0xe0 | (codePoint >> 12));
            bytes[length++] = (byte) (0x80 | ((codePoint >> 6) & 0x3f));
            bytes[length++] = (byte) (0x80 | (codePoint & 0x3f));
        } else {
            bytes[length++] = (byte) (0xf0 | (codePoint >> 18));
            bytes[length++] = (byte) (0x80 | ((codePoint >> 12) & 0x3f));
            bytes[length++] = (byte) (0x80 | ((codePoint >> 6) & 0x3f));
            bytes[length++] = (byte) (0x80 | (codePoint & 0x3f));
        }
    }

    private void writeAscii(int c) {
        if (c >= SPACE) {
            if (c == '"' || c == '\\') {
                bytes[length++] = '\\';
            }
            bytes[length++] = (byte) c;
            return;
        }
        bytes[length++] = '\\';
        char letter = c < '\b' || c > '\r' ? NO_LETTER : LETTERS.charAt(c - '\b');
        if (letter != NO_LETTER) {
            bytes[length++] = (byte) letter;
            return;
        }
        bytes[length++] = 'u';
        bytes[length++] = '0';
        bytes[length++] = '0';
        bytes[length++] = HEX[c >> 4];
        bytes[length++] = HEX[c & 0xf];
    }
}
