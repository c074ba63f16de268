package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What sqlite-jdbc says about the database, as it is for the application: without tables and triggers of
 * replication, with the application's connection, and with SQLStates in what it throws.
 */
final class Metadata implements InvocationHandler {

    /** Names that begin so belong to replication. */
    private static final String OURS = "ha_";

    /** The methods that list tables by a pattern. */
    private static final Set<String> LISTS = Set.of("getTables", "getColumns");

    private final ConnectionHandle handle;

    private Metadata(ConnectionHandle handle) {
        this.handle = handle;
    }

    static DatabaseMetaData of(ConnectionHandle handle) {
        return (DatabaseMetaData) proxy(DatabaseMetaData.class, new Metadata(handle));
    }

    private static Object proxy(Class<?> type, InvocationHandler handler) {
        return Proxy.newProxyInstance(Metadata.class.getClassLoader(), new Class<?>[] {type}, handler);
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
            default -> {
                Object result = call(SqlStateTranslation.call(handle::driverMetaData), method, args);
                return result instanceof ResultSet rows
                        ? proxy(ResultSet.class, new Listing(rows, LISTS.contains(method.getName())))
                        : result;
            }
        }
    }

    private static @Nullable Object call(Object target, Method method, @Nullable Object @Nullable [] args)
            throws Throwable {
        try {
            return method.invoke(target, args);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof SQLException failure
                    ? SqlStates.complete(failure)
                    : e.getCause() == null ? e : e.getCause();
        }
    }

    /**
     * Rows of metadata.
     *
     * @param filtered whether rows about tables of replication are left out
     */
    private record Listing(ResultSet rows, boolean filtered) implements InvocationHandler {

        @Override
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
                throws Throwable {
            return switch (method.getName()) {
                case "equals" -> args != null && proxy == args[0];
                case "hashCode" -> System.identityHashCode(proxy);
                case "next" -> filtered ? SqlStateTranslation.call(this::nextOfApplication) : call(rows, method, args);
                default -> call(rows, method, args);
            };
        }

        private boolean nextOfApplication() throws SQLException {
            while (rows.next()) {
                String name = rows.getString("TABLE_NAME");
                if (name == null || !SqlIdentifier.fold(name).startsWith(OURS)) {
                    return true;
                }
            }
            return false;
        }
    }
}
