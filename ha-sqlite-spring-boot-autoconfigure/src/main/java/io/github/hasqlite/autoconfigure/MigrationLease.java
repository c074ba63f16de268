package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.SnapshotStore;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Lets one node at a time migrate the schema. Nodes that start together would otherwise all begin the
 * same migration, and all but one would fail at its first CREATE TABLE. Whoever comes second waits,
 * catches up with what the first has done, and finds it done. Without a stream, or if it cannot be
 * reached, there is nobody to wait for.
 *
 * <p>A migration that gives way to what other nodes commit meanwhile is {@linkplain RepeatedMigration done again}.
 *
 * <p>The lease is taken before a bean that migrates when it is initialized, and given back when all it
 * has done is in the stream.
 */
final class MigrationLease implements BeanPostProcessor, DisposableBean {

    private static final Logger logger = LoggerFactory.getLogger(MigrationLease.class);

    private static final String LEASE = "migration";

    private static final long POLL_MILLIS = 20;
    private static final long LEASE_POLL_MILLIS = 250;

    /** So often the log says that this node still waits. */
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Class<?> migration;
    private final ObjectProvider<HaSqliteDataSource> dataSource;
    private final ObjectProvider<ChangeSetSubscriber> subscriber;
    private final ObjectProvider<SnapshotStore> store;
    private final Map<String, SnapshotStore.Lease> held = new ConcurrentHashMap<>();

    /**
     * Watches beans of a type.
     *
     * @param migration what migrates while it is initialized
     */
    MigrationLease(
            Class<?> migration,
            ObjectProvider<HaSqliteDataSource> dataSource,
            ObjectProvider<ChangeSetSubscriber> subscriber,
            ObjectProvider<SnapshotStore> store) {
        this.migration = migration;
        this.dataSource = dataSource;
        this.subscriber = subscriber;
        this.store = store;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        SnapshotStore leases = migration.isInstance(bean) ? store.getIfAvailable() : null;
        ChangeSetSubscriber stream = leases == null ? null : subscriber.getIfAvailable();
        if (leases == null || stream == null) {
            return migration.isInstance(bean) ? RepeatedMigration.of(bean) : bean;
        }
        if (!dataSource.getObject().isStarted()) {
            throw new ReplicationStartException(
                    "The schema is to be migrated by the bean '" + beanName + "', and replication has not been started:"
                            + " ha.sqlite.auto-start is false",
                    "Let a bean that the migration depends on call HaSqliteDataSource.start(), or switch the migration"
                            + " off (spring.flyway.enabled, spring.liquibase.enabled, spring.sql.init.mode) and run it"
                            + " after that call.",
                    null);
        }
        try {
            SnapshotStore.Lease lease = await(leases);
            held.put(beanName, lease);
            catchUp(stream, lease);
        } catch (IOException e) {
            logger.warn("Whether another node migrates the schema cannot be learned; going on: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while another node migrates the schema", e);
        }
        return RepeatedMigration.of(bean);
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        SnapshotStore.Lease lease = held.remove(beanName);
        if (lease != null) {
            try (lease) {
                until(lease, () -> status().outboxLength() == 0);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return bean;
    }

    private SnapshotStore.Lease await(SnapshotStore leases) throws IOException, InterruptedException {
        long reported = System.nanoTime() - REPORT_NANOS;
        while (true) {
            SnapshotStore.@Nullable Lease lease = leases.tryLease(LEASE);
            if (lease != null) {
                return lease;
            }
            if (System.nanoTime() - reported >= REPORT_NANOS) {
                reported = System.nanoTime();
                logger.info("Node {} waits until another node has migrated the schema", status().node());
            }
            TimeUnit.MILLISECONDS.sleep(LEASE_POLL_MILLIS);
        }
    }

    private void catchUp(ChangeSetSubscriber stream, SnapshotStore.Lease lease)
            throws IOException, InterruptedException {
        long end = stream.state().lastSequence();
        until(lease, () -> {
            ReplicationStatus status = status();
            return status.appliedSequence() >= end || status.halted() != null;
        });
    }

    private ReplicationStatus status() {
        return dataSource.getObject().replicationStatus();
    }

    /** Waits; a lease that is lost says that the server cannot be reached. */
    private static void until(SnapshotStore.Lease lease, BooleanSupplier reached) throws InterruptedException {
        while (lease.isHeld() && !reached.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    /** A migration that failed keeps its node from starting, but not the others. */
    @Override
    public void destroy() {
        held.values().forEach(SnapshotStore.Lease::close);
        held.clear();
    }
}
