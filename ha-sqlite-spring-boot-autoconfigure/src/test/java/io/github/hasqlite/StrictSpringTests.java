package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLErrorCodeSQLExceptionTranslator;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** What Spring makes of a transaction that lost, and that the advice on trying again in docs/strict.md works. */
@Tag("system")
class StrictSpringTests {

    @TempDir
    private Path folder;

    private NatsServer server;
    private TestNode one;
    private TestNode two;

    @BeforeEach
    void open() throws SQLException {
        server = NatsServer.start();
        one = TestNode.openStrict(server, folder.resolve("one.db"), "n1");
        two = TestNode.openStrict(server, folder.resolve("two.db"), "n2");
        one.execute("CREATE TABLE account(id INTEGER PRIMARY KEY, balance INTEGER)");
        one.execute("INSERT INTO account VALUES(1, 100)");
        one.awaitAppliedOn(two);
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        server.close();
    }

    @Test
    void everyTranslatorSaysThatTryingAgainHelps() {
        SQLException lost = new SerializationFailureException("lost");
        for (SQLExceptionTranslator translator : new SQLExceptionTranslator[] {
            new SQLExceptionSubclassTranslator(),
            new SQLStateSQLExceptionTranslator(),
            new SQLErrorCodeSQLExceptionTranslator(one.dataSource())
        }) {
            assertThat(translator.translate("commit", null, lost)).isInstanceOf(ConcurrencyFailureException.class);
        }
    }

    @Test
    void transactionManagerTranslatesTheCommit() {
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(one.dataSource()));
        assertThatExceptionOfType(CannotAcquireLockException.class)
                .isThrownBy(() -> transaction.executeWithoutResult(status -> {
                    withdraw(10);
                    rival();
                }))
                .withCauseInstanceOf(SerializationFailureException.class);
    }

    @Test
    void transactionManagerPassesOnThatTheStreamIsAway() {
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(one.dataSource()));
        server.stop();
        Awaitility.await().until(() -> !one.status().connected());
        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> transaction.executeWithoutResult(status -> withdraw(10)))
                .havingRootCause()
                .isInstanceOf(SQLException.class)
                .withMessageContaining("the stream cannot be reached");
    }

    @Test
    void retryTemplateAroundTheTransactionSucceeds() throws Exception {
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(one.dataSource()));
        RetryTemplate retry = new RetryTemplate(RetryPolicy.builder()
                .includes(ConcurrencyFailureException.class)
                .maxRetries(5)
                .delay(Duration.ofMillis(10))
                .build());
        AtomicInteger attempts = new AtomicInteger();
        retry.execute(() -> {
            transaction.executeWithoutResult(status -> {
                withdraw(10);
                if (attempts.incrementAndGet() == 1) {
                    rival();
                }
            });
            return null;
        });
        assertThat(attempts).hasValue(2);
        assertThat(one.query("SELECT balance FROM account")).containsExactly("89");
    }

    private void withdraw(int amount) {
        JdbcClient.create(one.dataSource())
                .sql("UPDATE account SET balance = balance - ? WHERE id = 1")
                .param(amount)
                .update();
    }

    private void rival() {
        JdbcClient.create(two.dataSource())
                .sql("UPDATE account SET balance = balance - 1 WHERE id = 1")
                .update();
    }

    @Test
    void retryableMethodThatIsTransactionalSucceeds() {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.registerBean(DataSource.class, one::dataSource, definition -> definition.setDestroyMethodName(""));
            context.registerBean(PlatformTransactionManager.class, () -> new JdbcTransactionManager(one.dataSource()));
            context.registerBean(Accounts.class, () -> new Accounts(JdbcClient.create(one.dataSource())));
            context.register(RetryingConfiguration.class);
            context.refresh();
            AtomicInteger attempts = new AtomicInteger();
            context.getBean(Accounts.class).withdraw(1, 10, () -> {
                if (attempts.incrementAndGet() == 1) {
                    rival();
                }
            });
            assertThat(attempts).hasValue(2);
        }
        assertThat(JdbcClient.create(one.dataSource())
                        .sql("SELECT balance FROM account")
                        .query(Integer.class)
                        .single())
                .isEqualTo(89);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableResilientMethods
    @EnableTransactionManagement(proxyTargetClass = true)
    static class RetryingConfiguration {}

    static class Accounts {

        private final JdbcClient jdbc;

        Accounts(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Retryable(includes = ConcurrencyFailureException.class, maxRetries = 5, delay = 10, jitter = 10)
        @Transactional
        public void withdraw(long id, long amount, Runnable meanwhile) {
            jdbc.sql("UPDATE account SET balance = balance - ? WHERE id = ?")
                    .params(amount, id)
                    .update();
            meanwhile.run();
        }
    }
}
