package io.github.hasqlite.postgres;

import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.core.gateway.SqlGateway;
import io.github.hasqlite.postgres.catalog.Catalog;
import io.github.hasqlite.postgres.function.PostgresFunctions;
import io.github.hasqlite.postgres.wire.MessageDecoder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets PostgreSQL's clients into the database. {@link #start} and {@link #close} are for one thread; everything else runs
 * on threads of the server's own, which are daemons.
 */
public final class PostgresServer implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(PostgresServer.class);

    /** Connections whose clients have not shown yet that they may come in, at once. */
    private static final int MOST_STRANGERS = 100;

    private static final int LOW_WATER = 64 * 1024;
    private static final int HIGH_WATER = 256 * 1024;
    private static final int CLOSERS = 4;
    private static final int LOOPS = 2;
    private static final int BACKLOG = 1024;
    private static final long KEEP_WORKER_SECONDS = 30;

    private final PostgresSettings settings;
    private final SqlGateway gateway;
    private final @Nullable ChangeFeed feed;
    private final AtomicInteger strangers = new AtomicInteger();
    private final AtomicInteger clients = new AtomicInteger();
    private @Nullable EventLoopGroup loops;
    private @Nullable ServerParts parts;
    private @Nullable Channel channel;

    /**
     * @param gateway of the caller, who closes it after the server
     * @param feed that clients may listen to; {@code null} if the node follows nothing
     */
    public PostgresServer(PostgresSettings settings, SqlGateway gateway, @Nullable ChangeFeed feed) {
        this.settings = settings;
        this.gateway = gateway;
        gateway.define(new PostgresFunctions());
        this.feed = feed;
    }

    /**
     * Listens.
     *
     * @throws IOException if it cannot, for example because the port is taken
     */
    public void start() throws IOException {
        ThreadPoolExecutor workers = new ThreadPoolExecutor(
                0,
                settings.maxConnections() + MOST_STRANGERS,
                KEEP_WORKER_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new DefaultThreadFactory("ha-sqlite-postgres-worker", true));
        ThreadPoolExecutor closers = new ThreadPoolExecutor(
                CLOSERS,
                CLOSERS,
                KEEP_WORKER_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("ha-sqlite-postgres-closer", true));
        closers.allowCoreThreadTimeOut(true);
        ServerParts shared = new ServerParts(
                settings,
                gateway,
                new Catalog(gateway.settings()),
                new Login(settings.user(), settings.password()),
                new FailedLogins(),
                new CancelKeys(),
                new Channels(feed),
                workers,
                closers);
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                LOOPS, new DefaultThreadFactory("ha-sqlite-postgres", true), NioIoHandler.newFactory());
        loops = group;
        parts = shared;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(LOW_WATER, HIGH_WATER))
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel accepted) {
                        accept(accepted, shared);
                    }
                });
        var bound = bootstrap.bind(settings.host(), settings.port()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw new IOException(
                    "cannot listen on " + settings.host() + ":" + settings.port() + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        channel = bound.channel();
        logger.info("PostgreSQL's protocol is spoken on {}:{}", settings.host(), port());
    }

    private void accept(SocketChannel accepted, ServerParts shared) {
        if (strangers.incrementAndGet() > MOST_STRANGERS) {
            strangers.decrementAndGet();
            accepted.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            return;
        }
        MessageDecoder decoder = new MessageDecoder(settings.maxMessageSize());
        Visit visit = new Visit();
        accepted.closeFuture().addListener(done -> visit.end());
        accepted.pipeline()
                .addLast(new Encryption(settings))
                .addLast(decoder)
                .addLast(new StartupHandler(shared, decoder, visit::comeIn));
    }

    /** Where a connection counts. On its event loop only. */
    private final class Visit {

        private AtomicInteger counted = strangers;

        boolean comeIn() {
            if (clients.incrementAndGet() > settings.maxConnections()) {
                clients.decrementAndGet();
                return false;
            }
            strangers.decrementAndGet();
            counted = clients;
            return true;
        }

        void end() {
            counted.decrementAndGet();
        }
    }

    /** The port that it listens on. */
    public int port() {
        Channel listening = channel;
        if (listening == null) {
            throw new IllegalStateException("PostgreSQL's protocol is not spoken: the server was not started");
        }
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** How many clients are in. */
    public int connections() {
        return clients.get();
    }

    /** Ends all connections; what runs is interrupted, what is open rolled back. Idempotent. */
    @Override
    public void close() {
        Channel listening = channel;
        if (listening != null) {
            listening.close().awaitUninterruptibly();
            channel = null;
        }
        EventLoopGroup group = loops;
        if (group != null) {
            group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
            loops = null;
        }
        ServerParts shared = parts;
        if (shared != null) {
            shared.workers().shutdown();
            if (shared.closers() instanceof ThreadPoolExecutor closers) {
                closers.shutdown();
            }
            shared.catalog().close();
            shared.channels().close();
            parts = null;
        }
    }
}
