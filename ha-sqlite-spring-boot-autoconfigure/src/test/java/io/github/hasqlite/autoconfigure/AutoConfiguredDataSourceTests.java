package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariDataSource;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** The data source of an application without any server, as its beans and properties make it. */
@ExtendWith(OutputCaptureExtension.class)
class AutoConfiguredDataSourceTests extends AutoConfiguredContexts {

    @Test
    void jdbcClientWorksOnIt() {
        contextRunner.run(context -> {
            JdbcClient jdbc = context.getBean(JdbcClient.class);
            jdbc.sql("CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)").update();
            jdbc.sql("INSERT INTO task(title) VALUES(:title)")
                    .param("title", "a")
                    .update();
            assertThat(titles(jdbc)).containsExactly("a");
        });
    }

    @Test
    void schemaScriptsRun() {
        contextRunner
                .withPropertyValues(
                        "spring.sql.init.mode=always",
                        "spring.sql.init.schema-locations=classpath:io/github/hasqlite/autoconfigure/schema.sql",
                        "spring.sql.init.data-locations=classpath:io/github/hasqlite/autoconfigure/data.sql")
                .run(context ->
                        assertThat(titles(context.getBean(JdbcClient.class))).containsExactly("from a script"));
    }

    @Test
    void readOnlyTransactionsReadAndCannotWrite() {
        withTasks().run(context -> {
            JdbcClient jdbc = context.getBean(JdbcClient.class);
            TransactionTemplate reading = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
            reading.setReadOnly(true);
            List<String> read = reading.execute(status -> titles(jdbc));
            assertThat(read).containsExactly("from a script");
            assertThatExceptionOfType(DataAccessException.class)
                    .isThrownBy(() -> reading.executeWithoutResult(
                            status -> jdbc.sql("DELETE FROM task").update()));
            assertThat(titles(jdbc)).containsExactly("from a script");
        });
    }

    @Test
    void nestedTransactionsRollBackToTheirSavepoint() {
        withTasks().run(context -> {
            JdbcClient jdbc = context.getBean(JdbcClient.class);
            TransactionTemplate outer = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
            TransactionTemplate nested = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
            nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
            outer.executeWithoutResult(status -> {
                jdbc.sql("INSERT INTO task(title) VALUES('outer')").update();
                nested.executeWithoutResult(inner -> {
                    jdbc.sql("INSERT INTO task(title) VALUES('nested')").update();
                    inner.setRollbackOnly();
                });
            });
            assertThat(titles(jdbc)).containsExactly("from a script", "outer");
        });
    }

    @Test
    void publisherBeanGetsWhatIsCommittedWithoutAnyServer() {
        withTasks().withUserConfiguration(OwnPublisher.class).run(context -> {
            assertThat(context).hasSingleBean(ChangeSetPublisher.class).doesNotHaveBean(ChangeSetSubscriber.class);
            RecordingPublisher publisher = context.getBean(RecordingPublisher.class);
            context.getBean(JdbcClient.class)
                    .sql("INSERT INTO task(title) VALUES('mine')")
                    .update();
            assertThat(publisher.published)
                    .last()
                    .satisfies(changeSet ->
                            assertThat(changeSet.changes().get(0).newValues()).contains("mine"));
        });
    }

    @Test
    void publisherBeanOnAReadReplicaIsRefused() {
        contextRunner
                .withUserConfiguration(OwnPublisher.class)
                .withPropertyValues("ha.sqlite.publisher.enabled=false")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(ReplicationStartException.class)
                        .hasMessageContaining("ha.sqlite.publisher.enabled is false"));
    }

    @Test
    void nodeThatNeitherSendsNorReceivesIsRefused() {
        contextRunner
                .withPropertyValues("ha.sqlite.publisher.enabled=false")
                .run(context ->
                        assertThat(context).getFailure().rootCause().hasMessageContaining("neither send nor receive"));
    }

    @Test
    void serializerBeanReplacesTheDefault() {
        contextRunner
                .withUserConfiguration(OwnSerializer.class)
                .run(context -> assertThat(context)
                        .hasSingleBean(ChangeSetSerializer.class)
                        .hasBean("mySerializer"));
    }

    @Test
    void closingTheContextClosesTheDataSourceBeforeThePublisher() throws Exception {
        ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
        contextRunner.withUserConfiguration(OwnPublisher.class).run(context -> {
            RecordingPublisher publisher = context.getBean(RecordingPublisher.class);
            HikariDataSource pool = context.getBean(HaSqliteDataSource.class).unwrap(HikariDataSource.class);
            publisher.onClose = () -> order.add(pool.isClosed() ? "after the pool" : "before the pool");
        });
        assertThat(order).isNotEmpty().containsOnly("after the pool");
    }

    @Test
    void configuresThePool() {
        contextRunner
                .withPropertyValues(
                        "ha.sqlite.pool.writers=3",
                        "ha.sqlite.pool.connection-timeout=2s",
                        "ha.sqlite.pool.foreign-keys=true",
                        "ha.sqlite.pool.synchronous=full",
                        "ha.sqlite.pool.cache-size=2MB")
                .run(context -> {
                    HikariDataSource pool =
                            context.getBean(HaSqliteDataSource.class).unwrap(HikariDataSource.class);
                    assertThat(pool.getMaximumPoolSize()).isEqualTo(3);
                    assertThat(pool.getConnectionTimeout()).isEqualTo(2_000);
                    JdbcClient jdbc = context.getBean(JdbcClient.class);
                    assertThat(jdbc.sql("PRAGMA foreign_keys")
                                    .query(Integer.class)
                                    .single())
                            .isEqualTo(1);
                    assertThat(jdbc.sql("PRAGMA synchronous")
                                    .query(Integer.class)
                                    .single())
                            .isEqualTo(2);
                    assertThat(jdbc.sql("PRAGMA cache_size")
                                    .query(Integer.class)
                                    .single())
                            .isEqualTo(-2048);
                });
    }

    @Test
    void existingDatabaseIsKept() throws Exception {
        Path file = Files.createDirectories(folder.resolve("data")).resolve("app.db");
        try (Connection connection = new DriverManagerDataSource("jdbc:sqlite:" + file).getConnection()) {
            connection.createStatement().execute("CREATE TABLE task(title TEXT)");
            connection.createStatement().execute("INSERT INTO task VALUES('old')");
        }
        contextRunner.run(
                context -> assertThat(titles(context.getBean(JdbcClient.class))).containsExactly("old"));
    }

    private ApplicationContextRunner withTasks() {
        return contextRunner.withPropertyValues(
                "spring.sql.init.mode=always",
                "spring.sql.init.schema-locations=classpath:io/github/hasqlite/autoconfigure/schema.sql",
                "spring.sql.init.data-locations=classpath:io/github/hasqlite/autoconfigure/data.sql");
    }

    private static List<String> titles(JdbcClient jdbc) {
        return jdbc.sql("SELECT title FROM task").query(String.class).list();
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnSerializer {

        @Bean
        ChangeSetSerializer mySerializer() {
            return new JsonChangeSetSerializer();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnPublisher {

        @Bean
        RecordingPublisher myPublisher() {
            return new RecordingPublisher();
        }
    }

    static final class RecordingPublisher implements ChangeSetPublisher {

        final Queue<ChangeSet> published = new ConcurrentLinkedQueue<>();
        volatile Runnable onClose = () -> {};

        @Override
        public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
            published.add(changeSet);
            return CompletableFuture.completedFuture(0L);
        }

        @Override
        public void close() {
            onClose.run();
        }
    }
}
