package io.github.hasqlite.core.node;

import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The moment when replication has been started, and what waits for it. Thread-safe. */
final class Beginning {

    private final Monitor monitor;

    /** {@code null} from that moment on. */
    private @Nullable List<Runnable> waiting = new ArrayList<>();

    Beginning(NodeRuntime runtime) {
        this.monitor = runtime.monitor();
    }

    /** It has come; runs what has waited for it. */
    void now() {
        List<Runnable> actions;
        monitor.lock();
        try {
            actions = waiting == null ? List.of() : waiting;
            waiting = null;
        } finally {
            monitor.unlock();
        }
        actions.forEach(Runnable::run);
    }

    /** Runs something then, or at once if it has come. */
    void then(Runnable action) {
        monitor.lock();
        try {
            if (waiting != null) {
                waiting.add(action);
                return;
            }
        } finally {
            monitor.unlock();
        }
        action.run();
    }
}
