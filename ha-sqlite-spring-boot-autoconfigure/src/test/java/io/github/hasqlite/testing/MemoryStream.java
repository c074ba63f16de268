package io.github.hasqlite.testing;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.WrongLastSequenceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A stream in memory for tests that run thousands of scripts: numbers messages from 1 and delivers
 * every one of them to every subscriber, in order, on a thread of the subscriber's. Thread-safe.
 */
public final class MemoryStream {

    private final List<StreamMessage> messages = new ArrayList<>();

    /** A publisher to this stream. */
    public ChangeSetPublisher publisher() {
        return new Publisher();
    }

    /** A subscriber to this stream. */
    public ChangeSetSubscriber subscriber() {
        return new Subscriber();
    }

    /** The newest message's sequence; 0 if there is none. */
    public synchronized long lastSequence() {
        return messages.size();
    }

    private synchronized long add(byte[] message) {
        long sequence = messages.size() + 1L;
        messages.add(new StreamMessage(sequence, now(), message.clone()));
        notifyAll();
        return sequence;
    }

    private synchronized long add(byte[] message, long expectedLastSequence) throws WrongLastSequenceException {
        if (messages.size() != expectedLastSequence) {
            throw new WrongLastSequenceException("the last sequence is " + messages.size());
        }
        return add(message);
    }

    private synchronized StreamMessage get(long sequence) {
        return sequence <= messages.size() ? messages.get((int) sequence - 1) : null;
    }

    private synchronized StreamMessage awaitMessage(long sequence) throws InterruptedException {
        while (messages.size() < sequence) {
            wait();
        }
        return messages.get((int) sequence - 1);
    }

    private static long now() {
        return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    }

    private final class Publisher implements ChangeSetPublisher {

        @Override
        public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
            return CompletableFuture.completedFuture(add(message));
        }

        @Override
        public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message, long expectedLastSequence) {
            try {
                return CompletableFuture.completedFuture(add(message, expectedLastSequence));
            } catch (WrongLastSequenceException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public boolean comparesAndSets() {
            return true;
        }

        @Override
        public boolean echoes() {
            return true;
        }
    }

    private final class Subscriber implements ChangeSetSubscriber {

        private Thread thread;

        @Override
        public StreamState state() {
            return new StreamState(1, lastSequence(), lastSequence(), 1);
        }

        @Override
        public StreamMessage read(long sequence, Duration timeout) {
            return get(sequence);
        }

        @Override
        public void start(long afterSequence, Listener listener) {
            thread = new Thread(() -> deliver(afterSequence, listener), "memory-stream-delivery");
            thread.setDaemon(true);
            thread.start();
        }

        private void deliver(long afterSequence, Listener listener) {
            long next = afterSequence + 1;
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    listener.onMessage(awaitMessage(next));
                    next++;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public void close() {
            if (thread != null) {
                thread.interrupt();
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
