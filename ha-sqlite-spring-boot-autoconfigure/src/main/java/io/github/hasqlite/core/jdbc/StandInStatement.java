package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/**
 * A statement made while no writer was free. What only reads, in auto-commit mode, runs on a reader;
 * anything else waits for a writer and from then on runs there, with the settings and the values that it was
 * given. So a reader is never what a transaction of the application looks at.
 */
final class StandInStatement implements InvocationHandler {

    private final ConnectionHandle handle;
    /** The text of a prepared statement, which only reads; otherwise {@code null}. */
    private final @Nullable String prepared;

    private final int type;
    private final int concurrency;
    private final int holdability;
    private final List<Setting> settings = new ArrayList<>();
    private @Nullable Statement target;
    private boolean onReader;
    private boolean closed;

    /** A call that is made again on the statement that takes over. */
    private record Setting(Method method, @Nullable Object @Nullable [] args) {}

    private StandInStatement(
            ConnectionHandle handle, @Nullable String prepared, int type, int concurrency, int holdability) {
        this.handle = handle;
        this.prepared = prepared;
        this.type = type;
        this.concurrency = concurrency;
        this.holdability = holdability;
    }

    /**
     * A plain statement.
     *
     * @throws SQLException if the driver knows no such result sets
     */
    static Statement of(ConnectionHandle handle, int type, int concurrency, int holdability) throws SQLException {
        return (Statement) proxy(Statement.class, new StandInStatement(handle, null, type, concurrency, holdability));
    }

    /**
     * A prepared query.
     *
     * @throws SQLException if it does not compile
     */
    static PreparedStatement of(ConnectionHandle handle, String sql, int type, int concurrency, int holdability)
            throws SQLException {
        StandInStatement statement = new StandInStatement(handle, sql, type, concurrency, holdability);
        statement.target();
        return (PreparedStatement) proxy(PreparedStatement.class, statement);
    }

    private static Object proxy(Class<?> type, StandInStatement statement) {
        return Proxy.newProxyInstance(StandInStatement.class.getClassLoader(), new Class<?>[] {type}, statement);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        switch (method.getName()) {
            case "equals" -> {
                return args != null && proxy == args[0];
            }
            case "hashCode" -> {
                return System.identityHashCode(proxy);
            }
            case "getConnection" -> {
                return handle;
            }
            case "isClosed" -> {
                return isClosed();
            }
            case "close" -> {
                close();
                return null;
            }
            default -> {}
        }
        try {
            return forward(method, args);
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    private @Nullable Object forward(Method method, @Nullable Object @Nullable [] args) throws Throwable {
        String name = method.getName();
        if (isClosed()) {
            throw new SQLException("the statement has been closed", SqlStates.SEQUENCE_ERROR);
        }
        if (name.startsWith("execute") || name.equals("addBatch")) {
            return execute(method, args);
        }
        if (prepared == null && name.startsWith("set")) {
            settings.add(new Setting(method, args));
        }
        return call(target(), method, args);
    }

    private boolean isClosed() throws SQLException {
        Statement present = target;
        return closed || handle.isClosed() || (present != null && present.isClosed());
    }

    private void close() throws SQLException {
        closed = true;
        if (target != null) {
            target.close();
        }
    }

    private @Nullable Object execute(Method method, @Nullable Object @Nullable [] args) throws Throwable {
        if (!handle.readsAnywhere() || !isQuery(method, args)) {
            return call(ownTarget(), method, args);
        }
        try {
            return call(target(), method, args);
        } catch (SQLException e) {
            if (!onReader || (e.getErrorCode() & 0xff) != SQLiteErrorCode.SQLITE_READONLY.code) {
                throw e;
            }
            // it reads only by its first word
            return call(ownTarget(), method, args);
        }
    }

    private boolean isQuery(Method method, @Nullable Object @Nullable [] args) {
        if (prepared != null) {
            return true;
        }
        String name = method.getName();
        return (name.equals("execute") || name.equals("executeQuery"))
                && args != null
                && args[0] instanceof String sql
                && handle.parse(sql).kind() == StatementKind.READ;
    }

    private Statement target() throws SQLException {
        Statement present = target;
        if (present == null) {
            onReader = handle.readsAnywhere();
            present = onReader ? open(handle.reader()) : openOwn();
            target = present;
        }
        return present;
    }

    private Statement open(PhysicalConnection connection) throws SQLException {
        return prepared == null
                ? handle.statement(connection, type, concurrency, holdability)
                : handle.prepared(connection, prepared, type, concurrency, holdability);
    }

    private Statement openOwn() throws SQLException {
        return prepared == null
                ? handle.ownStatement(type, concurrency, holdability)
                : handle.ownPrepared(prepared, type, concurrency, holdability);
    }

    /** The statement on the connection of the application's transactions, which takes over. */
    private Statement ownTarget() throws Throwable {
        Statement present = target;
        if (present != null && !onReader) {
            return present;
        }
        Statement own = openOwn();
        onReader = false;
        target = own;
        if (present != null) {
            if (own instanceof SessionPreparedStatement to && present instanceof SessionPreparedStatement from) {
                to.takeOver(from);
            }
            for (Setting setting : settings) {
                call(own, setting.method(), setting.args());
            }
            present.close();
        }
        settings.clear();
        return own;
    }

    private static @Nullable Object call(Statement statement, Method method, @Nullable Object @Nullable [] args)
            throws Throwable {
        try {
            return method.invoke(statement, args);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
