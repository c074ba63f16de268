package io.github.hasqlite.postgres;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** Looks at the first byte of a connection: clients may begin with TLS at once, without asking. */
final class Encryption extends ByteToMessageDecoder {

    private static final int HANDSHAKE = 0x16;
    private static final String PROTOCOL = "postgresql";

    private final PostgresSettings settings;

    Encryption(PostgresSettings settings) {
        this.settings = settings;
    }

    /** {@code null} if there is no encryption. */
    static @Nullable SslHandler handler(PostgresSettings settings) {
        Supplier<SSLContext> context = settings.ssl();
        if (context == null) {
            return null;
        }
        SSLEngine engine = context.get().createSSLEngine();
        engine.setUseClientMode(false);
        engine.setHandshakeApplicationProtocolSelector(
                (on, offered) -> offered.contains(PROTOCOL) ? PROTOCOL : offered.isEmpty() ? "" : null);
        return new SslHandler(engine);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (in.getByte(in.readerIndex()) == HANDSHAKE) {
            SslHandler tls = handler(settings);
            if (tls == null) {
                context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
                return;
            }
            context.pipeline().addAfter(context.name(), "tls", tls);
        }
        // what was read is handed on when this leaves
        context.pipeline().remove(this);
    }
}
