package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.wire.FrontendMessage;
import io.github.hasqlite.postgres.wire.MessageDecoder;
import io.github.hasqlite.postgres.wire.MessageWriter;
import io.github.hasqlite.postgres.wire.ProtocolViolation;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection that is let in: hands messages to a worker, who runs while there are any. Methods of the channel are
 * called on its event loop, which never waits.
 */
final class ClientConnection extends SimpleChannelInboundHandler<FrontendMessage> {

    private static final Logger logger = LoggerFactory.getLogger(ClientConnection.class);

    private final ServerParts parts;
    private final String user;
    private final Map<String, String> parameters;
    private final MessageDecoder decoder;
    private final Mailbox mailbox = new Mailbox();
    private CancelKeys.@Nullable Key key;
    private @Nullable Listener listener;
    private @Nullable Future<?> idle;
    private @Nullable ClientOutput output;
    private volatile @Nullable ClientSession session;
    private volatile boolean closed;
    private volatile long lastUsed = System.nanoTime();

    /** @param parameters what the client said at the start */
    ClientConnection(ServerParts parts, String user, Map<String, String> parameters, MessageDecoder decoder) {
        this.parts = parts;
        this.user = user;
        this.parameters = parameters;
        this.decoder = decoder;
    }

    /** The client has shown that it may come in. */
    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        decoder.trusted();
        ClientOutput out = new ClientOutput(context.channel());
        output = out;
        CancelKeys.Key mine = parts.cancelKeys()
                .add(
                        this::cancel,
                        () -> ServerParts.refuse(
                                context, SqlStates.SHUTDOWN, "terminating connection due to administrator command"));
        key = mine;
        Listener hears = new Listener(
                () -> wake(context, out, mine), (state, message) -> ServerParts.refuse(context, state, message));
        listener = hears;
        parts.channels().add(hears);
        // the first thing for the worker: to open the session
        mailbox.add(new FrontendMessage(FrontendMessage.STARTUP, new byte[0]));
        work(context, out, mine);
        watchIdle(context);
    }

    private void watchIdle(ChannelHandlerContext context) {
        long limit = parts.settings().idleTimeout().toNanos();
        if (limit == 0) {
            return;
        }
        long left = mailbox.isWorking() ? limit : limit - (System.nanoTime() - lastUsed);
        if (left > 0) {
            idle = context.executor()
                    .schedule(
                            () -> {
                                if (!closed) {
                                    watchIdle(context);
                                }
                            },
                            left,
                            TimeUnit.NANOSECONDS);
        } else {
            ServerParts.refuse(context, "57P05", "terminating connection due to idle-session timeout");
        }
    }

    /** There is something to tell the client. From any thread. */
    private void wake(ChannelHandlerContext context, ClientOutput out, CancelKeys.Key mine) {
        if (!closed && mailbox.add(new FrontendMessage(FrontendMessage.WAKE, new byte[0]))) {
            work(context, out, mine);
        }
    }

    private void work(ChannelHandlerContext context, ClientOutput out, CancelKeys.Key mine) {
        try {
            parts.workers().execute(() -> drain(context, out, mine));
        } catch (RejectedExecutionException e) {
            ServerParts.refuse(context, SqlStates.SHUTDOWN, "the server is shutting down");
        }
    }

    private void drain(ChannelHandlerContext context, ClientOutput out, CancelKeys.Key mine) {
        try {
            FrontendMessage message = mailbox.poll();
            while (message != null && !closed) {
                if (!handle(message, context, out, mine)) {
                    out.flush();
                    context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
                    return;
                }
                // who does not read is not answered any further
                out.awaitReader();
                if (!context.channel().config().isAutoRead() && !mailbox.isFull()) {
                    context.channel().config().setAutoRead(true);
                }
                message = mailbox.poll();
            }
            lastUsed = System.nanoTime();
        } catch (ProtocolViolation e) {
            fatal(context, out, SqlStates.of(e), String.valueOf(e.getMessage()));
        } catch (SQLException e) {
            fatal(context, out, SqlStates.of(e), String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            logger.error("A connection of a PostgreSQL client ends for a reason that is not its own", e);
            fatal(context, out, "XX000", "internal error");
        } finally {
            if (closed) {
                out.release();
            }
        }
    }

    private boolean handle(
            FrontendMessage message, ChannelHandlerContext context, ClientOutput out, CancelKeys.Key mine)
            throws SQLException {
        ClientSession open = session;
        if (open != null) {
            return open.handle(message, mailbox.next());
        }
        SessionSettings settings = new SessionSettings(user, parts.settings().transactionTimeout());
        GatewaySession gateway = parts.gateway().open();
        Activity activity = activity(context, mine);
        SessionContext who = new SessionContext(
                user,
                parts.settings().database(),
                mine.pid(),
                settings,
                activity,
                (state, why) -> ServerParts.refuse(context, state, why));
        ClientSession fresh = new ClientSession(
                gateway,
                parts.catalog(),
                who,
                out,
                new SessionChannels(parts.channels(), Objects.requireNonNull(listener), mine.pid()),
                parts.cancelKeys(),
                (what, delay, unit) -> context.executor().schedule(what, delay, unit));
        session = fresh;
        if (closed) {
            fresh.close();
            return false;
        }
        MessageWriter writer = out.writer();
        writer.begin('R').int32(0).end();
        writer.begin('K').int32(mine.pid()).int32(mine.secret()).end();
        fresh.start(parameters);
        return true;
    }

    private Activity activity(ChannelHandlerContext context, CancelKeys.Key mine) {
        boolean known = context.channel().remoteAddress() instanceof InetSocketAddress;
        InetSocketAddress remote = known ? (InetSocketAddress) context.channel().remoteAddress() : null;
        Activity activity = new Activity(
                mine.pid(),
                user,
                remote == null ? "" : remote.getAddress().getHostAddress(),
                remote == null ? 0 : remote.getPort());
        parts.cancelKeys().watch(mine, activity);
        return activity;
    }

    private static void fatal(ChannelHandlerContext context, ClientOutput out, String state, String message) {
        out.release();
        ServerParts.refuse(context, state, message);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FrontendMessage message) {
        ClientOutput out = output;
        CancelKeys.Key mine = key;
        if (out == null || mine == null || closed) {
            return;
        }
        lastUsed = System.nanoTime();
        ClientSession open = session;
        if (open != null) {
            open.said();
        }
        boolean begin = mailbox.add(message);
        if (mailbox.isFull()) {
            context.channel().config().setAutoRead(false);
        }
        if (begin) {
            work(context, out, mine);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        ClientOutput out = output;
        if (out != null) {
            out.writabilityChanged();
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closed = true;
        mailbox.clear();
        CancelKeys.Key mine = key;
        if (mine != null) {
            parts.cancelKeys().remove(mine);
        }
        Future<?> waiting = idle;
        if (waiting != null) {
            waiting.cancel(false);
        }
        channelWritabilityChanged(context);
        Listener heard = listener;
        if (heard != null) {
            parts.later(() -> parts.channels().remove(heard));
        }
        ClientSession open = session;
        if (open != null) {
            parts.later(open::close);
        }
        context.fireChannelInactive();
    }

    private void cancel() {
        ClientSession open = session;
        if (open != null) {
            parts.later(open::cancel);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof DecoderException && cause.getCause() instanceof ProtocolViolation violation) {
            ServerParts.refuse(context, SqlStates.of(violation), String.valueOf(violation.getMessage()));
            return;
        }
        if (!(cause instanceof IOException)) {
            logger.debug("The connection of a PostgreSQL client is closed", cause);
        }
        context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
}
