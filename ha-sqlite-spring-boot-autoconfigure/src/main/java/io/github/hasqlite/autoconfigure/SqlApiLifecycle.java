package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.http.api.SqlApi;
import org.springframework.context.SmartLifecycle;

/** Ends what clients follow when the application stops: the web server would wait for them until its patience is over. */
final class SqlApiLifecycle implements SmartLifecycle {

    private final SqlApi api;
    private volatile boolean running;

    SqlApiLifecycle(SqlApi api) {
        this.api = api;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        api.endFeeds();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
