package io.github.hasqlite.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationTimeoutException;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.autoconfigure.HaSqliteJooqAutoConfiguration;
import io.github.hasqlite.testing.NatsServer;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.awaitility.Awaitility;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mybatis.spring.boot.autoconfigure.MybatisAutoConfiguration;
import org.mybatis.spring.mapper.MapperFactoryBean;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.jdbc.autoconfigure.DataJdbcRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jooq.autoconfigure.JooqAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.dao.support.PersistenceExceptionTranslator;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.core.JdbcAggregateTemplate;
import org.springframework.data.jdbc.core.dialect.JdbcDialect;
import org.springframework.data.jdbc.core.dialect.JdbcHsqlDbDialect;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What an application gets of errors that happen on real nodes, through each of Spring's ways to a database. */
@Tag("system")
class ErrorTranslationTests {

    private static final String INSERT = "INSERT INTO author(id, name, email, age) VALUES";

    @TempDir
    static Path folder;

    private static NatsServer server;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SslAutoConfiguration.class,
                    HaSqliteAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    JdbcClientAutoConfiguration.class,
                    DataJdbcRepositoriesAutoConfiguration.class,
                    HaSqliteJooqAutoConfiguration.class,
                    JooqAutoConfiguration.class,
                    MybatisAutoConfiguration.class))
            .withUserConfiguration(Access.class)
            .withPropertyValues(
                    "ha.sqlite.pool.foreign-keys=true",
                    "ha.sqlite.pool.lock-timeout=200ms",
                    "ha.sqlite.publisher.timeout=3s");

    private final ApplicationContextRunner jpa = runner.withConfiguration(
                    AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
            .withPropertyValues("spring.jpa.open-in-view=false");

    @BeforeAll
    static void start() {
        server = NatsServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage
    static class Access {

        @Bean
        MapperFactoryBean<AuthorMapper> authorMapper(org.apache.ibatis.session.SqlSessionFactory sessions) {
            MapperFactoryBean<AuthorMapper> mapper = new MapperFactoryBean<>(AuthorMapper.class);
            mapper.setSqlSessionFactory(sessions);
            return mapper;
        }

        @Bean
        JdbcDialect jdbcDialect() {
            return JdbcHsqlDbDialect.INSTANCE;
        }
    }

    @Mapper
    interface AuthorMapper {
        @Insert("${sql}")
        void run(@Param("sql") String sql);
    }

    @Table("author")
    record Author(@Id Long id, @Nullable String name, String email, int age) {}

    private ApplicationContextRunner node(ApplicationContextRunner runner, String cluster, String name) {
        return runner.withPropertyValues(
                "ha.sqlite.replication-url=" + server.url(),
                "ha.sqlite.replication-id=" + cluster,
                "ha.sqlite.stream=" + cluster,
                "ha.sqlite.name=" + name,
                "ha.sqlite.path=" + folder.resolve(cluster + name).resolve("app.db"));
    }

    /** Runs one statement, or fails. */
    @FunctionalInterface
    interface Way {
        void run(String sql);
    }

    private static Map<String, Way> ways(ApplicationContext context) {
        JdbcTemplate template = context.getBean(JdbcTemplate.class);
        JdbcClient client = context.getBean(JdbcClient.class);
        JdbcTemplate own = new JdbcTemplate(context.getBean(HaSqliteDataSource.class));
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("JdbcTemplate", template::execute);
        ways.put("JdbcClient", sql -> client.sql(sql).update());
        ways.put("JdbcTemplate made by hand", sql -> own.update(sql, new Object[0]));
        ways.put("MyBatis", context.getBean(AuthorMapper.class)::run);
        ways.put("jOOQ", context.getBean(DSLContext.class)::execute);
        return ways;
    }

    private static void prepare(ApplicationContext context) {
        JdbcTemplate template = context.getBean(JdbcTemplate.class);
        template.execute("CREATE TABLE author(id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE,"
                + " age INTEGER CHECK(age >= 0))");
        template.execute("CREATE TABLE book(id INTEGER PRIMARY KEY, author INTEGER REFERENCES author(id))");
        template.execute(INSERT + "(1, 'a', 'a@x', 1)");
    }

    private static void assertFails(
            Map<String, Way> ways, String sql, String state, Class<? extends DataAccessException> type) {
        ways.forEach((name, way) -> {
            Throwable failure = catchThrowable(() -> way.run(sql));
            assertThat(failure).as("%s: %s", name, sql).isExactlyInstanceOf(type);
            assertThat(sqlState(failure)).as("%s: %s", name, sql).isEqualTo(state);
        });
    }

    private static @Nullable String sqlState(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql.getSQLState();
            }
        }
        return null;
    }

    @Test
    void constraintsAndStatementsThroughEveryTechnology() {
        node(runner, "constraints", "n1").run(context -> {
            prepare(context);
            Map<String, Way> ways = ways(context);
            assertConstraints(ways);
            assertFails(ways, "INSERT INTO nowhere VALUES(1)", "42P01", BadSqlGrammarException.class);
            assertFails(ways, "INSERT author", "42601", BadSqlGrammarException.class);
            assertFails(ways, "UPDATE author SET nosuch = 1", "42703", BadSqlGrammarException.class);
            assertFails(ways, INSERT + "('x', 'b', 'b@x', 1)", "22018", DataIntegrityViolationException.class);

            JdbcAggregateTemplate aggregates = context.getBean(JdbcAggregateTemplate.class);
            assertThat(catchThrowable(() -> aggregates.insert(new Author(1L, "b", "b@x", 1))))
                    .isInstanceOf(DuplicateKeyException.class);
            assertThat(catchThrowable(() -> aggregates.insert(new Author(2L, "b", "b@x", -1))))
                    .isExactlyInstanceOf(DataIntegrityViolationException.class);
            assertThat(context.getBean(JdbcTemplate.class).queryForObject("SELECT count(*) FROM author", Long.class))
                    .isEqualTo(1);
        });
    }

    private static void assertConstraints(Map<String, Way> ways) {
        assertFails(ways, INSERT + "(1, 'b', 'b@x', 1)", "23505", DuplicateKeyException.class);
        assertFails(ways, INSERT + "(2, 'b', 'a@x', 1)", "23505", DuplicateKeyException.class);
        assertFails(ways, INSERT + "(2, NULL, 'b@x', 1)", "23502", DataIntegrityViolationException.class);
        assertFails(ways, INSERT + "(2, 'b', 'b@x', -1)", "23514", DataIntegrityViolationException.class);
        assertFails(ways, "INSERT INTO book VALUES(1, 7)", "23503", DataIntegrityViolationException.class);
    }

    @Test
    void constraintsAndLocksThroughJpa() {
        node(jpa, "jpa", "n1").run(context -> {
            prepare(context);
            TransactionTemplate transaction =
                    new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
            EntityManager entities =
                    SharedEntityManagerCreator.createSharedEntityManager(context.getBean(EntityManagerFactory.class));
            PersistenceExceptionTranslator translator = context.getBean(PersistenceExceptionTranslator.class);
            Map<String, Way> ways = Map.of("JPA", sql -> {
                try {
                    transaction.executeWithoutResult(
                            status -> entities.createNativeQuery(sql).executeUpdate());
                } catch (RuntimeException e) {
                    DataAccessException translated = translator.translateExceptionIfPossible(e);
                    throw translated == null ? e : translated;
                }
            });
            assertConstraints(ways);
            whileLocked(
                    context,
                    () -> assertThat(catchThrowable(() -> ways.get("JPA").run(INSERT + "(3, 'c', 'c@x', 1)")))
                            .isInstanceOf(TransientDataAccessException.class));
        });
    }

    @Test
    void busyIsTransient() {
        node(runner, "busy", "n1").run(context -> {
            prepare(context);
            Map<String, Way> ways = ways(context);
            whileLocked(
                    context,
                    () -> assertFails(ways, INSERT + "(2, 'b', 'b@x', 1)", "55P03", CannotAcquireLockException.class));
        });
    }

    private static void whileLocked(ApplicationContext context, Runnable action) throws SQLException {
        try (Connection holder = context.getBean(HaSqliteDataSource.class).getConnection()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("UPDATE author SET age = age");
            action.run();
            holder.rollback();
        }
    }

    @Test
    void aFullDiskIsNoLock() {
        node(runner, "full", "n1").run(context -> {
            prepare(context);
            context.getBean(TransactionTemplate.class).executeWithoutResult(status -> {
                JdbcTemplate template = context.getBean(JdbcTemplate.class);
                template.execute("PRAGMA max_page_count = 1");
                assertFails(
                        Map.of("JdbcTemplate", template::execute),
                        "UPDATE author SET name = hex(zeroblob(1000000))",
                        "53100",
                        DataAccessResourceFailureException.class);
                status.setRollbackOnly();
            });
        });
    }

    @Test
    void whatRunsForTooLongIsATimeOut() {
        node(runner, "timeout", "n1").run(context -> {
            String endless = "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
            JdbcTemplate template = new JdbcTemplate(context.getBean(HaSqliteDataSource.class));
            template.setQueryTimeout(1);
            DSLContext jooq = context.getBean(DSLContext.class);
            Map<String, Way> ways = Map.of(
                    "JdbcTemplate",
                    sql -> template.queryForObject(sql, Long.class),
                    "jOOQ",
                    sql -> jooq.resultQuery(sql).queryTimeout(1).fetch());
            assertFails(ways, endless, "57014", QueryTimeoutException.class);
        });
    }

    @Test
    void aReadReplicaDeniesWrites() {
        node(runner, "replica", "n1").run(context -> {
            prepare(context);
            node(runner, "replica", "n2")
                    .withPropertyValues("ha.sqlite.publisher.enabled=false")
                    .run(replica -> {
                        Map<String, Way> ways = ways(replica);
                        assertFails(
                                ways,
                                INSERT + "(2, 'b', 'b@x', 1)",
                                "25006",
                                PermissionDeniedDataAccessException.class);
                    });
        });
    }

    @Test
    void aTransactionThatLostInStrictModeMayBeTriedAgainAndOneWithoutTheStreamDoesNotSayNothingHappened() {
        NatsServer stream = NatsServer.start();
        ApplicationContextRunner strict = runner.withPropertyValues("ha.sqlite.commit-mode=strict");
        try {
            node(strict, "strict", "n1")
                    .withPropertyValues("ha.sqlite.replication-url=" + stream.url())
                    .run(one -> {
                        prepare(one);
                        node(strict, "strict", "n2")
                                .withPropertyValues("ha.sqlite.replication-url=" + stream.url())
                                .run(two -> assertLoserAndSilence(one, two, stream));
                    });
        } finally {
            stream.close();
        }
    }

    private static void assertLoserAndSilence(ApplicationContext one, ApplicationContext two, NatsServer stream) {
        String update = "UPDATE author SET age = age + 1";
        ways(one).forEach((name, way) -> {
            Throwable failure =
                    catchThrowable(() -> one.getBean(TransactionTemplate.class).executeWithoutResult(status -> {
                        way.run(update);
                        two.getBean(JdbcTemplate.class).execute(update);
                    }));
            assertThat(failure).as(name).isExactlyInstanceOf(CannotAcquireLockException.class);
            assertThat(sqlState(failure)).as(name).isEqualTo("40001");
        });
        stream.stop();
        HaSqliteDataSource dataSource = one.getBean(HaSqliteDataSource.class);
        Awaitility.await().until(() -> !dataSource.replicationStatus().connected());
        assertFails(ways(one), update, "08001", DataAccessResourceFailureException.class);
    }

    @Test
    void whatMayHaveBeenCommittedIsNotToBeTriedAgain() {
        NatsServer stream = NatsServer.start();
        try {
            node(runner, "unknown", "n1")
                    .withPropertyValues(
                            "ha.sqlite.replication-url=" + stream.url(),
                            "ha.sqlite.commit-mode=strict",
                            "ha.sqlite.publisher.timeout=500ms")
                    .run(context -> {
                        prepare(context);
                        stream.suspend();
                        try {
                            assertFails(
                                    Map.of("jOOQ", context.getBean(DSLContext.class)::execute),
                                    "UPDATE author SET age = age + 1",
                                    "08007",
                                    DataAccessResourceFailureException.class);
                        } finally {
                            stream.resume();
                        }
                    });
        } finally {
            stream.close();
        }
    }

    @Test
    void whatIsCommittedHereIsNotToBeTriedAgain() {
        NatsServer stream = NatsServer.start();
        try {
            node(runner, "sync", "n1")
                    .withPropertyValues(
                            "ha.sqlite.replication-url=" + stream.url(), "ha.sqlite.publisher.timeout=500ms")
                    .run(context -> {
                        prepare(context);
                        stream.stop();
                        assertFails(
                                ways(context),
                                "UPDATE author SET age = age + 1",
                                ReplicationTimeoutException.SQL_STATE,
                                DataAccessResourceFailureException.class);
                        assertThat(context.getBean(JdbcTemplate.class)
                                        .queryForObject("SELECT age FROM author", Integer.class))
                                .isEqualTo(1 + ways(context).size());
                    });
        } finally {
            stream.close();
        }
    }

    @Test
    void backsOffWhenTheApplicationHasItsOwn() {
        SQLExceptionTranslator own = new SQLStateSQLExceptionTranslator();
        node(runner, "own", "n1")
                .withBean(SQLExceptionTranslator.class, () -> own)
                .run(context -> {
                    assertThat(context).hasSingleBean(SQLExceptionTranslator.class);
                    assertThat(context.getBean(JdbcTemplate.class).getExceptionTranslator())
                            .isSameAs(own);
                });
    }
}
