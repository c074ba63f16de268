package io.github.hasqlite.postgres.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/** Cuts what comes into messages. Before the startup message is through, messages have no letter and are short. */
public final class MessageDecoder extends ByteToMessageDecoder {

    /** As PostgreSQL's own limit. */
    private static final int LONGEST_STARTUP = 10_000;

    /** Before the password is known to be right. */
    private static final int LONGEST_PASSWORD = 8_192;

    private static final int LENGTH = 4;

    private final int longest;
    private boolean started;
    private boolean trusted;

    /** @param longest bytes of a message at most */
    public MessageDecoder(int longest) {
        this.longest = longest;
        // what follows depends on what the first message is: nothing more is read with it
        setSingleDecode(true);
    }

    /** From now on messages have letters. On the event loop only. */
    public void started() {
        started = true;
        setSingleDecode(false);
    }

    /** Whether there is more behind the message that was read last. On the event loop only. */
    public boolean hasMore() {
        return actualReadableBytes() > 0;
    }

    /** From now on messages may be long. On the event loop only. */
    public void trusted() {
        trusted = true;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws ProtocolViolation {
        int header = started ? LENGTH + 1 : LENGTH;
        if (in.readableBytes() < header) {
            return;
        }
        int length = in.getInt(in.readerIndex() + header - LENGTH);
        int limit = !started ? LONGEST_STARTUP : trusted ? longest : LONGEST_PASSWORD;
        if (length < LENGTH || length > limit) {
            in.skipBytes(in.readableBytes());
            throw new ProtocolViolation("invalid message length " + length + "; at most " + limit + " are taken"
                    + (trusted ? " (ha.sqlite.postgres.max-message-size)" : ""));
        }
        if (in.readableBytes() < header + length - LENGTH) {
            return;
        }
        char type = started ? (char) (in.readByte() & 0xff) : FrontendMessage.STARTUP;
        in.skipBytes(LENGTH);
        byte[] body = new byte[length - LENGTH];
        in.readBytes(body);
        out.add(new FrontendMessage(type, body));
    }
}
