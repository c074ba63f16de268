package io.github.hasqlite.http.api;

import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends what a request runs when its time is over, or its client is gone. Thread-safe.
 *
 * <p>It asks again and again until the request is at its end: what has not begun yet cannot be cancelled.
 */
final class Watch implements AutoCloseable {

    private static final long AGAIN_MILLIS = 100;

    private final ScheduledThreadPoolExecutor timer;

    Watch() {
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "ha-sqlite-http-timeouts");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /** One request; at its end this is closed. */
    final class Watched implements AutoCloseable {

        private final GatewaySession session;
        private final AtomicBoolean over = new AtomicBoolean();
        private final Future<?> end;

        private Watched(GatewaySession session, Duration timeout) {
            this.session = session;
            this.end = timer.scheduleWithFixedDelay(this::end, timeout.toMillis(), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        }

        private void end() {
            over.set(true);
            session.cancel();
        }

        /** Ends it now: its client is gone. */
        void endNow() {
            if (!over.getAndSet(true)) {
                session.cancel();
            }
        }

        /** Whether it is to end. */
        boolean isOver() {
            return over.get();
        }

        /**
         * To be called before it goes on.
         *
         * @throws SQLException if it is to end (57014)
         */
        void requireTime() throws SQLException {
            if (over.get()) {
                throw new SQLException("the request was cancelled", SqlStates.CANCELLED);
            }
        }

        @Override
        public void close() {
            end.cancel(false);
        }
    }

    Watched over(GatewaySession session, Duration timeout) {
        return new Watched(session, timeout);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
