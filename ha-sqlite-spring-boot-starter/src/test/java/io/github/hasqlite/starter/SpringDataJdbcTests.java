package io.github.hasqlite.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.testing.NatsServer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.data.jdbc.autoconfigure.DataJdbcRepositoriesAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.annotation.Id;
import org.springframework.data.annotation.Version;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Sort;
import org.springframework.data.jdbc.repository.config.EnableJdbcRepositories;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.relational.core.sql.LockMode;
import org.springframework.data.relational.repository.Lock;
import org.springframework.data.repository.ListCrudRepository;
import org.springframework.data.repository.PagingAndSortingRepository;

/** Spring Data JDBC with the dialect and the converters of the starter, on two nodes. */
@Tag("system")
class SpringDataJdbcTests {

    @TempDir
    static Path folder;

    private static NatsServer server;
    private static Nodes nodes;

    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage
    @ImportAutoConfiguration({
        HaSqliteAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        TransactionAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class,
        DataJdbcRepositoriesAutoConfiguration.class
    })
    @EnableJdbcRepositories(
            considerNestedRepositories = true,
            includeFilters =
                    @ComponentScan.Filter(
                            type = FilterType.ASSIGNABLE_TYPE,
                            classes = {Things.class, Plains.class}),
            basePackageClasses = SpringDataJdbcTests.class)
    static class Application {}

    enum Colour {
        RED,
        GREEN
    }

    @Table("part")
    record Part(String name) {}

    @Table("thing")
    record Thing(
            @Id @Nullable Long id,
            @Version @Nullable Integer version,
            String name,
            Colour colour,
            boolean active,
            @Nullable Boolean maybe,
            BigDecimal price,
            BigInteger huge,
            double weight,
            byte[] data,
            UUID uuid,
            LocalDate date,
            LocalTime time,
            LocalDateTime dateTime,
            Instant instant,
            OffsetDateTime offset,
            ZonedDateTime zoned,
            Date old,
            Set<Part> parts) {}

    interface Things extends ListCrudRepository<Thing, Long>, PagingAndSortingRepository<Thing, Long> {

        List<Thing> findByInstantBeforeOrderByInstant(Instant instant);

        List<Thing> findByUuidAndActiveTrue(UUID uuid);

        List<Thing> findByNameStartingWith(String name, Limit limit);

        @Lock(LockMode.PESSIMISTIC_WRITE)
        List<Thing> findByName(String name);
    }

    @Table("plain")
    record Plain(@Id @Nullable Long id, @Version @Nullable Integer version, String name) {}

    interface Plains extends ListCrudRepository<Plain, Long> {

        @Lock(LockMode.PESSIMISTIC_WRITE)
        List<Plain> findByName(String name);
    }

    @BeforeAll
    static void start() {
        server = NatsServer.start();
        nodes = Nodes.start(server, folder, 2, Application.class);
        nodes.client(0)
                .sql(
                        "CREATE TABLE thing(id INTEGER PRIMARY KEY, version INTEGER, name TEXT, colour TEXT, active BOOLEAN,"
                                + " maybe BOOLEAN, price TEXT, huge TEXT, weight REAL, data BLOB, uuid TEXT, date DATE, time TIME,"
                                + " date_time TIMESTAMP, instant TIMESTAMP, offset TIMESTAMP, zoned TIMESTAMP,"
                                + " old TIMESTAMP)")
                .update();
        nodes.client(0)
                .sql("CREATE TABLE plain(id INTEGER PRIMARY KEY, version INTEGER, name TEXT)")
                .update();
        nodes.client(0)
                .sql("CREATE TABLE part(thing INTEGER REFERENCES thing, name TEXT)")
                .update();
        nodes.await();
    }

    @AfterAll
    static void stop() {
        nodes.close();
        server.close();
    }

