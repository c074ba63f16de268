package io.github.hasqlite.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.hibernate.HaSqliteDialect;
import io.github.hasqlite.testing.NatsServer;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Lob;
import jakarta.persistence.LockModeType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.TableGenerator;
import jakarta.persistence.Temporal;
import jakarta.persistence.TemporalType;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.hibernate.SessionFactory;
import org.hibernate.engine.jdbc.spi.JdbcServices;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.stat.Statistics;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.dao.support.PersistenceExceptionTranslator;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** JPA with Hibernate on two nodes. Some tests change the time zone of the virtual machine. */
@Tag("system")
@Isolated
class HibernateTests {

    @TempDir
    static Path folder;

    private static NatsServer server;

    @BeforeAll
    static void start() {
        server = NatsServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @AutoConfigurationPackage
    static class Application {}

    enum Colour {
        RED,
        GREEN
    }

    @SuppressWarnings("deprecation") // applications have such fields
    @Entity(name = "thing")
    static class Thing {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @Column(nullable = false, unique = true)
        String name;

        @Version
        int version;

        LocalDate day;
        LocalTime time;
        LocalDateTime local;
        Instant moment;
        OffsetDateTime offset;

        @Temporal(TemporalType.TIMESTAMP)
        Date date;

        @Temporal(TemporalType.DATE)
        Date dateOnly;

        @Enumerated(EnumType.STRING)
        Colour colour;

        Colour ordinal;
        UUID uuid;
        BigDecimal price;
        boolean flag;
        double number;

        @Lob
        byte[] bytes;

        @Lob
        String text;

        int counter;

        Thing() {}

        Thing(String name) {
            this.name = name;
        }
    }

    @Entity(name = "part")
    static class Part {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "parts")
        @SequenceGenerator(name = "parts", sequenceName = "part_seq", allocationSize = 10)
        Long id;

        @ManyToOne
        Thing thing;
    }

    @Entity(name = "ticket")
    static class Ticket {
        @Id
        @GeneratedValue(strategy = GenerationType.TABLE, generator = "tickets")
        @TableGenerator(name = "tickets", allocationSize = 5)
        Long id;

        String node;
    }

    private static Nodes two(String... properties) {
        List<String> all = new ArrayList<>(List.of(
                "spring.jpa.open-in-view=false",
                "spring.jpa.properties.hibernate.generate_statistics=true",
                "logging.level.org.hibernate.engine.internal=warn",
                "ha.sqlite.pool.foreign-keys=true"));
        all.addAll(List.of(properties));
        if (all.stream().noneMatch(property -> property.contains("ddl-auto"))) {
            all.add("spring.jpa.hibernate.ddl-auto=update");
        }
        return Nodes.start(server, folder, 2, Application.class, all.toArray(String[]::new));
    }

    private static <T> T in(Nodes nodes, int node, Function<EntityManager, T> work) {
        EntityManager entities =
                SharedEntityManagerCreator.createSharedEntityManager(nodes.bean(node, EntityManagerFactory.class));
        return new TransactionTemplate(nodes.bean(node, PlatformTransactionManager.class))
                .execute(status -> work.apply(entities));
    }

    private static void run(Nodes nodes, int node, Consumer<EntityManager> work) {
        in(nodes, node, entities -> {
            work.accept(entities);
            return null;
        });
    }

    private static Thing thing(String name) {
        Thing thing = new Thing(name);
        thing.day = LocalDate.of(2026, 3, 29);
        thing.time = LocalTime.of(23, 30, 1, 123_000_000);
        thing.local = LocalDateTime.of(2026, 3, 29, 2, 30, 0, 5_000);
        thing.moment = Instant.parse("2026-01-01T23:30:00.123456789Z");
        thing.offset = OffsetDateTime.of(2026, 1, 2, 1, 0, 0, 0, ZoneOffset.ofHours(3));
        thing.date = Date.from(Instant.parse("2026-01-01T23:30:00.123Z"));
        thing.dateOnly = java.sql.Date.valueOf("2026-07-01");
        thing.colour = Colour.GREEN;
        thing.ordinal = Colour.GREEN;
        thing.uuid = UUID.fromString("7d6fb3c0-4b5e-4c0f-9a53-3bd8a4c5c001");
        thing.price = new BigDecimal("12345.67");
        thing.flag = true;
        thing.number = 0.1;
        thing.bytes = new byte[] {0, 1, -1};
        thing.text = "long ü".repeat(10_000);
        return thing;
    }

