package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.wire.FrontendMessage;
import io.github.hasqlite.postgres.wire.MessageDecoder;
import io.github.hasqlite.postgres.wire.MessageReader;
import io.github.hasqlite.postgres.wire.MessageWriter;
import io.github.hasqlite.postgres.wire.ProtocolViolation;
import io.github.hasqlite.postgres.wire.ScramExchange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A connection until its client is let in: encryption, protocol version, password. On the event loop only. */
final class StartupHandler extends SimpleChannelInboundHandler<FrontendMessage> {

    private static final int SSL_REQUEST = 80877103;
    private static final int GSS_REQUEST = 80877104;
    private static final int CANCEL_REQUEST = 80877102;
    private static final int VERSION_3_0 = 3 << 16;
    private static final int TIMEOUT_SECONDS = 10;
    private static final int MOST_REQUESTS = 4;

    private static final int SASL = 10;
    private static final int SASL_CONTINUE = 11;
    private static final int SASL_FINAL = 12;

    private final ServerParts parts;
    private final MessageDecoder decoder;
    private final BooleanSupplier admission;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private @Nullable Future<?> timeout;
    private @Nullable ScramExchange exchange;
    private boolean proven;
    private boolean started;
    private int requests;

    /** @param admission counts a client that is to come in; {@code false} if there are too many */
    StartupHandler(ServerParts parts, MessageDecoder decoder, BooleanSupplier admission) {
        this.parts = parts;
        this.decoder = decoder;
        this.admission = admission;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        timeout = context.executor()
                .schedule(
                        () -> ServerParts.refuse(
                                context, "08P01", "startup was not finished in " + TIMEOUT_SECONDS + " s"),
                        TIMEOUT_SECONDS,
                        TimeUnit.SECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        Future<?> waiting = timeout;
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        handlerRemoved(context);
        context.fireChannelInactive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FrontendMessage message) {
        try {
            if (started) {
                password(context, message);
            } else {
                first(context, message.reader());
            }
        } catch (SQLException e) {
            ServerParts.refuse(context, SqlStates.of(e), String.valueOf(e.getMessage()));
        }
    }

    private void first(ChannelHandlerContext context, MessageReader message) throws SQLException {
        int code = message.int32();
        switch (code) {
            case SSL_REQUEST -> encrypt(context);
            case GSS_REQUEST -> {
                countRequest();
                context.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {'N'}))
                        .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            }
            case CANCEL_REQUEST -> {
                parts.cancelKeys().cancel(message.int32(), message.int32());
                context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            }
            default -> start(context, code, message);
        }
    }

    private void countRequest() throws ProtocolViolation {
        if (++requests > MOST_REQUESTS) {
            throw new ProtocolViolation("too many requests for encryption");
        }
    }

    private void encrypt(ChannelHandlerContext context) throws ProtocolViolation {
        countRequest();
        if (decoder.hasMore()) {
            // what was sent in the clear must not be taken for what was sent encrypted
            throw new ProtocolViolation("received unencrypted data after SSL request");
        }
        SslHandler tls = isEncrypted(context) ? null : Encryption.handler(parts.settings());
        context.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {(byte) (tls == null ? 'N' : 'S')}))
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        if (tls != null) {
            context.pipeline().addFirst(tls);
        }
    }

    private static boolean isEncrypted(ChannelHandlerContext context) {
        return context.pipeline().get(SslHandler.class) != null;
    }

    private void start(ChannelHandlerContext context, int version, MessageReader message) throws SQLException {
        if (version >> 16 != 3) {
            throw new SQLException(
                    "unsupported frontend protocol " + (version >> 16) + "." + (version & 0xffff), "0A000");
        }
        List<String> unknown = new ArrayList<>();
        for (String name = message.text(); !name.isEmpty(); name = message.text()) {
            String value = message.text();
            parameters.put(name, value);
            if (name.startsWith("_pq_.")) {
                unknown.add(name);
            }
        }
        message.end();
        if (parts.settings().sslRequired() && !isEncrypted(context)) {
            throw new SQLException(
                    "this server wants encryption: connect with sslmode=require (ha.sqlite.postgres.ssl.required)",
                    "28000");
        }
        String user = parameters.getOrDefault("user", "");
        if (user.isEmpty()) {
            throw new SQLException("no PostgreSQL user name specified in startup packet", "28000");
        }
        if (!"".equals(parameters.getOrDefault("replication", "")) && !"false".equals(parameters.get("replication"))) {
            throw new SQLException("PostgreSQL's replication protocol is not spoken here", "0A000");
        }
        started = true;
        decoder.started();
        if (version != VERSION_3_0 || !unknown.isEmpty()) {
            negotiate(context, unknown);
        }
        if (parts.login().isOpen()) {
            admit(context);
        } else {
            exchange = parts.login().exchange(user);
            byte[] mechanisms = (ScramExchange.MECHANISM + "\0\0").getBytes(StandardCharsets.US_ASCII);
            send(context, SASL, mechanisms);
        }
    }

    private static void negotiate(ChannelHandlerContext context, List<String> unknown) {
        ByteBuf buffer = context.alloc().buffer();
        MessageWriter out = new MessageWriter(buffer);
        out.begin('v').int32(VERSION_3_0).int32(unknown.size());
        unknown.forEach(out::text);
        out.end();
        context.write(buffer).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private static void send(ChannelHandlerContext context, int code, byte[] data) {
        ByteBuf buffer = context.alloc().buffer();
        new MessageWriter(buffer).begin('R').int32(code).bytes(data).end();
        context.writeAndFlush(buffer).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private void password(ChannelHandlerContext context, FrontendMessage message) throws SQLException {
        ScramExchange scram = exchange;
        if (message.type() == 'X') {
            context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            return;
        }
        if (message.type() != 'p' || scram == null) {
            throw new ProtocolViolation("expected SASL response, got message type " + (int) message.type());
        }
        MessageReader reader = message.reader();
        if (!proven) {
            proven = true;
            String mechanism = reader.text();
            if (!mechanism.equals(ScramExchange.MECHANISM)) {
                throw new ProtocolViolation("client selected an invalid SASL authentication mechanism");
            }
            byte[] first = reader.bytes(reader.int32());
            String answer = scram.first(new String(first == null ? new byte[0] : first, StandardCharsets.UTF_8));
            send(context, SASL_CONTINUE, answer.getBytes(StandardCharsets.UTF_8));
            return;
        }
        exchange = null;
        String answer = scram.last(new String(reader.rest(), StandardCharsets.UTF_8));
        String address = address(context);
        if (answer == null) {
            refuseLater(context, address);
            return;
        }
        parts.failedLogins().succeeded(address);
        send(context, SASL_FINAL, answer.getBytes(StandardCharsets.UTF_8));
        admit(context);
    }

    private void refuseLater(ChannelHandlerContext context, String address) {
        context.channel().config().setAutoRead(false);
        handlerRemoved(context);
        String user = parameters.getOrDefault("user", "");
        timeout = context.executor()
                .schedule(
                        () -> ServerParts.refuse(
                                context, "28P01", "password authentication failed for user \"" + user + "\""),
                        parts.failedLogins().failed(address).toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private static String address(ChannelHandlerContext context) {
        return context.channel().remoteAddress() instanceof InetSocketAddress remote
                ? remote.getAddress().getHostAddress()
                : "";
    }

    private void admit(ChannelHandlerContext context) throws SQLException {
        if (!admission.getAsBoolean()) {
            throw new SQLException(
                    "sorry, too many clients already (ha.sqlite.postgres.max-connections is "
                            + parts.settings().maxConnections() + ")",
                    "53300");
        }
        String user = parameters.getOrDefault("user", "");
        context.pipeline().addLast(new ClientConnection(parts, user, Map.copyOf(parameters), decoder));
        context.pipeline().remove(this);
        if (decoder.hasMore()) {
            // messages that came with the first one
            context.pipeline().fireChannelRead(Unpooled.EMPTY_BUFFER);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof DecoderException && cause.getCause() instanceof ProtocolViolation violation) {
            ServerParts.refuse(context, SqlStates.of(violation), String.valueOf(violation.getMessage()));
        } else {
            context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }
    }
}
