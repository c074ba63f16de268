package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What sqlite-jdbc says about the database, as it is for the application: without tables and triggers of
 * replication, with the application's connection, and with SQLStates in what it throws.
 */
final class Metadata implements InvocationHandler {

    /** The columns that name a table of the database. */
    private static final Set<String> TABLES = Set.of("TABLE_NAME", "PKTABLE_NAME", "FKTABLE_NAME");

    private final Connection connection;
    private final SqlCall<DatabaseMetaData> driver;

    private Metadata(Connection connection, SqlCall<DatabaseMetaData> driver) {
        this.connection = connection;
        this.driver = driver;
    }

    /**
     * Shows the application what the driver says.
     *
     * @param connection the one that the application has
     * @param driver what the driver says, asked anew for each question
     */
    static DatabaseMetaData of(Connection connection, SqlCall<DatabaseMetaData> driver) {
        return (DatabaseMetaData) proxy(DatabaseMetaData.class, new Metadata(connection, driver));
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
                return connection;
            }
            default -> {
                Object result = call(SqlStateTranslation.call(driver), method, args);
                return result instanceof ResultSet rows ? proxy(ResultSet.class, listing(rows)) : result;
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

    private static Listing listing(ResultSet rows) throws SQLException {
        ResultSetMetaData columns = rows.getMetaData();
        List<Integer> tables = new ArrayList<>();
        for (int column = 1; column <= columns.getColumnCount(); column++) {
            if (TABLES.contains(columns.getColumnLabel(column).toUpperCase(Locale.ROOT))) {
                tables.add(column);
            }
        }
        return new Listing(rows, tables);
    }

    /**
     * Rows of metadata, without those about tables of replication.
     *
     * @param tables the columns that name a table
     */
    private record Listing(ResultSet rows, List<Integer> tables) implements InvocationHandler {

        @Override
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
                throws Throwable {
            return switch (method.getName()) {
                case "equals" -> args != null && proxy == args[0];
                case "hashCode" -> System.identityHashCode(proxy);
                case "next" ->
                    tables.isEmpty() ? call(rows, method, args) : SqlStateTranslation.call(this::nextOfApplication);
                default -> call(rows, method, args);
            };
        }

        private boolean nextOfApplication() throws SQLException {
            while (rows.next()) {
                if (!isOfReplication()) {
                    return true;
                }
            }
            return false;
        }

        private boolean isOfReplication() throws SQLException {
            for (int column : tables) {
                String name = rows.getString(column);
                if (name != null && ReservedNames.isReserved(name)) {
                    return true;
                }
            }
            return false;
        }
    }
}
