package io.github.hasqlite.postgres.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Writes messages to a client into a buffer. Not thread-safe. */
public final class MessageWriter {

    private final ByteBuf out;
    private int begin;

    /** @param out of the caller, who releases it */
    public MessageWriter(ByteBuf out) {
        this.out = out;
    }

    /** How many bytes are written. */
    public int size() {
        return out.readableBytes();
    }

    /** Begins a message; {@link #end} is to follow. */
    public MessageWriter begin(char type) {
        out.writeByte(type);
        begin = out.writerIndex();
        out.writeInt(0);
        return this;
    }

    /** Takes back the message that was begun. */
    public void abandon() {
        out.writerIndex(begin - 1);
    }

    public MessageWriter int8(int value) {
        out.writeByte(value);
        return this;
    }

    public MessageWriter int16(int value) {
        out.writeShort(value);
        return this;
    }

    public MessageWriter int32(int value) {
        out.writeInt(value);
        return this;
    }

    /** Text and a byte 0; what the text has behind a NUL is left out. */
    public MessageWriter text(String value) {
        int nul = value.indexOf('\0');
        out.writeCharSequence(nul < 0 ? value : value.substring(0, nul), StandardCharsets.UTF_8);
        out.writeByte(0);
        return this;
    }

    public MessageWriter bytes(byte[] value) {
        out.writeBytes(value);
        return this;
    }

    /** Ends the message: its length is known now. */
    public void end() {
        out.setInt(begin, out.writerIndex() - begin);
    }

    /** A message without a body. */
    public void message(char type) {
        begin(type).end();
    }
}
