package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;

/**
 * Lets a read replica wait until a node that writes has migrated the schema: a migration that finds nothing to do
 * succeeds there, and one that finds something to do is refused and looks again.
 */
final class ReplicaMigration implements MethodInterceptor {

    private static final Logger logger = LoggerFactory.getLogger(ReplicaMigration.class);

    private static final long POLL_MILLIS = 50;

    /** It looks also where nothing seems to have changed. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** So often the log says that this node still waits. */
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String beanName;
    private final Supplier<ReplicationStatus> status;
    private final Duration timeout;

    private ReplicaMigration(String beanName, Supplier<ReplicationStatus> status, Duration timeout) {
        this.beanName = beanName;
        this.status = status;
        this.timeout = timeout;
    }

    /**
     * The bean, which waits when it is initialized.
     *
     * @param status of the database that it would migrate
     * @param timeout how long it waits
     */
    static Object of(Object bean, String beanName, Supplier<ReplicationStatus> status, Duration timeout) {
        return RepeatedMigration.advised(bean, new ReplicaMigration(beanName, status, timeout));
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        if (!invocation.getMethod().getName().equals("afterPropertiesSet")
                || !(invocation.getThis() instanceof InitializingBean bean)) {
            return invocation.proceed();
        }
        long begun = System.nanoTime();
        long reported = begun - REPORT_NANOS;
        while (true) {
            long applied = status.get().appliedSequence();
            try {
                bean.afterPropertiesSet();
                return null;
            } catch (Exception e) {
                long now = System.nanoTime();
                if (!RepeatedMigration.hasState(e, SqlStates.READ_ONLY)) {
                    throw e;
                }
                if (now - begun > timeout.toNanos() || status.get().halted() != null) {
                    throw inVain(e);
                }
                if (now - reported >= REPORT_NANOS) {
                    reported = now;
                    logger.info(
                            "Node {} is a read replica and waits until a node that writes has migrated the schema, for"
                                    + " {} at most: the migration '{}' finds something to do here",
                            status.get().node(),
                            timeout,
                            beanName);
                }
                awaitNews(applied, now, Math.min(LOOK_NANOS, timeout.toNanos() - (now - begun)));
            }
        }
    }

    private void awaitNews(long applied, long since, long nanos) throws InterruptedException {
        do {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        } while (status.get().appliedSequence() == applied && System.nanoTime() - since < nanos);
    }

    private ReplicationStartException inVain(Exception last) {
        ReplicationStatus now = status.get();
        return new ReplicationStartException(
                "node " + now.node() + " is a read replica, and no node that writes has done the migration '" + beanName
                        + "' in " + timeout
                        + (now.halted() == null ? "" : "; replication to this node has stopped: " + now.halted()),
                "Start a node that writes with this version of the application, or let this one wait longer"
                        + " (ha.sqlite.bootstrap.timeout). Where another program migrates, switch the migration off here"
                        + " (spring.flyway.enabled or spring.liquibase.enabled).",
                last);
    }
}
