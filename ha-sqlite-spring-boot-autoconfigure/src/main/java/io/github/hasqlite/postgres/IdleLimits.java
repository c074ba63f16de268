package io.github.hasqlite.postgres;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/**
 * Ends the connection of a client that says nothing for longer than its own settings allow, in a transaction or outside of
 * one. Thread-safe.
 */
final class IdleLimits {

    private final SessionSettings settings;
    private final Execution.Clock clock;
    private final BiConsumer<String, String> end;
    /** Changes whenever the client is not idle any more. */
    private final AtomicLong turn = new AtomicLong();

    /** @param end ends the connection, with an SQLState and a message; called where the clock calls */
    IdleLimits(SessionSettings settings, Execution.Clock clock, BiConsumer<String, String> end) {
        this.settings = settings;
        this.clock = clock;
        this.end = end;
    }

    /** The client has said something, or what it said begins to run. */
    void busy() {
        turn.incrementAndGet();
    }

    /** Everything is answered. By the session's thread. */
    void rests(boolean inTransaction) {
        String setting = inTransaction ? "idle_in_transaction_session_timeout" : "idle_session_timeout";
        long limit = settings.millis(setting);
        long mine = turn.get();
        if (limit > 0) {
            clock.schedule(
                    () -> {
                        if (turn.get() == mine) {
                            end(inTransaction);
                        }
                    },
                    limit,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void end(boolean inTransaction) {
        if (inTransaction) {
            end.accept("25P03", "terminating connection due to idle-in-transaction timeout");
        } else {
            end.accept("57P05", "terminating connection due to idle-session timeout");
        }
    }
}
