package io.github.hasqlite;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A TEXT of which not all bytes are characters, for instance {@code CAST(x'ff' AS TEXT)}: SQLite stores
 * any bytes as a text, a {@link String} holds characters only. Everywhere else texts are {@link String}s, so
 * a value is either the one or the other and never equal to both.
 *
 * <p>Immutable, as long as nobody changes the array, which is shared and not copied.
 */
public final class RawText {

    private static final int SHOWN_BYTES = 32;

    private final TextEncoding encoding;
    private final byte[] bytes;

    /**
     * Use {@link TextEncoding#text}, which knows whether a text is one of these.
     *
     * @param encoding of the database that stores it
     */
    RawText(TextEncoding encoding, byte[] bytes) {
        this.encoding = Objects.requireNonNull(encoding, "encoding");
        this.bytes = Objects.requireNonNull(bytes, "bytes");
    }

    /** The encoding that the bytes are meant in; only a database with the same can store them. */
    public TextEncoding encoding() {
        return encoding;
    }

    /** The bytes as SQLite stores them; shared, not copied. */
    public byte[] bytes() {
        return bytes;
    }

    /** The characters, with U+FFFD in the place of bytes that are none: for people to read. */
    public String approximate() {
        return new String(bytes, encoding.charset());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RawText text && encoding == text.encoding && Arrays.equals(bytes, text.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        String hex = HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, SHOWN_BYTES));
        return "CAST(x'" + hex + (bytes.length > SHOWN_BYTES ? "…" : "") + "' AS TEXT)";
    }
}
