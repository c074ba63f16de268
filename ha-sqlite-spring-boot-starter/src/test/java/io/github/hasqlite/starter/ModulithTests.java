package io.github.hasqlite.starter;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionTemplate;

/** The JPA registry of Spring Modulith, which keeps the events whose listeners have not succeeded yet. */
@Tag("system")
@Timeout(180)
class ModulithTests {

    private static final List<String> LIBRARIES = List.of("spring-modulith-", "jackson-");

    @TempDir
    private Path folder;

    @Test
    void whatAListenerFailedAtIsPublishedAgainAfterARestartAndIsTheSameOnAnotherNode() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode other = TestNode.open(server, folder.resolve("other.db"), "other", CommitMode.SYNC)) {
            try (ApplicationProcess application = start(server, "order=first")) {
                application.awaitSaying("listener fails: first");
                application.awaitSaying("ready");
                application.stop();
            }
            try (ApplicationProcess application = start(
                    server, "order=second", "spring.modulith.events.republish-outstanding-events-on-restart=true")) {
                application.awaitSaying("listener succeeds: first");
                application.awaitSaying("ready");
                application.stop();
            }
            try (TestNode again =
                    TestNode.open(server, folder.resolve("application.db"), "application", CommitMode.SYNC)) {
                again.awaitAppliedOn(other);
                assertThat(other.query("SELECT name FROM purchase ORDER BY id")).containsExactly("first", "second");
                assertThat(other.query("SELECT count(*), count(completion_date) FROM event_publication"))
                        .containsExactly("2|2");
                assertThat(again.query("SELECT * FROM event_publication ORDER BY 1"))
                        .isEqualTo(other.query("SELECT * FROM event_publication ORDER BY 1"));
            }
        }
    }

    private ApplicationProcess start(NatsServer server, String... properties) throws Exception {
        List<String> all = new ArrayList<>(List.of(properties));
        all.add("spring.jpa.hibernate.ddl-auto=update");
        // they ask for the packages of entities and mappers before Modulith has named its own
        all.add("spring.data.jdbc.repositories.enabled=false");
        all.add("spring.autoconfigure.exclude=org.mybatis.spring.boot.autoconfigure.MybatisAutoConfiguration");
        return new ApplicationProcess(
                Application.class,
                LIBRARIES,
                List.of(),
                server,
                folder.resolve("application.db"),
                all.toArray(String[]::new));
    }

    record Ordered(String name) {}

    @Entity(name = "purchase")
    static class Purchase {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        String name;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @AutoConfigurationPackage
    @Import({Orders.class, Mail.class})
    static class Application {

        /** Runs until it is stopped. */
        public static void main(String[] args) throws InterruptedException {
            SpringApplication.run(Application.class, args);
            System.out.println("ready");
            Thread.currentThread().join();
        }
    }

    @Component
    static class Orders implements ApplicationRunner {

        private final EntityManager entities;
        private final ApplicationEventPublisher events;
        private final TransactionTemplate transaction;
        private final Environment environment;

        Orders(
                EntityManager entities,
                ApplicationEventPublisher events,
                TransactionTemplate transaction,
                Environment environment) {
            this.entities = entities;
            this.events = events;
            this.transaction = transaction;
            this.environment = environment;
        }

        @Override
        public void run(ApplicationArguments arguments) {
            transaction.executeWithoutResult(status -> {
                Purchase purchase = new Purchase();
                purchase.name = environment.getRequiredProperty("order");
                entities.persist(purchase);
                events.publishEvent(new Ordered(purchase.name));
            });
        }
    }

    @Component
    static class Mail {

        private final Environment environment;

        Mail(Environment environment) {
            this.environment = environment;
        }

        @TransactionalEventListener
        public void on(Ordered event) {
            if (environment.getRequiredProperty("order").equals("first")) {
                System.out.println("listener fails: " + event.name());
                throw new IllegalStateException("no mail server");
            }
            System.out.println("listener succeeds: " + event.name());
        }
    }
}
