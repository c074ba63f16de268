package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.hibernate.SessionFactory;
import org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl;
import org.hibernate.cfg.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hibernate with its dialect for PostgreSQL, through PostgreSQL's driver. */
@Tag("system")
@Timeout(60)
class HibernateClientTests {

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    enum Mood {
        GOOD,
        BAD
    }

    @Entity(name = "Shop")
    static class Shop {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        @Nullable
        Long id;

        @Column(nullable = false, unique = true, length = 40)
        String name = "";

        @Enumerated(EnumType.STRING)
        Mood mood = Mood.GOOD;

        UUID code = UUID.randomUUID();
        LocalDateTime opened = LocalDateTime.parse("2026-02-03T04:05:06.123456");
        Instant seen = Instant.parse("2026-02-03T04:05:06.5Z");
        LocalDate day = LocalDate.parse("2026-02-03");

        @Column(precision = 10, scale = 2)
        BigDecimal total = new BigDecimal("12.30");

        byte[] picture = {1, 0, -1};
        boolean open = true;
        double score = 0.1;
        int stars = 5;

        @OneToMany(mappedBy = "shop", cascade = CascadeType.ALL, orphanRemoval = true)
        List<Visit> visits = new ArrayList<>();
    }

    @Entity(name = "Visit")
    static class Visit {
        @Id
        @GeneratedValue(strategy = GenerationType.UUID)
        @Nullable
        UUID id;

        @ManyToOne(optional = false)
        @Nullable
        Shop shop;

        String note = "";
    }

    private static SessionFactory factory(String schema) {
        return new Configuration()
                .addAnnotatedClass(Shop.class)
                .addAnnotatedClass(Visit.class)
                .setProperty("hibernate.connection.url", "jdbc:postgresql://127.0.0.1:" + server.port() + "/app")
                .setProperty("hibernate.connection.username", RunningServer.USER)
                .setProperty("hibernate.connection.password", RunningServer.PASSWORD)
                .setProperty("hibernate.hbm2ddl.auto", schema)
                // as Spring Boot's: PostgreSQL's names are in lower case unless they are quoted
                .setProperty("hibernate.physical_naming_strategy", PhysicalNamingStrategySnakeCaseImpl.class.getName())
                .buildSessionFactory();
    }

    @Test
    void aSchemaIsMadeFoundAgainAndUsed() {
        try (SessionFactory factory = factory("update")) {
            factory.inTransaction(session -> {
                for (int i = 0; i < 5; i++) {
                    Shop shop = new Shop();
                    shop.name = "s" + i;
                    shop.mood = i % 2 == 0 ? Mood.GOOD : Mood.BAD;
                    Visit visit = new Visit();
                    visit.shop = shop;
                    shop.visits.add(visit);
                    session.persist(shop);
                    assertThat(shop.id).isNotNull();
                }
            });
        }
        try (SessionFactory factory = factory("update")) {
            factory.inTransaction(session -> {
                Shop shop = session.createQuery("from Shop s join fetch s.visits where s.name = 's3'", Shop.class)
                        .getSingleResult();
                Shop fresh = new Shop();
                assertThat(shop.mood).isEqualTo(Mood.BAD);
                assertThat(List.of(shop.opened, shop.seen, shop.day, shop.total, shop.open, shop.score, shop.stars))
                        .containsExactly(
                                fresh.opened, fresh.seen, fresh.day, fresh.total, true, fresh.score, fresh.stars);
                assertThat(shop.picture).isEqualTo(fresh.picture);
                assertThat(session.createQuery("select s.id from Shop s where s.code = :code", Long.class)
                                .setParameter("code", shop.code)
                                .getSingleResult())
                        .isEqualTo(shop.id);
                assertThat(session.createQuery(
                                        "select s.name from Shop s where s.mood = :mood and s.open and s.seen < :now"
                                                + " order by s.name",
                                        String.class)
                                .setParameter("mood", Mood.GOOD)
                                .setParameter("now", Instant.now())
                                .setFirstResult(1)
                                .setMaxResults(1)
                                .getResultList())
                        .containsExactly("s2");
                assertThat(session.createQuery("select sum(s.total) from Shop s", BigDecimal.class)
                                .getSingleResult())
                        .isEqualByComparingTo("61.50");
                shop.visits.clear();
            });
        }
        try (SessionFactory factory = factory("validate")) {
            factory.inTransaction(session -> assertThat(session.createQuery("select count(v) from Visit v", Long.class)
                            .getSingleResult())
                    .isEqualTo(4));
        }
    }
}
