package io.github.hasqlite.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.hasqlite.ReplicationTimeoutException;
import io.github.hasqlite.testing.NatsServer;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.dao.support.PersistenceExceptionTranslator;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Transactions of JPA that wait, that take too long, and whose commit does not say that all is well. */
@Tag("system")
class JpaTransactionTests {

    private static final String ENDLESS =
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    private static final int THREADS = 4;
    private static final int TIMES = 25;

    @TempDir
    static Path folder;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @AutoConfigurationPackage
    static class Application {}

    @Entity(name = "tally")
    static class Tally {
        @Id
        long id;

        int count;
    }

    private static Nodes one(NatsServer server, String... properties) {
        List<String> all =
                new ArrayList<>(List.of("spring.jpa.open-in-view=false", "spring.jpa.hibernate.ddl-auto=update"));
        all.addAll(List.of(properties));
        return Nodes.start(server, folder, 1, Application.class, all.toArray(String[]::new));
    }

    private static void run(Nodes nodes, TransactionTemplate transaction, Consumer<EntityManager> work) {
        EntityManager entities =
                SharedEntityManagerCreator.createSharedEntityManager(nodes.bean(0, EntityManagerFactory.class));
        transaction.executeWithoutResult(status -> work.accept(entities));
    }

    private static TransactionTemplate transaction(Nodes nodes) {
        return new TransactionTemplate(nodes.bean(0, PlatformTransactionManager.class));
    }

    private static void save(Nodes nodes) {
        run(nodes, transaction(nodes), entities -> {
            Tally tally = new Tally();
            tally.id = 1;
            entities.persist(tally);
        });
    }

    @Test
    void threadsThatReadAndChangeOneRowAllSucceedIfTheirTransactionsBeginAsWrites() throws Exception {
        try (NatsServer server = NatsServer.start();
                Nodes nodes = one(server, "ha.sqlite.transactions.begin=immediate", "ha.sqlite.commit-mode=sync")) {
            save(nodes);
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            try {
                List<Future<?>> running = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    running.add(threads.submit(() -> {
                        for (int n = 0; n < TIMES; n++) {
                            run(nodes, transaction(nodes), entities -> entities.find(Tally.class, 1L).count++);
                        }
                        return null;
                    }));
                }
                for (Future<?> thread : running) {
                    thread.get();
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(nodes.everywhere("SELECT count FROM tally")).containsExactly(String.valueOf(THREADS * TIMES));
        }
    }

    @Test
    void whatRunsForTooLongIsATimeOut() {
        try (NatsServer server = NatsServer.start();
                Nodes nodes = one(server)) {
            Throwable query = failure(
                    nodes,
                    transaction(nodes),
                    entities -> entities.createNativeQuery(ENDLESS)
                            .setHint("jakarta.persistence.query.timeout", 1_000)
                            .getResultList());
            assertThat(sqlState(query)).isEqualTo("57014");
            assertThat(query).isInstanceOf(QueryTimeoutException.class);

            TransactionTemplate limited = transaction(nodes);
            limited.setTimeout(1);
            Throwable transaction = failure(
                    nodes,
                    limited,
                    entities -> entities.createNativeQuery(ENDLESS).getResultList());
            assertThat(sqlState(transaction)).isEqualTo("57014");
            assertThat(transaction).isInstanceOf(QueryTimeoutException.class);
        }
    }

    @Test
    void whatIsCommittedHereIsNotToBeTriedAgain() {
        try (NatsServer server = NatsServer.start();
                Nodes nodes = one(server, "ha.sqlite.commit-mode=sync", "ha.sqlite.publisher.timeout=500ms")) {
            save(nodes);
            server.stop();
            Throwable failure =
                    failure(nodes, transaction(nodes), entities -> entities.find(Tally.class, 1L).count = 7);
            assertThat(sqlState(failure)).isEqualTo(ReplicationTimeoutException.SQL_STATE);
            assertThat(failure)
                    .isInstanceOf(DataAccessException.class)
                    .isNotInstanceOf(TransientDataAccessException.class);
            assertThat(nodes.client(0)
                            .sql("SELECT count FROM tally")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(7);
        }
    }

    private static @Nullable Throwable failure(
            Nodes nodes, TransactionTemplate transaction, Consumer<EntityManager> work) {
        Throwable failure = catchThrowable(() -> run(nodes, transaction, work));
        if (failure instanceof DataAccessException || !(failure instanceof RuntimeException runtime)) {
            return failure;
        }
        // as Spring does for repositories
        DataAccessException translated =
                nodes.bean(0, PersistenceExceptionTranslator.class).translateExceptionIfPossible(runtime);
        return translated == null ? failure : translated;
    }

    private static @Nullable String sqlState(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql.getSQLState();
            }
        }
        return null;
    }
}
