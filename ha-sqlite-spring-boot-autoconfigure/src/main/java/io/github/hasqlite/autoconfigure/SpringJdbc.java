package io.github.hasqlite.autoconfigure;

import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLExceptionTranslator;

/** What Spring makes of a data source; apart, so that a node can run without Spring's JDBC on the class path. */
final class SpringJdbc {

    private SpringJdbc() {}

    static JdbcTransactionManager transactionManager(
            DataSource dataSource, @Nullable SQLExceptionTranslator translator) {
        JdbcTransactionManager manager = new JdbcTransactionManager(dataSource);
        if (translator != null) {
            manager.setExceptionTranslator(translator);
        }
        return manager;
    }

    static JdbcTemplate template(DataSource dataSource, @Nullable SQLExceptionTranslator translator) {
        JdbcTemplate template = new JdbcTemplate(dataSource);
        if (translator != null) {
            template.setExceptionTranslator(translator);
        }
        return template;
    }

    static JdbcClient client(DataSource dataSource, @Nullable SQLExceptionTranslator translator) {
        return JdbcClient.create(template(dataSource, translator));
    }
}
