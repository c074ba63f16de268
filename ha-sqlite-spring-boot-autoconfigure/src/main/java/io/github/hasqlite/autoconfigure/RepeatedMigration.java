package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.SerializationFailureException;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.core.NativeDetector;

/**
 * Does a migration again that has given way to what other nodes had committed (rule R13). What it had done
 * before it gave way is done, and is found so.
 */
final class RepeatedMigration implements MethodInterceptor {

    private static final Logger logger = LoggerFactory.getLogger(RepeatedMigration.class);

    /** So long it is begun anew. */
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    private static final int MAX_ATTEMPTS = 50;

    private RepeatedMigration() {}

    /** The bean, which does again what it does when it is initialized. */
    static Object of(Object bean) {
        return advised(bean, new RepeatedMigration());
    }

    /** The bean, but for what an advice makes of it when it is initialized. */
    static Object advised(Object bean, MethodInterceptor advice) {
        // a native image makes no classes while it runs
        if (!(bean instanceof InitializingBean) || NativeDetector.inNativeImage()) {
            return bean;
        }
        ProxyFactory proxy = new ProxyFactory(bean);
        proxy.setProxyTargetClass(true);
        proxy.addAdvice(advice);
        return proxy.getProxy(bean.getClass().getClassLoader());
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        if (!invocation.getMethod().getName().equals("afterPropertiesSet")) {
            return invocation.proceed();
        }
        InitializingBean bean = (InitializingBean) invocation.getThis();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (int attempt = 1; ; attempt++) {
            try {
                if (bean != null) {
                    bean.afterPropertiesSet();
                }
                return null;
            } catch (Exception e) {
                if (!gaveWay(e) || attempt == MAX_ATTEMPTS || System.nanoTime() > deadline) {
                    throw e;
                }
                logger.info("The migration gave way to what other nodes have committed; doing it again");
            }
        }
    }

    private static boolean gaveWay(Throwable failure) {
        return hasState(failure, SerializationFailureException.SQL_STATE);
    }

    /** Whether a failure has to do with an SQLState. */
    static boolean hasState(Throwable failure, String state) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && state.equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }
}
