package io.github.hasqlite.postgres;

import io.github.hasqlite.postgres.wire.MessageWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What goes to one client. Messages are collected and sent together; who writes more than the client reads waits. Used by
 * one thread at a time, but for {@link #writabilityChanged}.
 */
final class ClientOutput {

    private static final int CHUNK = 32 * 1024;

    /** A client that reads nothing for so long has gone, or means no good. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Channel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition writable = lock.newCondition();
    private @Nullable ByteBuf buffer;
    private @Nullable MessageWriter writer;

    ClientOutput(Channel channel) {
        this.channel = channel;
    }

    /** To write messages with; not to be kept across {@link #flush}. */
    MessageWriter writer() {
        MessageWriter present = writer;
        if (present == null) {
            ByteBuf fresh = channel.alloc().buffer();
            buffer = fresh;
            present = new MessageWriter(fresh);
            writer = present;
        }
        return present;
    }

    /** Sends what is collected. */
    void flush() {
        ByteBuf collected = buffer;
        buffer = null;
        writer = null;
        if (collected != null) {
            channel.writeAndFlush(collected).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }
    }

    /**
     * Sends what is collected if it is much, and waits while the client has much to read yet.
     *
     * @throws SQLException if the client has gone, or does not read (08006)
     */
    void flushIfLarge() throws SQLException {
        ByteBuf collected = buffer;
        if (collected == null || collected.readableBytes() < CHUNK) {
            return;
        }
        flush();
        awaitReader();
    }

    /**
     * Waits while the client has much to read yet.
     *
     * @throws SQLException if the client has gone, or does not read (08006)
     */
    void awaitReader() throws SQLException {
        if (channel.isWritable()) {
            return;
        }
        lock.lock();
        try {
            long left = PATIENCE.toNanos();
            while (!channel.isWritable() && channel.isActive() && left > 0) {
                left = writable.awaitNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        if (!channel.isActive() || !channel.isWritable()) {
            channel.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            throw new SQLException("the client has gone or does not read its rows", "08006");
        }
    }

    /** The client has read, or has gone. From any thread. */
    void writabilityChanged() {
        lock.lock();
        try {
            writable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Forgets what was collected. */
    void release() {
        ByteBuf collected = buffer;
        buffer = null;
        writer = null;
        if (collected != null) {
            collected.release();
        }
    }
}
