package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.core.node.NodeDrain;
import io.github.hasqlite.core.node.ReplicationNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.Environment;

/**
 * Drains all databases when the application stops: after its web server has answered the last request, and what listens
 * and executes has stopped, and before beans are destroyed and with them the pools.
 */
final class DrainLifecycle implements SmartLifecycle {

    /** Spring's executors stop at {@code Integer.MAX_VALUE / 2}, what has no phase at 0. */
    static final int PHASE = Integer.MIN_VALUE / 2;

    static final String TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";

    /** Spring Boot's own. */
    private static final Duration DEFAULT = Duration.ofSeconds(30);

    /** Spring waits no longer for a phase; some of that is for saying what is left. */
    private static final Duration RESERVE = Duration.ofSeconds(1);

    private final ReplicationNode node;
    private final ObjectProvider<Database> others;
    private final Duration timeout;
    private volatile boolean running;

    DrainLifecycle(ReplicationNode node, ObjectProvider<Database> others, Environment environment) {
        this.node = node;
        this.others = others;
        Duration phase = Binder.get(environment).bind(TIMEOUT, Duration.class).orElse(DEFAULT);
        timeout = phase.compareTo(RESERVE.multipliedBy(2)) > 0 ? phase.minus(RESERVE) : phase.dividedBy(2);
    }

    private List<NodeDrain> drains() {
        return Stream.concat(Stream.of(node), others.stream().map(Database::node))
                .map(ReplicationNode::drain)
                .toList();
    }

    @Override
    public void start() {
        running = true;
        drains().forEach(NodeDrain::cancel);
    }

    @Override
    public void stop() {
        running = false;
        List<NodeDrain> drains = drains();
        drains.forEach(NodeDrain::begin);
        long deadline = System.nanoTime() + timeout.toNanos();
        drains.forEach(drain -> drain.await(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
    }

    /** Does not keep the other beans of the phase waiting. */
    @Override
    public void stop(Runnable callback) {
        Thread thread = new Thread(
                () -> {
                    try {
                        stop();
                    } finally {
                        callback.run();
                    }
                },
                "ha-sqlite-drain");
        thread.setDaemon(true);
        thread.start();
    }

    /** To pause is not to end. */
    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