    @Test
    void everyTypeIsTheSameOnBothNodesAndInEveryTimeZone() {
        TimeZone before = TimeZone.getDefault();
        try (Nodes nodes = two()) {
            assertThat(nodes.bean(0, EntityManagerFactory.class)
                            .unwrap(SessionFactoryImplementor.class)
                            .getServiceRegistry()
                            .requireService(JdbcServices.class)
                            .getDialect())
                    .isExactlyInstanceOf(HaSqliteDialect.class);
            TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
            Thing written = thing("a");
            run(nodes, 0, entities -> entities.persist(written));
            nodes.await();
            TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Auckland"));
            Thing read = in(nodes, 1, entities -> entities.find(Thing.class, written.id));
            assertThat(read)
                    .usingRecursiveComparison()
                    .ignoringFields("offset", "date", "dateOnly", "price")
                    .isEqualTo(written);
            assertThat(read.offset.toInstant()).isEqualTo(written.offset.toInstant());
            assertThat(read.date.getTime()).isEqualTo(written.date.getTime());
            assertThat(read.dateOnly).hasToString("2026-07-01");
            assertThat(read.price).isEqualByComparingTo(written.price);
            assertThat(nodes.everywhere("SELECT day, time, local, moment, \"offset\", date, date_only FROM thing"))
                    .containsExactly("2026-03-29|23:30:01.123000000|2026-03-29T02:30:00.000005000"
                            + "|2026-01-01T23:30:00.123456789Z|2026-01-01T22:00:00.000000000Z"
                            + "|2026-01-01T23:30:00.123000000Z|2026-07-01");
            assertFound(nodes, written);
        } finally {
            TimeZone.setDefault(before);
        }
    }

    private static void assertFound(Nodes nodes, Thing written) {
        run(nodes, 1, entities -> {
            assertThat(entities.createQuery(
                                    "select id from thing where day = :day and local = :local and moment = :moment"
                                            + " and moment < current_timestamp and moment > {ts '2026-01-01 12:00:00'}",
                                    Long.class)
                            .setParameter("day", written.day)
                            .setParameter("local", written.local)
                            .setParameter("moment", written.moment)
                            .getResultList())
                    .containsExactly(written.id);
            assertThat(entities.createQuery("select year(day), hour(local) from thing", Object[].class)
                            .getSingleResult())
                    .containsExactly(2026, 2);
        });
    }

    @Test
    void whatTheDriverWroteAsMillisecondsCanBeRead() {
        try (Nodes nodes = two()) {
            Instant moment = Instant.parse("2026-01-01T23:30:00.123Z");
            nodes.client(0)
                    .sql("INSERT INTO thing(name, version, flag, number, counter, moment, date)"
                            + " VALUES('old', 0, 0, 0, 0, ?, ?)")
                    .params(moment.toEpochMilli(), "2026-01-01 23:30:00")
                    .update();
            nodes.await();
            Thing read = in(
                    nodes,
                    1,
                    entities -> entities.createQuery("from thing", Thing.class).getSingleResult());
            assertThat(read.moment).isEqualTo(moment);
            assertThat(read.date.toInstant()).isEqualTo(moment.truncatedTo(ChronoUnit.SECONDS));
        }
    }

    @Test
    void aSavedEntityCostsOneStatementAndKeysOfTwoNodesDoNotMeet() throws Exception {
        try (Nodes nodes = two()) {
            Statistics statistics = nodes.bean(0, EntityManagerFactory.class)
                    .unwrap(SessionFactory.class)
                    .getStatistics();
            run(nodes, 0, entities -> entities.persist(new Thing("warm")));
            statistics.clear();
            run(nodes, 0, entities -> entities.persist(new Thing("one")));
            assertThat(statistics.getPrepareStatementCount()).isEqualTo(1);
            onBoth(node -> {
                for (int i = 0; i < 20; i++) {
                    Thing thing = new Thing(node + "-" + i);
                    run(nodes, node, entities -> entities.persist(thing));
                }
            });
            assertThat(nodes.everywhere("SELECT count(*), count(DISTINCT name) FROM thing"))
                    .containsExactly("42|42");
        }
    }

