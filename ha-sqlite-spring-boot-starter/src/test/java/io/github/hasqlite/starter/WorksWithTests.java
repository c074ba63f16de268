package io.github.hasqlite.starter;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.autoconfigure.HaSqliteJooqAutoConfiguration;
import io.github.hasqlite.autoconfigure.HaSqliteScriptsAutoConfiguration;
import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jooq.autoconfigure.JooqAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.Session;
import org.springframework.session.jdbc.JdbcIndexedSessionRepository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Technologies that applications use beside the starter, on three nodes that start together with one script. */
@Tag("system")
@Timeout(120)
class WorksWithTests {

    private static final Table<Record> COUNTER = DSL.table("counter");
    private static final Field<Integer> N = DSL.field("n", Integer.class);

    @TempDir
    static Path folder;

    private static NatsServer server;
    private static Nodes nodes;

    @Configuration(proxyBeanMethods = false)
    @EnableCaching
    @ImportAutoConfiguration({
        HaSqliteAutoConfiguration.class,
        HaSqliteJooqAutoConfiguration.class,
        HaSqliteScriptsAutoConfiguration.class,
        DataSourceInitializationAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        TransactionAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class,
        JdbcClientAutoConfiguration.class,
        JooqAutoConfiguration.class
    })
    static class Application {

        @Bean
        CacheManager cacheManager() {
            return new ConcurrentMapCacheManager("titles");
        }

        @Bean
        Titles titles(JdbcClient client) {
            return new Titles(client);
        }

        /** What docs/works-with.md says of caches. */
        @Bean
        ChangeSetInterceptor evictsWhatOthersChange(
                CacheManager caches, ObjectProvider<HaSqliteDataSource> dataSource, AsyncTaskExecutor executor) {
            return new ChangeSetInterceptor() {
                @Override
                public void afterApply(ChangeSet changeSet, Connection connection, @Nullable Exception failure) {
                    if (changeSet.changes().stream().anyMatch(change -> "title".equals(change.table()))) {
                        long sequence = changeSet.streamSequence();
                        executor.execute(() -> evict(caches, dataSource.getObject(), sequence));
                    }
                }
            };
        }

        /** What was applied can be read only when its transaction has committed. */
        private static void evict(CacheManager caches, HaSqliteDataSource dataSource, long sequence) {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> dataSource.replicationStatus().appliedSequence() >= sequence);
            caches.getCache("titles").clear();
        }

        @Bean(destroyMethod = "close")
        SimpleAsyncTaskExecutor evictions() {
            return new SimpleAsyncTaskExecutor("evict-");
        }
    }

    static class Titles {

        private final JdbcClient client;

        Titles(JdbcClient client) {
            this.client = client;
        }

        @Cacheable("titles")
        public String title(int id) {
            return client.sql("SELECT title FROM title WHERE id = ?")
                    .params(id)
                    .query(String.class)
                    .single();
        }
    }

    @BeforeAll
    static void start() throws Exception {
        server = NatsServer.start();
        nodes = Nodes.startTogether(
                server,
                folder,
                3,
                Application.class,
                "spring.sql.init.mode=always",
                "spring.sql.init.schema-locations=classpath:io/github/hasqlite/starter/schema.sql,"
                        + "classpath:org/springframework/session/jdbc/schema-sqlite.sql",
                "spring.sql.init.continue-on-error=true",
                "spring.sql.init.data-locations=classpath:io/github/hasqlite/starter/data.sql");
    }

    @AfterAll
    static void stop() {
        nodes.close();
        server.close();
    }

    @Test
    void scriptsRunOnOneNodeAtATime() {
        assertThat(nodes.everywhere("SELECT id, title FROM title WHERE id < 10 ORDER BY id"))
                .containsExactly("1|one", "2|two");
    }

    @Test
    void jdbcClientWithGeneratedKeys() {
        for (int node = 0; node < 3; node++) {
            var keys = new org.springframework.jdbc.support.GeneratedKeyHolder();
            nodes.bean(node, JdbcClient.class)
                    .sql("INSERT INTO note(text) VALUES(:text)")
                    .param("text", "of " + node)
                    .update(keys);
            assertThat(keys.getKey()).isNotNull();
        }
        assertThat(nodes.everywhere("SELECT text FROM note WHERE text LIKE 'of%' ORDER BY text"))
                .containsExactly("of 0", "of 1", "of 2");
    }

    @Test
    void jooqCountsWithForUpdate() throws Exception {
        DSLContext jooq = nodes.bean(0, DSLContext.class);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> {
                    for (int j = 0; j < 10; j++) {
                        jooq.transaction(configuration -> {
                            int n = configuration
                                    .dsl()
                                    .select(N)
                                    .from(COUNTER)
                                    .forUpdate()
                                    .fetchSingle(N);
                            configuration.dsl().update(COUNTER).set(N, n + 1).execute();
                        });
                    }
                }));
            }
            for (Future<?> thread : all) {
                thread.get(1, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(nodes.everywhere("SELECT n FROM counter")).containsExactly("40");
    }

    @Test
    void sessionGoesFromNodeToNode() {
        assertThat(attribute(sessions(0), null)).isNull();
        String id = create(sessions(0), "cart", "full");
        nodes.await();
        assertThat(attribute(sessions(1), id)).isEqualTo("full");
        sessions(1).deleteById(id);
        nodes.await();
        assertThat(sessions(2).findById(id)).isNull();
    }

    private static JdbcIndexedSessionRepository sessions(int node) {
        JdbcIndexedSessionRepository sessions = new JdbcIndexedSessionRepository(
                nodes.bean(node, JdbcTemplate.class),
                new TransactionTemplate(nodes.bean(node, PlatformTransactionManager.class)));
        sessions.afterPropertiesSet();
        return sessions;
    }

    private static <S extends Session> String create(
            org.springframework.session.SessionRepository<S> sessions, String name, String value) {
        S session = sessions.createSession();
        session.setAttribute(name, value);
        sessions.save(session);
        return session.getId();
    }

    private static String attribute(JdbcIndexedSessionRepository sessions, String id) {
        Session session = id == null ? null : sessions.findById(id);
        return session == null ? null : session.getAttribute("cart");
    }

    @Test
    void cacheForgetsWhatAnotherNodeChanges() {
        nodes.client(0).sql("INSERT INTO title VALUES(10, 'before')").update();
        nodes.await();
        Titles there = nodes.bean(1, Titles.class);
        assertThat(there.title(10)).isEqualTo("before");
        nodes.client(0).sql("UPDATE title SET title = 'after' WHERE id = 10").update();
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> there.title(10).equals("after"));
    }

    @Test
    void reactiveCodeCallsOnThreadsThatMayBlock() {
        JdbcClient client = nodes.bean(2, JdbcClient.class);
        TransactionTemplate transaction = new TransactionTemplate(nodes.bean(2, PlatformTransactionManager.class));
        Long sum = Flux.range(1, 20)
                .flatMap(i -> Mono.fromCallable(
                                () -> transaction.execute(status -> client.sql("INSERT INTO note(text) VALUES(?)")
                                        .params("flux " + i)
                                        .update()))
                        .subscribeOn(Schedulers.boundedElastic()))
                .count()
                .block(Duration.ofMinutes(1));
        assertThat(sum).isEqualTo(20);
        assertThat(nodes.everywhere("SELECT count(*) FROM note WHERE text LIKE 'flux%'"))
                .containsExactly("20");
        assertThat(nodes.bean(2, HaSqliteDataSource.class).replicationStatus().halted())
                .isNull();
    }
}
