package io.github.hasqlite.autoconfigure;

import java.util.Optional;
import org.springframework.data.jdbc.core.dialect.DialectResolver.JdbcDialectProvider;
import org.springframework.data.relational.core.dialect.Dialect;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;

/** Tells Spring Data JDBC what SQLite is like, for which it has no dialect itself. */
final class SqliteDialectProvider implements JdbcDialectProvider {

    @Override
    public Optional<Dialect> getDialect(JdbcOperations operations) {
        Boolean sqlite = operations.execute((ConnectionCallback<Boolean>)
                connection -> "SQLite".equals(connection.getMetaData().getDatabaseProductName()));
        return Boolean.TRUE.equals(sqlite) ? Optional.of(SqliteDialect.INSTANCE) : Optional.empty();
    }
}
