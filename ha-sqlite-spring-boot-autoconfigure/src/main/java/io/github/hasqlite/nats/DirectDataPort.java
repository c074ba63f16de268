package io.github.hasqlite.nats;

import io.nats.client.Options;
import io.nats.client.impl.SocketDataPort;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The client library's socket, into which a publisher can also write by itself. Made by the client
 * library, by name, once for every connection; public for that reason only.
 */
public final class DirectDataPort extends SocketDataPort {

    /** The writer thread writes whole protocol messages at a time, so ours cannot land inside one. */
    private final ReentrantLock writing = new ReentrantLock();

    /** For the client library. */
    public DirectDataPort() {}

    @Override
    public void afterConstruct(Options options) {
        super.afterConstruct(options);
        if (options.getReadListener() instanceof Owner owner) {
            owner.opening(this);
        }
    }

    @Override
    public void write(byte[] bytes, int length) throws IOException {
        writing.lock();
        try {
            super.write(bytes, length);
        } finally {
            writing.unlock();
        }
    }

    /**
     * Writes now, on this thread, unless another is writing.
     *
     * @return whether it was written
     */
    boolean tryWrite(byte[] bytes) throws IOException {
        if (!writing.tryLock()) {
            return false;
        }
        try {
            super.write(bytes, bytes.length);
            return true;
        } finally {
            writing.unlock();
        }
    }

    /** Who writes into the port. */
    interface Owner {
        /** A connection is being made; the port is not ready yet, and none before it is any more. */
        void opening(DirectDataPort port);
    }
}
