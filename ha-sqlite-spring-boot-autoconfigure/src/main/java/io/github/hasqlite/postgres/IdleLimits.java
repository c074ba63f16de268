package io.github.hasqlite.postgres;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends the connection of a client that says nothing for longer than its own settings allow, in a transaction or outside of
 * one. Thread-safe.
 */
final class IdleLimits {

    private final SessionSettings settings;
    private final Execution.Clock clock;
    private final BiConsumer<String, String> end;
    /** Changes whenever the client is not idle any more. */
    private long turn;

    private @Nullable ScheduledFuture<?> waiting;

    /** @param end ends the connection, with an SQLState and a message; called where the clock calls */
    IdleLimits(SessionSettings settings, Execution.Clock clock, BiConsumer<String, String> end) {
        this.settings = settings;
        this.clock = clock;
        this.end = end;
    }

    /** The client has said something, or what it said begins to run. */
    synchronized void busy() {
        turn++;
        ScheduledFuture<?> over = waiting;
        waiting = null;
        if (over != null) {
            over.cancel(false);
        }
    }

    /** Everything is answered. By the session's thread. */
    void rests(boolean inTransaction) {
        long limit = settings.millis(inTransaction ? "idle_in_transaction_session_timeout" : "idle_session_timeout");
        if (limit > 0) {
            waitFor(limit, inTransaction);
        }
    }

    private synchronized void waitFor(long millis, boolean inTransaction) {
        long mine = turn;
        waiting = clock.schedule(
                () -> {
                    if (isTurn(mine)) {
                        end(inTransaction);
                    }
                },
                millis,
                TimeUnit.MILLISECONDS);
    }

    private synchronized boolean isTurn(long mine) {
        return turn == mine;
    }

    private void end(boolean inTransaction) {
        if (inTransaction) {
            end.accept("25P03", "terminating connection due to idle-in-transaction timeout");
        } else {
            end.accept("57P05", "terminating connection due to idle-session timeout");
        }
    }
}
