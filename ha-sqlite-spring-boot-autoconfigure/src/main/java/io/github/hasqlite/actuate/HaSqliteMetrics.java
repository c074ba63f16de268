package io.github.hasqlite.actuate;

import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.autoconfigure.Database;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Meters of one database: how far replication has come, what it does and how long that takes, and HikariCP's of both
 * pools. All but those have the tags {@code node} and {@code database}.
 */
public final class HaSqliteMetrics implements MeterBinder {

    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final HaSqliteDataSource dataSource;
    private final String database;

    /** The metrics of the primary database. */
    public HaSqliteMetrics(HaSqliteDataSource dataSource) {
        this(dataSource, Database.PRIMARY);
    }

    /**
     * The metrics of one of several databases.
     *
     * @param database its name
     */
    public HaSqliteMetrics(HaSqliteDataSource dataSource, String database) {
        this.dataSource = dataSource;
        this.database = database;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "applied.sequence", null, "Stream sequence applied here", ReplicationStatus::appliedSequence);
        gauge(registry, "stream.sequence", null, "Stream sequence known here", ReplicationStatus::streamSequence);
        gauge(registry, "lag.messages", "messages", "Messages not applied yet", ReplicationStatus::lagMessages);
        gauge(
                registry,
                "lag",
                "seconds",
                "Age of the oldest message not applied yet",
                status -> status.lag().toNanos() / NANOS_PER_SECOND);
        countConflicts(registry);
        if (dataSource instanceof ReplicatingDataSource replicating) {
            FunctionCounter.builder("ha.sqlite.keys.left", replicating, ReplicatingDataSource::keysLeftToSqlite)
                    .description("Statements that let SQLite choose a key, which another node may choose, too")
                    .tags(tags())
                    .register(registry);
            replicating.work().add(new WorkMeters(registry, tags()));
            replicating.trackPools(new MicrometerMetricsTrackerFactory(registry));
        }
        FunctionCounter.builder(
                        "ha.sqlite.rejections",
                        dataSource,
                        source -> source.replicationStatus().rejectedMessages())
                .description("Messages that all nodes skipped, because they are no change sets or cannot be applied")
                .tags(tags())
                .register(registry);
        gauge(
                registry,
                "dead.letters",
                null,
                "Messages that this node left out, because it could not apply them",
                ReplicationStatus::deadLetters);
        gauge(
                registry,
                "halted",
                null,
                "1 if replication to this node has stopped",
                status -> status.halted() == null ? 0 : 1);
        gauge(registry, "outbox", "changesets", "Change sets not echoed yet", ReplicationStatus::outboxLength);
        gauge(
                registry,
                "outbox.age",
                "seconds",
                "Age of the oldest change set not echoed yet",
                status -> status.outboxAge().toNanos() / NANOS_PER_SECOND);
        gauge(
                registry,
                "writable",
                null,
                "1 if the stream takes what this node publishes",
                status -> status.connected() && status.publishFailure() == null ? 1 : 0);
        gauge(registry, "connected", null, "1 if the stream can be reached", status -> status.connected() ? 1 : 0);
        gauge(
                registry,
                "divergent",
                null,
                "1 if this database differs from those of other nodes",
                status -> status.divergence() == null ? 0 : 1);
    }

    /** There from the start: of a counter that begins with 1, a monitoring system sees no increase. */
    private void countConflicts(MeterRegistry registry) {
        Map<Conflict.Kind, Counter> counters = new EnumMap<>(Conflict.Kind.class);
        for (Conflict.Kind kind : Conflict.Kind.values()) {
            counters.put(
                    kind,
                    Counter.builder("ha.sqlite.conflicts")
                            .description("Rows overwritten that the author had not seen")
                            .tags(tags())
                            .tag("kind", kind.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                            .register(registry));
        }
        dataSource.addConflictListener(conflict ->
                Objects.requireNonNull(counters.get(conflict.kind())).increment());
    }

    private Tags tags() {
        return Tags.of("node", dataSource.replicationStatus().node(), "database", database);
    }

    private void gauge(
            MeterRegistry registry,
            String name,
            @Nullable String unit,
            String description,
            ToDoubleFunction<ReplicationStatus> value) {
        Gauge.builder("ha.sqlite." + name, dataSource, source -> value.applyAsDouble(source.replicationStatus()))
                .tags(tags())
                .baseUnit(unit)
                .description(description)
                .register(registry);
    }
}
