package io.github.hasqlite.nats;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The threads of one link, all daemons, so that a connection never keeps a JVM alive. The client
 * library does not end executors it was given, so this does.
 */
final class LinkThreads implements AutoCloseable {

    private final String name;
    private final ExecutorService workers;
    private final ExecutorService connector;
    private final ExecutorService reader;
    private final ExecutorService writer;
    private final ExecutorService events;
    private final ScheduledExecutorService timer;

    LinkThreads(String name) {
        this.name = name;
        workers = Executors.newCachedThreadPool(factory("worker"));
        connector = Executors.newCachedThreadPool(factory("connect"));
        reader = Executors.newCachedThreadPool(runnable -> new ReaderThread(runnable, name + "-reader"));
        writer = Executors.newCachedThreadPool(factory("writer"));
        events = Executors.newSingleThreadExecutor(factory("events"));
        timer = Executors.newSingleThreadScheduledExecutor(factory("timer"));
    }

    ExecutorService workers() {
        return workers;
    }

    ExecutorService connector() {
        return connector;
    }

    ExecutorService reader() {
        return reader;
    }

    ExecutorService writer() {
        return writer;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    /**
     * Where the client library makes its callbacks: at once if the reading thread makes them, as a
     * hand-over to another thread costs more than all else between a message and its listener;
     * otherwise one after the other on a thread of their own.
     */
    ExecutorService callbacks() {
        return new CallbackExecutor(events);
    }

    @Override
    public void close() {
        for (ExecutorService executor : new ArrayList<>(List.of(workers, connector, reader, writer, events, timer))) {
            executor.shutdownNow();
        }
    }

    private ThreadFactory factory(String role) {
        return runnable -> {
            Thread thread = new Thread(runnable, name + "-" + role);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Marks the thread that reads from the socket. */
    private static final class ReaderThread extends Thread {
        ReaderThread(Runnable runnable, String name) {
            super(runnable, name);
            setDaemon(true);
        }
    }

    private static final class CallbackExecutor extends AbstractExecutorService {
        private final ExecutorService others;

        CallbackExecutor(ExecutorService others) {
            this.others = others;
        }

        @Override
        public void execute(Runnable callback) {
            if (Thread.currentThread() instanceof ReaderThread) {
                callback.run();
            } else {
                others.execute(callback);
            }
        }

        @Override
        public void shutdown() {
            others.shutdown();
        }

        @Override
        public List<Runnable> shutdownNow() {
            return others.shutdownNow();
        }

        @Override
        public boolean isShutdown() {
            return others.isShutdown();
        }

        @Override
        public boolean isTerminated() {
            return others.isTerminated();
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
            return others.awaitTermination(timeout, unit);
        }
    }
}
