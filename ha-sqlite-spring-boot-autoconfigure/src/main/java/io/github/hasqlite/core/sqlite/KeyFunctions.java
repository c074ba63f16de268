package io.github.hasqlite.core.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.Function;

/** The SQL functions {@code ha_id()} and {@code ha_uuid7()}; see {@link KeyGenerator}. */
public final class KeyFunctions {

    /** SQLite's SQLITE_INNOCUOUS: allowed in a schema although the schema is not trusted. */
    public static final int INNOCUOUS = 0x000200000;

    private KeyFunctions() {}

    /**
     * Makes the functions known to a connection.
     *
     * @throws SQLException if SQLite refuses them
     */
    public static void register(Connection connection, KeyGenerator keys) throws SQLException {
        Function.create(connection, "ha_id", new Id(keys), 0, INNOCUOUS);
        Function.create(connection, "ha_uuid7", new Uuid(keys), 0, INNOCUOUS);
    }

    private static final class Id extends Function {

        private final KeyGenerator keys;

        Id(KeyGenerator keys) {
            this.keys = keys;
        }

        @Override
        protected void xFunc() throws SQLException {
            result(keys.nextId());
        }
    }

    private static final class Uuid extends Function {

        private final KeyGenerator keys;

        Uuid(KeyGenerator keys) {
            this.keys = keys;
        }

        @Override
        protected void xFunc() throws SQLException {
            result(keys.nextUuid());
        }
    }
}
