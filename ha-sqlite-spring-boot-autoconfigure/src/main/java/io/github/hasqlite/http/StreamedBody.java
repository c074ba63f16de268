package io.github.hasqlite.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A request's body on its way to another node, piece by piece. Only the thread that answers the request reads from the
 * client: no other one can still be reading when the container uses the connection for the next request. {@link
 * #await} is that thread's, all else may be called by any.
 */
final class StreamedBody implements BodyPublisher {

    private static final int PIECE = 16_384;

    private final InputStream from;
    private final long length;

    private final Object monitor = new Object();
    private Flow.@Nullable Subscriber<? super ByteBuffer> to;
    private long demand;
    private boolean ended;

    /** The client has not sent its body. */
    static final class NotReceivedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final IOException cause;

        NotReceivedException(IOException cause) {
            super(cause);
            this.cause = cause;
        }

        @Override
        public synchronized IOException getCause() {
            return cause;
        }
    }

    /**
     * A body.
     *
     * @param length in bytes, 0 if there is none, negative if it is not known
     */
    StreamedBody(InputStream from, long length) {
        this.from = from;
        this.length = length;
        this.ended = length == 0;
    }

    BodyPublisher publisher() {
        return length == 0 ? BodyPublishers.noBody() : this;
    }

    @Override
    public long contentLength() {
        return length;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        boolean first;
        synchronized (monitor) {
            first = to == null;
            if (first) {
                to = subscriber;
            }
        }
        subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long pieces) {
                if (first) {
                    wanted(pieces);
                }
            }

            @Override
            public void cancel() {
                if (first) {
                    end();
                }
            }
        });
        if (!first) {
            subscriber.onError(new IOException("The body of the request can be read only once"));
        }
    }

    private void wanted(long pieces) {
        synchronized (monitor) {
            demand = demand + pieces < 0 ? Long.MAX_VALUE : demand + pieces;
            monitor.notifyAll();
        }
    }

    private void end() {
        synchronized (monitor) {
            ended = true;
            monitor.notifyAll();
        }
    }

    /**
     * Passes the body on as it arrives, and waits for the answer.
     *
     * @param timeout how long at most from the body's last piece, or from now if there is none, to the answer. While a
     *     piece is awaited from the client, time does not count: that is the container's to limit
     * @throws NotReceivedException if the body cannot be read from the client
     * @throws TimeoutException if there is no answer in time
     * @throws ExecutionException if the other node has not got the request, or does not answer
     */
    <T> T await(CompletableFuture<T> answer, Duration timeout)
            throws NotReceivedException, TimeoutException, ExecutionException, InterruptedException {
        CompletableFuture<T> answered = answer.whenComplete((unused, failure) -> end());
        long limit = TimeUnit.NANOSECONDS.convert(timeout);
        long last = System.nanoTime();
        Flow.Subscriber<? super ByteBuffer> next = whoWantsMore(last, limit);
        while (next != null) {
            pass(next);
            last = System.nanoTime();
            next = whoWantsMore(last, limit);
        }
        return answered.get(left(last, limit), TimeUnit.NANOSECONDS);
    }

    private static long left(long since, long limit) {
        return limit - (System.nanoTime() - since);
    }

    /** Who takes the next piece, as soon as it does; {@code null} if nobody wants more, or not in time. */
    private Flow.@Nullable Subscriber<? super ByteBuffer> whoWantsMore(long since, long limit)
            throws InterruptedException {
        synchronized (monitor) {
            while (!ended && demand == 0) {
                long nanos = left(since, limit);
                if (nanos <= 0) {
                    return null;
                }
                TimeUnit.NANOSECONDS.timedWait(monitor, nanos);
            }
            demand--;
            return ended ? null : to;
        }
    }

    private void pass(Flow.Subscriber<? super ByteBuffer> next) throws NotReceivedException {
        byte[] piece = new byte[PIECE];
        int read;
        try {
            read = from.read(piece);
        } catch (IOException e) {
            end();
            next.onError(e);
            throw new NotReceivedException(e);
        }
        if (read < 0) {
            end();
            next.onComplete();
        } else {
            next.onNext(ByteBuffer.wrap(piece, 0, read));
        }
    }
}
