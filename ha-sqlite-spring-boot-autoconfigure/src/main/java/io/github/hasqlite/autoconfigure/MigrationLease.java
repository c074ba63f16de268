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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;

/**
 * Lets one node at a time migrate the schema. Nodes that start together would otherwise all begin the
 * same migration, and all but one would fail at its first CREATE TABLE. Whoever comes second waits,
 * catches up with what the first has done, and finds it done. Without a stream, or if it cannot be
 * reached, there is nobody to wait for.
 *
 * <p>A migration that gives way to what other nodes commit meanwhile is {@linkplain RepeatedMigration done again}.
 *
 * <p>A read replica migrates nothing: it {@linkplain ReplicaMigration waits} until another node has.
 *
 * <p>The lease is taken before a bean that migrates when it is initialized, and given back when all it
 * has done is in the stream. A bean that has the name of a {@linkplain Database further database} as its qualifier
 * migrates that one.
 */
final class MigrationLease implements BeanPostProcessor, BeanFactoryAware, DisposableBean {

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
    private final ObjectProvider<HaSqliteProperties> properties;
    private final Map<String, Held> held = new ConcurrentHashMap<>();
    private @Nullable BeanFactory beans;

    /** What is migrated: the database, and where its change sets and its leases are. */
    private record Target(
            Supplier<HaSqliteDataSource> dataSource,
            @Nullable ChangeSetSubscriber subscriber,
            @Nullable SnapshotStore store,
            @Nullable HaSqliteProperties properties) {

        ReplicationStatus status() {
            return dataSource.get().replicationStatus();
        }
    }

    private record Held(SnapshotStore.Lease lease, Target target) {}

    /**
     * Watches beans of a type.
     *
     * @param migration what migrates while it is initialized
     */
    MigrationLease(
            Class<?> migration,
            ObjectProvider<HaSqliteDataSource> dataSource,
            ObjectProvider<ChangeSetSubscriber> subscriber,
            ObjectProvider<SnapshotStore> store,
            ObjectProvider<HaSqliteProperties> properties) {
        this.properties = properties;
        this.migration = migration;
        this.dataSource = dataSource;
        this.subscriber = subscriber;
        this.store = store;
    }

    @Override
    public void setBeanFactory(BeanFactory factory) {
        beans = factory;
    }

    private Target target(String beanName) {
        if (beans instanceof ListableBeanFactory factory) {
            for (String database : factory.getBeanNamesForType(Database.class, true, false)) {
                if (BeanFactoryAnnotationUtils.isQualifierMatch(
                        name -> DatabasesRegistrar.beanName(name).equals(database), beanName, factory)) {
                    Database further = factory.getBean(database, Database.class);
                    return new Target(further::dataSource, further.subscriber(), further.store(), further.properties());
                }
            }
        }
        SnapshotStore leases = store.getIfAvailable();
        return new Target(
                dataSource::getObject,
                leases == null ? null : subscriber.getIfAvailable(),
                leases,
                properties.getIfAvailable());
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (!migration.isInstance(bean)) {
            return bean;
        }
        Target target = target(beanName);
        ChangeSetSubscriber stream = target.subscriber();
        if (target.store() == null || stream == null) {
            return RepeatedMigration.of(bean);
        }
        if (!target.dataSource().get().isStarted()) {
            throw new ReplicationStartException(
                    "The schema is to be migrated by the bean '" + beanName + "', and replication has not been started:"
                            + " ha.sqlite.auto-start is false",
                    "Let a bean that the migration depends on call HaSqliteDataSource.start(), or switch the migration"
                            + " off (spring.flyway.enabled, spring.liquibase.enabled, spring.sql.init.mode) and run it"
                            + " after that call.",
                    null);
        }
        HaSqliteProperties configured = target.properties();
        if (configured != null && !configured.publisher().enabled()) {
            return bean instanceof DataSourceScriptDatabaseInitializer
                    ? withoutScripts(bean, beanName, target)
                    : ReplicaMigration.of(
                            bean,
                            beanName,
                            target::status,
                            configured.bootstrap().timeout());
        }
        try {
            SnapshotStore.Lease lease = await(target.store(), target);
            held.put(beanName, new Held(lease, target));
            catchUp(stream, lease, target);
        } catch (IOException e) {
            logger.warn("Whether another node migrates the schema cannot be learned; going on: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while another node migrates the schema", e);
        }
        return RepeatedMigration.of(bean);
    }

    /** Scripts do not find out that they were run: nothing says whether there is anything to wait for. */
    private static Object withoutScripts(Object bean, String beanName, Target target) {
        return RepeatedMigration.advised(bean, invocation -> {
            if (!invocation.getMethod().getName().equals("afterPropertiesSet")) {
                return invocation.proceed();
            }
            logger.info(
                    "Node {} is a read replica and runs no scripts ('{}'): what they make comes from the nodes that write",
                    target.status().node(),
                    beanName);
            return null;
        });
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        Held taken = held.remove(beanName);
        if (taken != null) {
            try (SnapshotStore.Lease lease = taken.lease()) {
                until(lease, () -> taken.target().status().outboxLength() == 0);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return bean;
    }

    private static SnapshotStore.Lease await(SnapshotStore leases, Target target)
            throws IOException, InterruptedException {
        long reported = System.nanoTime() - REPORT_NANOS;
        while (true) {
            SnapshotStore.@Nullable Lease lease = leases.tryLease(LEASE);
            if (lease != null) {
                return lease;
            }
            if (System.nanoTime() - reported >= REPORT_NANOS) {
                reported = System.nanoTime();
                logger.info(
                        "Node {} waits until another node has migrated the schema",
                        target.status().node());
            }
            TimeUnit.MILLISECONDS.sleep(LEASE_POLL_MILLIS);
        }
    }

    private static void catchUp(ChangeSetSubscriber stream, SnapshotStore.Lease lease, Target target)
            throws IOException, InterruptedException {
        long end = stream.state().lastSequence();
        until(lease, () -> {
            ReplicationStatus status = target.status();
            return status.appliedSequence() >= end || status.halted() != null;
        });
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
        held.values().forEach(taken -> taken.lease().close());
        held.clear();
    }
}