    private static void onBoth(Consumer<Integer> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int node = 0; node < 2; node++) {
                int each = node;
                running.add(threads.submit(() -> work.accept(each)));
            }
            for (Future<?> one : running) {
                one.get(1, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void generatorsOfKeysDoNotCollideInStrictMode() throws Exception {
        try (Nodes nodes = two("ha.sqlite.commit-mode=strict")) {
            onBoth(node -> {
                for (int i = 0; i < 12; i++) {
                    retried(nodes, node, entities -> entities.persist(new Ticket()));
                    retried(nodes, node, entities -> entities.persist(new Part()));
                }
            });
            assertThat(nodes.everywhere("SELECT count(*) FROM ticket")).containsExactly("24");
            assertThat(nodes.everywhere("SELECT count(*) FROM part")).containsExactly("24");
        }
    }

    private static void retried(Nodes nodes, int node, Consumer<EntityManager> work) {
        while (true) {
            Throwable failure = failure(nodes, node, work);
            if (failure == null) {
                return;
            }
            assertThat(failure).isInstanceOf(ConcurrencyFailureException.class);
        }
    }

    @Test
    void aPessimisticLockLocksBeforeItReads() throws Exception {
        try (Nodes nodes = two("ha.sqlite.pool.lock-timeout=1m")) {
            Thing counted = new Thing("counter");
            run(nodes, 0, entities -> entities.persist(counted));
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                List<Future<?>> running = new ArrayList<>();
                for (int thread = 0; thread < 4; thread++) {
                    boolean byQuery = thread % 2 == 0;
                    running.add(threads.submit(() -> {
                        for (int i = 0; i < 10; i++) {
                            run(nodes, 0, entities -> locked(entities, counted.id, byQuery).counter++);
                        }
                    }));
                }
                for (Future<?> one : running) {
                    one.get(1, TimeUnit.MINUTES);
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(nodes.everywhere("SELECT counter FROM thing")).containsExactly("40");
        }
    }

    private static Thing locked(EntityManager entities, Long id, boolean byQuery) {
        return byQuery
                ? entities.createQuery("from thing where id = :id order by id", Thing.class)
                        .setParameter("id", id)
                        .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                        .setMaxResults(1)
                        .getSingleResult()
                : entities.find(Thing.class, id, LockModeType.PESSIMISTIC_WRITE);
    }

    @Test
    void aPessimisticLockHoldsOffOthersAndIsNoneInAReadOnlyTransaction() {
        try (Nodes nodes = two("ha.sqlite.pool.lock-timeout=200ms")) {
            Thing thing = new Thing("t");
            run(nodes, 0, entities -> entities.persist(thing));
            run(nodes, 0, entities -> {
                entities.find(Thing.class, thing.id, LockModeType.PESSIMISTIC_READ);
                assertThatThrownBy(() -> another(nodes, "UPDATE thing SET counter = 1"))
                        .hasFieldOrPropertyWithValue("SQLState", "55P03");
            });
            run(nodes, 0, entities -> {
                Thing read = entities.find(Thing.class, thing.id);
                entities.lock(read, LockModeType.PESSIMISTIC_WRITE);
                assertThatThrownBy(() -> another(nodes, "UPDATE thing SET counter = 1"))
                        .hasFieldOrPropertyWithValue("SQLState", "55P03");
            });
            TransactionTemplate readOnly = new TransactionTemplate(nodes.bean(0, PlatformTransactionManager.class));
            readOnly.setReadOnly(true);
            EntityManager entities =
                    SharedEntityManagerCreator.createSharedEntityManager(nodes.bean(0, EntityManagerFactory.class));
            readOnly.executeWithoutResult(status -> {
                entities.find(Thing.class, thing.id, LockModeType.PESSIMISTIC_READ);
                assertThatCode(() -> another(nodes, "UPDATE thing SET counter = 2"))
                        .doesNotThrowAnyException();
            });
            assertThat(nodes.everywhere("SELECT counter FROM thing")).containsExactly("2");
        }
    }

    /** Writes on a connection that no transaction of Spring's knows. */
    private static void another(Nodes nodes, String sql) throws SQLException {
        try (Connection connection = nodes.bean(0, HaSqliteDataSource.class).getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    @Test
    void inStrictModeWhoLocksIsCurrentOrLoses() throws Exception {
        try (Nodes nodes = two("ha.sqlite.commit-mode=strict", "ha.sqlite.pool.lock-timeout=1m")) {
            Thing counted = new Thing("counter");
            run(nodes, 0, entities -> entities.persist(counted));
            nodes.await();
            onBoth(node -> {
                for (int i = 0; i < 10; i++) {
                    retried(nodes, node, entities -> locked(entities, counted.id, false).counter++);
                }
            });
            assertThat(nodes.everywhere("SELECT counter, version FROM thing")).containsExactly("20|20");
        }
    }

    @Test
    void errorsAreWhatTheyAre() {
        try (Nodes nodes = two()) {
            run(nodes, 0, entities -> entities.persist(new Thing("a")));
            assertThat(failure(nodes, 0, entities -> entities.persist(new Thing("a"))))
                    .isExactlyInstanceOf(DuplicateKeyException.class);
            assertThat(failure(
                            nodes,
                            0,
                            entities -> entities.createNativeQuery(
                                            "INSERT INTO thing(name, version, flag, number, counter) VALUES(NULL, 0, 0, 0, 0)")
                                    .executeUpdate()))
                    .isExactlyInstanceOf(DataIntegrityViolationException.class);
            Thing stale = in(
                    nodes,
                    0,
                    entities -> entities.createQuery("from thing", Thing.class).getSingleResult());
            run(nodes, 0, entities -> entities.find(Thing.class, stale.id).counter++);
            stale.counter = 7;
            assertThat(failure(nodes, 0, entities -> entities.merge(stale)))
                    .isInstanceOf(OptimisticLockingFailureException.class);
        }
    }

    /** What a repository would throw, or null. */
    private static Throwable failure(Nodes nodes, int node, Consumer<EntityManager> work) {
        Throwable failure = catchThrowable(() -> run(nodes, node, work));
        if (failure instanceof RuntimeException e) {
            Throwable translated =
                    nodes.bean(node, PersistenceExceptionTranslator.class).translateExceptionIfPossible(e);
            return translated == null ? failure : translated;
        }
        return failure;
    }

    @Test
    void updateAddsWhatIsMissingAndValidateSaysIt() {
        String tables =
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
        try (Nodes nodes = two("spring.jpa.hibernate.ddl-auto=create-drop")) {
            assertThat(nodes.everywhere(tables)).contains("part", "part_seq", "thing", "ticket");
        }
        assertThatThrownBy(() -> two("spring.jpa.hibernate.ddl-auto=validate").close())
                .hasStackTraceContaining("missing table");
    }

    @Test
    void updateKeepsRowsAndAddsColumns() {
        try (Nodes nodes =
                two("spring.sql.init.mode=always", "spring.sql.init.schema-locations=classpath:old-thing.sql")) {
            assertThat(nodes.everywhere("SELECT name, text FROM thing")).containsExactly("kept|null");
            run(
                    nodes,
                    1,
                    entities -> entities.createQuery("update thing set text = 'new'")
                            .executeUpdate());
            assertThat(nodes.everywhere("SELECT name, text FROM thing")).containsExactly("kept|new");
        }
    }

    @Test
    void batchesAreReplicated() {
        try (Nodes nodes = two("spring.jpa.properties.hibernate.jdbc.batch_size=20")) {
            run(nodes, 0, entities -> {
                for (int i = 0; i < 50; i++) {
                    Ticket ticket = new Ticket();
                    ticket.node = "n" + i;
                    entities.persist(ticket);
                }
            });
            assertThat(nodes.everywhere("SELECT count(*), count(DISTINCT node) FROM ticket"))
                    .containsExactly("50|50");
            assertThat(nodes.bean(1, HaSqliteDataSource.class)
                            .replicationStatus()
                            .rejectedMessages())
                    .isZero();
        }
    }
}
