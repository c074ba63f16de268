package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ExtensionException;
import io.github.hasqlite.core.sqlite.KeyFunctions;
import io.github.hasqlite.core.sqlite.KeyGenerator;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4Connection;

/** Opens connections to the database file, all with the same careful settings. Thread-safe. */
public final class DatabaseFile {

    /** SQLite's own limit, which the driver lowers to 100; wide rows need it, and a schema that one writes all must read. */
    private static final int MAX_FUNCTION_ARGUMENTS = 127;

    /** SQLite takes what it was compiled with for more than that. */
    private static final List<SQLiteLimits> RAISED = List.of(
            SQLiteLimits.SQLITE_LIMIT_LENGTH,
            SQLiteLimits.SQLITE_LIMIT_SQL_LENGTH,
            SQLiteLimits.SQLITE_LIMIT_COLUMN,
            SQLiteLimits.SQLITE_LIMIT_LIKE_PATTERN_LENGTH);

    private static final String WAL = "PRAGMA journal_mode = WAL; ";

    private final PoolSettings settings;

    public DatabaseFile(PoolSettings settings) {
        this.settings = settings;
    }

    /**
     * Opens a plain connection for replication's own use: it captures nothing and enforces no foreign
     * keys.
     *
     * @throws SQLException if the file cannot be opened
     */
    public SQLiteConnection open() throws SQLException {
        return open(WAL);
    }

    /**
     * The same without a change of the file: its journal stays of the kind that it is.
     *
     * @throws SQLException if the file cannot be opened
     */
    public SQLiteConnection openAsItIs() throws SQLException {
        return open("");
    }

    private SQLiteConnection open(String journal) throws SQLException {
        JDBC4Connection connection = new JDBC4Connection(settings.url(), settings.path(), properties());
        return orClosed(connection, () -> {
            configure(connection, journal, "PRAGMA foreign_keys = OFF");
            raiseLimits(connection);
            // off without a transaction being open: spares the BEGIN that the driver tries after each statement
            connection.getConnectionConfig().setAutoCommit(false);
        });
    }

    /** A connection that is set up; closed if that fails. */
    private static <C extends SQLiteConnection> C orClosed(C connection, SqlStateTranslation.Action setUp)
            throws SQLException {
        try {
            setUp.run();
            return connection;
        } catch (SQLException | RuntimeException | Error e) {
            try {
                connection.close();
            } catch (SQLException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    /** What an application may write after it has raised a limit of its own, replication must be able to apply. */
    private static void raiseLimits(SQLiteConnection connection) throws SQLException {
        for (SQLiteLimits limit : RAISED) {
            connection.setLimit(limit, Integer.MAX_VALUE);
        }
    }

    /** Opens a connection that may write. */
    PhysicalConnection openWriter(SessionContext context) throws SQLException {
        return open(context, false, foreignKeys());
    }

    /** Opens a connection that refuses to write. */
    PhysicalConnection openReader(SessionContext context) throws SQLException {
        // nothing is enforced there, but who asks whether it is learns the truth
        return open(context, true, "PRAGMA query_only = ON; " + foreignKeys());
    }

    private String foreignKeys() {
        return "PRAGMA foreign_keys = " + (settings.foreignKeys() ? "ON" : "OFF");
    }

    private PhysicalConnection open(SessionContext context, boolean reader, String own) throws SQLException {
        PhysicalConnection connection = new PhysicalConnection(settings.url(), settings.path(), properties());
        return orClosed(connection, () -> {
            configure(connection, WAL, own);
            connection.setUp(context, reader);
        });
    }

    private Properties properties() {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout((int) Math.min(settings.lockTimeout().toMillis(), Integer.MAX_VALUE));
        // sessions keep generated keys themselves, cheaper
        config.setGetGeneratedKeys(false);
        return config.toProperties();
    }

    private void configure(SQLiteConnection connection, String journal, String own) throws SQLException {
        String sql = journal + "PRAGMA synchronous = " + settings.synchronous() + "; "
                + "PRAGMA cache_size = -" + settings.cacheKib() + "; PRAGMA temp_store = MEMORY; "
                + "PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 16000; "
                + "PRAGMA trusted_schema = " + (settings.trustedSchema() ? "ON" : "OFF")
                + "; PRAGMA cell_size_check = ON; " + own;
        int code = connection.getDatabase()._exec(sql);
        if (code != 0) {
            throw DB.newSQLException(code, "cannot set up a connection to " + settings.path());
        }
        connection.setLimit(SQLiteLimits.SQLITE_LIMIT_FUNCTION_ARG, MAX_FUNCTION_ARGUMENTS);
        loadExtensions(connection);
        // on every connection: also reading the schema's DEFAULT clauses, the applier must know them
        KeyFunctions.register(connection, KeyGenerator.PROCESS);
    }

    /** SQL may not load any more: what an application lets in by mistake must not become code. */
    private void loadExtensions(SQLiteConnection connection) throws SQLException {
        if (settings.extensions().isEmpty()) {
            return;
        }
        DB database = connection.getDatabase();
        database.enable_load_extension(true);
        try (PreparedStatement load = connection.prepareStatement("SELECT load_extension(?)")) {
            for (String extension : settings.extensions()) {
                load(extension, load);
            }
        } finally {
            database.enable_load_extension(false);
        }
    }

    private static void load(String extension, PreparedStatement load) throws SQLException {
        load.setString(1, extension);
        try {
            load.executeQuery().close();
        } catch (SQLException e) {
            throw new ExtensionException(extension, e);
        }
    }
}
