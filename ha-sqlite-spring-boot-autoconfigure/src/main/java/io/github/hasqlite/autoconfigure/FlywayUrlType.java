package io.github.hasqlite.autoconfigure;

import java.sql.Connection;
import java.util.List;
import java.util.regex.Pattern;
import org.flywaydb.core.internal.database.sqlite.SQLiteDatabaseType;

/**
 * Tells Flyway which driver opens URLs of {@link HaSqliteDriver}; what is behind them is SQLite, as Flyway sees from the
 * connection. Found by Flyway by itself.
 */
public final class FlywayUrlType extends SQLiteDatabaseType {

    private static final Pattern SECRET = Pattern.compile("(?i)(?:password|pass|token|nkey)=([^&]*)");

    /** Made by Flyway. */
    public FlywayUrlType() {}

    @Override
    public String getName() {
        return "HA SQLite";
    }

    @Override
    public boolean handlesJDBCUrl(String url) {
        return NodeUrl.accepts(url);
    }

    @Override
    public String getDriverClass(String url, ClassLoader classLoader) {
        return HaSqliteDriver.class.getName();
    }

    @Override
    public boolean handlesDatabaseProductNameAndVersion(String name, String version, Connection connection) {
        return false;
    }

    @Override
    public List<Pattern> getJDBCCredentialsPatterns() {
        return List.of(SECRET);
    }
}
