package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.sqlite.SQLiteException;

/** Databases of one application that see each other, with real SQLite files. */
@Tag("system")
class DatabaseJoinTests extends DatabaseContexts {

    @Test
    void readOnlyConnectionsSeeTheOthersAsSchemas() {
        node("n1").withPropertyValues(EMBEDDED).run(context -> {
            createTables(context);
            jdbc(context).sql("CREATE TABLE here(x)").update();
            jdbc(context).sql("INSERT INTO t VALUES(1, 'app')").update();
            jdbc(context, "orders").sql("INSERT INTO t VALUES(1, 'orders')").update();
            jdbc(context, "orders").sql("CREATE TABLE there(x)").update();
            jdbc(context, "audit").sql("INSERT INTO t VALUES(1, 'audit')").update();
            String join =
                    "SELECT %s.x || ' ' || o.x || ' ' || audit.t.x FROM %s JOIN %s o USING(id) JOIN audit.t USING(id)";
            try (Connection connection = readOnly(context.getBean(DataSource.class));
                    Statement statement = connection.createStatement()) {
                assertThat(value(statement, join.formatted("main.t", "main.t", "orders.t")))
                        .isEqualTo("app orders audit");
                jdbc(context, "orders").sql("UPDATE t SET x = 'changed'").update();
                assertThat(value(statement, "SELECT x FROM orders.t")).isEqualTo("changed");
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> statement.executeUpdate("INSERT INTO orders.t(x) VALUES('b')"))
                        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("25006"));
                try (ResultSet tables = connection.getMetaData().getTables(null, null, "%here", null)) {
                    assertThat(tables.next()).isTrue();
                    assertThat(tables.getString("TABLE_NAME")).isEqualTo("here");
                    assertThat(tables.next()).isFalse();
                }
            }
            try (Connection connection = readOnly(context.getBean("ordersDataSource", DataSource.class));
                    Statement statement = connection.createStatement()) {
                assertThat(value(statement, "SELECT app.t.x FROM t JOIN app.t USING(id)"))
                        .isEqualTo("app");
            }
            JdbcClient writing = jdbc(context);
            assertThatExceptionOfType(DataAccessException.class)
                    .isThrownBy(() ->
                            writing.sql("INSERT INTO orders.t(x) VALUES('b')").update())
                    .withStackTraceContaining("no such table: orders.t")
                    .withStackTraceContaining("write to it through its own data source");
            try (Connection connection = context.getBean(DataSource.class).getConnection();
                    Statement statement = connection.createStatement()) {
                assertThatExceptionOfType(SQLiteException.class)
                        .isThrownBy(() -> statement.executeUpdate("DELETE FROM Orders.t"))
                        .withMessageContaining("write to it through its own data source")
                        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("42P01"));
            }
            assertThatExceptionOfType(DataAccessException.class)
                    .isThrownBy(() -> writing.sql("ATTACH '" + folder.resolve("n1/orders.db") + "' AS other")
                            .update())
                    .withStackTraceContaining("past which nothing would be replicated");
            assertThat(jdbc(context, "orders")
                            .sql("SELECT count(*) FROM t")
                            .query(Integer.class)
                            .single())
                    .isOne();
        });
    }

    @Test
    void databasesThatAreNotJoinedDoNotSeeEachOther() {
        node("n1").withPropertyValues("ha.sqlite.joins=false").run(context -> {
            createTables(context);
            try (Connection connection = readOnly(context.getBean(DataSource.class));
                    Statement statement = connection.createStatement()) {
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> value(statement, "SELECT x FROM orders.t"))
                        .withMessageContaining("no such table: orders.t");
            }
        });
    }

    @Test
    void elevenDatabasesAreJoinedAndTwelveAreRefused() {
        ApplicationContextRunner eleven = contextRunner.withPropertyValues(
                "ha.sqlite.path=" + folder.resolve("app.db"), "ha.sqlite.pool.readers=1");
        for (int i = 1; i <= 10; i++) {
            eleven =
                    eleven.withPropertyValues("ha.sqlite.databases.d" + i + ".path=" + folder.resolve("d" + i + ".db"));
        }
        eleven.run(context -> {
            jdbc(context, "d10").sql("CREATE TABLE t AS SELECT 'ten' AS x").update();
            try (Connection connection = readOnly(context.getBean("d1DataSource", DataSource.class));
                    Statement statement = connection.createStatement()) {
                assertThat(value(statement, "SELECT x FROM d10.t")).isEqualTo("ten");
            }
        });
        ApplicationContextRunner twelve =
                eleven.withPropertyValues("ha.sqlite.databases.d11.path=" + folder.resolve("d11.db"));
        twelve.run(context -> assertFailure(
                context, "there are 12 databases, and SQLite attaches 10", "Set ha.sqlite.joins to false"));
        twelve.withPropertyValues("ha.sqlite.joins=false")
                .run(context -> assertThat(context).hasNotFailed());
    }

    private static Connection readOnly(DataSource dataSource) throws SQLException {
        Connection connection = dataSource.getConnection();
        connection.setReadOnly(true);
        return connection;
    }

    private static String value(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
