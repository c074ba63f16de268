package io.github.hasqlite;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a database stores texts; SQLite fixes it when the first table is created. */
public enum TextEncoding {
    /** What SQLite does unless told otherwise. */
    UTF_8(StandardCharsets.UTF_8),
    /** Two bytes a unit, the lower one first. */
    UTF_16LE(StandardCharsets.UTF_16LE),
    /** Two bytes a unit, the higher one first. */
    UTF_16BE(StandardCharsets.UTF_16BE);

    /** What decoders put in the place of bytes that are no characters. */
    private static final char NO_CHARACTER = '\uFFFD';

    /** The two units that SQLite itself replaces when it turns UTF-8 into UTF-16. */
    private static final char FIRST_REPLACED = '\uFFFE';

    private static final char SECOND_REPLACED = '\uFFFF';

    private final Charset charset;

    TextEncoding(Charset charset) {
        this.charset = charset;
    }

    /**
     * Asks a database.
     *
     * @throws SQLException if it cannot be read
     */
    public static TextEncoding of(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA encoding")) {
            return switch (rows.getString(1).toUpperCase(Locale.ROOT)) {
                case "UTF-16LE" -> UTF_16LE;
                case "UTF-16BE" -> UTF_16BE;
                default -> UTF_8;
            };
        }
    }

    /**
     * The text that these bytes are.
     *
     * @param bytes as stored; {@code null} for none, as SQLite answers where there is nothing to point to
     * @return a {@link String} if that, bound to a statement, is stored as these bytes; otherwise a {@link
     *     RawText}
     */
    public Object text(byte @Nullable [] bytes) {
        if (bytes == null || bytes.length == 0) {
            return "";
        }
        String text = new String(bytes, charset);
        return isExact(text, bytes) ? text : new RawText(this, bytes);
    }

    private boolean isExact(String text, byte[] bytes) {
        // a search that costs nothing in a text of characters below 256
        if (text.indexOf(NO_CHARACTER) >= 0 && !Arrays.equals(text.getBytes(charset), bytes)) {
            return false;
        }
        return this == UTF_8 || (text.indexOf(FIRST_REPLACED) < 0 && text.indexOf(SECOND_REPLACED) < 0);
    }

    /**
     * Reads one value of the current row exactly as it is stored.
     *
     * @param column counted from 1
     * @return a {@link Long}, {@link Double}, {@link String}, {@link RawText}, {@code byte[]} or {@code null}
     * @throws SQLException if the driver cannot read it
     */
    public @Nullable Object read(ResultSet rows, int column) throws SQLException {
        // first: asked for a text, SQLite turns UTF-16 into UTF-8, and what is no character into another one
        byte[] stored = this == UTF_8 ? null : rows.getBytes(column);
        Object value = rows.getObject(column);
        if (value instanceof Integer small) {
            // the driver hands small integers out so
            return Long.valueOf(small);
        }
        if (value instanceof String text) {
            if (this != UTF_8) {
                return text(stored);
            }
            return text.indexOf(NO_CHARACTER) < 0 ? text : text(rows.getBytes(column));
        }
        return value;
    }

    Charset charset() {
        return charset;
    }
}
