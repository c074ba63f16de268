package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.jdbc.support.JdbcUtils;

/**
 * Makes Flyway begin with version 0 where a replicated database has no tables but those of
 * replication, so that all migrations run. Any other database is left to what is configured.
 */
final class NewDatabaseBaseline implements FlywayConfigurationCustomizer {

    @Override
    public void customize(FluentConfiguration configuration) {
        DataSource dataSource = configuration.getDataSource();
        if (dataSource instanceof HaSqliteDataSource && isNew(dataSource)) {
            configuration.baselineOnMigrate(true).baselineVersion("0");
        }
    }

    private static boolean isNew(DataSource dataSource) {
        Connection connection = null;
        try {
            connection = dataSource.getConnection();
            return TableDefinition.readAll(connection).isEmpty();
        } catch (SQLException e) {
            throw new IllegalStateException("The tables of the database could not be read for Flyway", e);
        } finally {
            JdbcUtils.closeConnection(connection);
        }
    }
}
