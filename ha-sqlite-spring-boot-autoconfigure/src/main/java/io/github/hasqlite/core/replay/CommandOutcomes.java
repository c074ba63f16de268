package io.github.hasqlite.core.replay;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Who waits to hear what became of a change set with a command at its place. Thread-safe. */
final class CommandOutcomes {

    private record Key(String publisher, long counter) {}

    private final Map<Key, CompletableFuture<@Nullable SQLException>> waiting = new HashMap<>();

    /** Completes with {@code null} when it took effect, or with why it did not, everywhere. */
    synchronized CompletableFuture<@Nullable SQLException> expect(String publisher, long counter) {
        return waiting.computeIfAbsent(new Key(publisher, counter), key -> new CompletableFuture<>());
    }

    /**
     * Tells whoever waits.
     *
     * @return whether somebody does
     */
    synchronized boolean complete(String publisher, long counter, @Nullable SQLException failure) {
        CompletableFuture<@Nullable SQLException> waiter = waiting.remove(new Key(publisher, counter));
        if (waiter != null) {
            waiter.complete(failure);
        }
        return waiter != null;
    }

    synchronized void failAll(SQLException failure) {
        waiting.values().forEach(waiter -> waiter.complete(failure));
        waiting.clear();
    }
}
