package io.github.hasqlite.postgres.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads the parts of a message's body. Not thread-safe. */
public final class MessageReader {

    private static final int UNSIGNED = 0xffff;

    private final byte[] body;
    private int at;

    MessageReader(byte[] body) {
        this.body = body;
    }

    public int remaining() {
        return body.length - at;
    }

    /** The next byte. */
    public byte int8() throws ProtocolViolation {
        require(1);
        return body[at++];
    }

    /** A number of two bytes, without a sign. */
    public int int16() throws ProtocolViolation {
        require(2);
        at += 2;
        return ((body[at - 2] & 0xff) << 8 | (body[at - 1] & 0xff)) & UNSIGNED;
    }

    /** A number of four bytes. */
    public int int32() throws ProtocolViolation {
        require(4);
        at += 4;
        return ByteBuffer.wrap(body, at - 4, 4).getInt();
    }

    /** Text up to a byte 0. */
    public String text() throws SQLException {
        int end = at;
        while (end < body.length && body[end] != 0) {
            end++;
        }
        if (end == body.length) {
            throw new ProtocolViolation("invalid string in message");
        }
        byte[] bytes = Arrays.copyOfRange(body, at, end);
        at = end + 1;
        return utf8(bytes);
    }

    /** So many bytes; {@code null} for a length of -1. */
    public byte @Nullable [] bytes(int length) throws ProtocolViolation {
        if (length == -1) {
            return null;
        }
        require(length);
        at += length;
        return Arrays.copyOfRange(body, at - length, at);
    }

    /** All that is left. */
    public byte[] rest() {
        byte[] rest = Arrays.copyOfRange(body, at, body.length);
        at = body.length;
        return rest;
    }

    /** Refuses a message that has more than was read. */
    public void end() throws ProtocolViolation {
        if (at != body.length) {
            throw new ProtocolViolation("invalid message format: " + remaining() + " bytes too many");
        }
    }

    private void require(int length) throws ProtocolViolation {
        if (length < 0 || length > remaining()) {
            throw new ProtocolViolation("insufficient data left in message");
        }
    }

    private static String utf8(byte[] bytes) throws SQLException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SQLException("invalid byte sequence for encoding \"UTF8\"", "22021", e);
        }
    }
}
