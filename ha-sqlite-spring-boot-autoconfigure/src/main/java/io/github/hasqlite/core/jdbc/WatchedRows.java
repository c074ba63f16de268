package io.github.hasqlite.core.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a RETURNING clause in auto-commit mode. SQLite does not commit while they are being
 * fetched, so their end ends the transaction.
 */
final class WatchedRows implements InvocationHandler {

    private final ResultSet rows;
    private final RunningStatement statement;

    private WatchedRows(ResultSet rows, RunningStatement statement) {
        this.rows = rows;
        this.statement = statement;
    }

    static ResultSet of(ResultSet rows, RunningStatement statement) {
        return (ResultSet) Proxy.newProxyInstance(
                ResultSet.class.getClassLoader(), new Class<?>[] {ResultSet.class}, new WatchedRows(rows, statement));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        Object result;
        try {
            result = method.invoke(rows, args);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
        boolean ended = method.getName().equals("next") && Boolean.FALSE.equals(result);
        if (ended && rows instanceof Rows limited) {
            limited.endAtLimit();
        }
        if (ended || method.getName().equals("close")) {
            statement.shown().end();
        }
        return result;
    }
}