    private static Thing thing(String name, Instant instant) {
        return new Thing(
                null,
                null,
                name,
                Colour.GREEN,
                true,
                null,
                new BigDecimal("12345678901234567890.10"),
                new BigInteger("123456789012345678901234567890"),
                0.5,
                new byte[] {0, -1, 2},
                UUID.nameUUIDFromBytes(name.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                LocalDate.of(2026, 2, 28),
                LocalTime.of(23, 59, 59, 1),
                LocalDateTime.of(2026, 2, 28, 0, 0),
                instant,
                OffsetDateTime.parse("2026-02-28T12:00:00.5+05:30"),
                ZonedDateTime.parse("2026-02-28T12:00:00+01:00[Europe/Berlin]"),
                new Date(1_700_000_000_123L),
                Set.of(new Part("a"), new Part("b")));
    }

    /** See docs/works-with.md: Spring Data JDBC 4.0, of Spring Boot 4.0, prefers its own conversions of dates. */
    private static void assumeThatDatesAreConvertedByTheStarter() {
        assumeThat(SpringBootVersion.getVersion())
                .as("dates of Spring Data JDBC 4.0 are not those of the starter")
                .doesNotStartWith("4.0.");
    }

    @Test
    void everyTypeIsTheSameOnTheOtherNode() {
        assumeThatDatesAreConvertedByTheStarter();
        Things here = nodes.bean(0, Things.class);
        Thing saved = here.save(thing("types", Instant.parse("2026-02-28T12:00:00.123456789Z")));
        assertThat(saved.id()).isNotNull();
        nodes.everywhere("SELECT * FROM thing ORDER BY id");
        Thing there = nodes.bean(1, Things.class).findById(saved.id()).orElseThrow();
        assertThat(there).usingRecursiveComparison().isEqualTo(saved);
        assertThat(nodes.client(1)
                        .sql("SELECT instant FROM thing WHERE id = ?")
                        .params(saved.id())
                        .query(String.class)
                        .single())
                .isEqualTo("2026-02-28T12:00:00.123456789Z");
    }

    @Test
    void keysOfTwoNodesDoNotCollideAndVersionsCount() {
        for (int i = 0; i < 20; i++) {
            nodes.bean(i % 2, Plains.class)
                    .saveAll(List.of(new Plain(null, null, "key" + i), new Plain(null, null, "key")));
        }
        assertThat(nodes.everywhere("SELECT count(*) FROM plain")).containsExactly("40");
        Plains here = nodes.bean(0, Plains.class);
        Plain one = here.findByName("key0").get(0);
        here.save(one);
        assertThatExceptionOfType(OptimisticLockingFailureException.class).isThrownBy(() -> here.save(one));
    }

    @Test
    void queriesThatAreDerived() {
        assumeThatDatesAreConvertedByTheStarter();
        Things here = nodes.bean(0, Things.class);
        Instant start = Instant.parse("1999-01-01T00:00:00Z");
        here.save(thing("q1", start));
        here.save(thing("q2", start.plusNanos(1)));
        here.save(thing("q3", start.plusMillis(1)));
        nodes.await();
        Things there = nodes.bean(1, Things.class);
        assertThat(there.findByInstantBeforeOrderByInstant(start.plusMillis(1)))
                .extracting(Thing::name)
                .containsSubsequence("q1", "q2")
                .doesNotContain("q3");
        assertThat(there.findByUuidAndActiveTrue(thing("q2", start).uuid())).hasSize(1);
        assertThat(there.findByNameStartingWith("q", Limit.of(2))).hasSize(2);
        assertThat(there.findAll(PageRequest.of(0, 2, Sort.by("name").descending()))
                        .getContent())
                .hasSize(2);
        there.deleteAll(there.findByNameStartingWith("q", Limit.unlimited()));
        assertThat(nodes.everywhere("SELECT count(*) FROM thing WHERE name LIKE 'q%'"))
                .containsExactly("0");
    }

    @Test
    void readsWhatSqliteItselfWrites() {
        assumeThatDatesAreConvertedByTheStarter();
        nodes.client(0)
                .sql("INSERT INTO thing(name, active, weight, date_time, instant, date, time) VALUES('sql', 0, 1,"
                        + " CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, CURRENT_DATE, CURRENT_TIME)")
                .update();
        Thing read = nodes.bean(0, Things.class).findByName("sql").get(0);
        assertThat(read.instant())
                .isBetween(Instant.now().minusSeconds(100), Instant.now().plusSeconds(1));
        assertThat(read.date())
                .isBetween(LocalDate.now().minusDays(1), LocalDate.now().plusDays(1));
    }
}
