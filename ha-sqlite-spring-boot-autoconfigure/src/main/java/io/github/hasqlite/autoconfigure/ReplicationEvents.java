package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSetApplied;
import io.github.hasqlite.ChangeSetsMissed;
import io.github.hasqlite.ConflictDetected;
import io.github.hasqlite.ReplicationEvent;
import io.github.hasqlite.ReplicationHalted;
import io.github.hasqlite.ReplicationResumed;
import io.github.hasqlite.SnapshotTaken;
import io.github.hasqlite.core.node.ReplicationNode;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;

/**
 * Publishes what replication does as events of the application context, while the context runs. Where no bean listens
 * to such events, nothing is collected.
 */
final class ReplicationEvents implements SmartLifecycle {

    private static final List<Class<? extends ReplicationEvent>> OTHERS =
            List.of(ConflictDetected.class, ReplicationHalted.class, ReplicationResumed.class, SnapshotTaken.class);

    private final ReplicationNode primary;
    private final ObjectProvider<Database> databases;
    private final ApplicationContext context;
    private volatile boolean running;

    ReplicationEvents(ReplicationNode primary, ObjectProvider<Database> databases, ApplicationContext context) {
        this.primary = primary;
        this.databases = databases;
        this.context = context;
    }

    /** What listeners to everything do not tell apart from an event of ours. */
    private record Anything() {}

    @Override
    public void start() {
        boolean changeSets = isHeard(ChangeSetApplied.class) || isHeard(ChangeSetsMissed.class);
        if (changeSets || OTHERS.stream().anyMatch(this::isHeard)) {
            primary.listen(Database.PRIMARY, changeSets, context::publishEvent);
            databases.forEach(database -> database.listen(changeSets, context::publishEvent));
        }
        running = true;
    }

    @Override
    public void stop() {
        primary.listen(Database.PRIMARY, false, null);
        databases.forEach(database -> database.listen(false, null));
        running = false;
    }

    /** What answers requests starts later and stops earlier: a cache that it fills misses nothing. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private boolean isHeard(Class<? extends ReplicationEvent> type) {
        for (ApplicationContext heard = context; heard != null; heard = heard.getParent()) {
            if (heard instanceof AbstractApplicationContext listened
                    && listened.getApplicationListeners().stream().anyMatch(listener -> hears(listener, type))) {
                return true;
            }
        }
        return false;
    }

    /** A listener that hears every event is for something else, as Spring Boot has some. */
    private static boolean hears(ApplicationListener<?> listener, Class<?> type) {
        GenericApplicationListener generic = listener instanceof GenericApplicationListener itself
                ? itself
                : new GenericApplicationListenerAdapter(listener);
        return generic.supportsEventType(event(type)) && !generic.supportsEventType(event(Anything.class));
    }

    private static ResolvableType event(Class<?> payload) {
        return ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class, payload);
    }
}
