package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.SqlGateway;
import io.github.hasqlite.postgres.catalog.Catalog;
import io.github.hasqlite.postgres.wire.MessageWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

/**
 * What all connections of a server share.
 *
 * @param settings how the server was configured
 * @param gateway the way into the database
 * @param catalog what clients can ask about the schema
 * @param login who may come in
 * @param failedLogins makes those wait who try passwords
 * @param cancelKeys which connection a request to cancel means
 * @param channels who listens
 * @param workers threads for statements that run
 * @param closers threads for what has to be done when workers are busy
 */
record ServerParts(
        PostgresSettings settings,
        SqlGateway gateway,
        Catalog catalog,
        Login login,
        FailedLogins failedLogins,
        CancelKeys cancelKeys,
        Channels channels,
        ExecutorService workers,
        Executor closers) {

    /** Does something that may take a while on neither the event loop nor a worker. */
    void later(Runnable what) {
        try {
            closers.execute(what);
        } catch (RejectedExecutionException e) {
            // the server is closed, and the gateway with all of its sessions
        }
    }

    /** Tells a client why its connection ends, and ends it. From any thread. */
    static void refuse(ChannelHandlerContext context, String state, String message) {
        ByteBuf buffer = context.alloc().buffer();
        ErrorReport.fatal(new MessageWriter(buffer), state, message);
        context.channel().writeAndFlush(buffer).addListener(ChannelFutureListener.CLOSE);
    }
}
