package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.Conflict;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who are told of conflicts. Thread-safe. */
final class ConflictListeners {

    private static final Logger logger = LoggerFactory.getLogger(ConflictListeners.class);

    private final List<Consumer<Conflict>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong count = new AtomicLong();

    void add(Consumer<Conflict> listener) {
        listeners.add(listener);
    }

    /** How many conflicts there were. */
    long count() {
        return count.get();
    }

    /** Tells all; what they throw is logged. */
    void tell(Conflict conflict) {
        count.incrementAndGet();
        for (Consumer<Conflict> listener : listeners) {
            try {
                listener.accept(conflict);
            } catch (RuntimeException e) {
                logger.warn("A conflict listener failed", e);
            }
        }
    }
}
