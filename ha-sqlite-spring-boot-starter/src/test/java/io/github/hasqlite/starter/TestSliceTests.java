package io.github.hasqlite.starter;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.HaSqliteDataSource;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import javax.sql.DataSource;
import org.apache.ibatis.session.SqlSession;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.mybatis.spring.boot.test.autoconfigure.MybatisTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.jdbc.test.autoconfigure.DataJdbcTest;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.boot.jooq.test.autoconfigure.JooqTest;
import org.springframework.boot.jpa.test.autoconfigure.TestEntityManager;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.core.JdbcAggregateTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;

/** The slices of Spring Boot for tests have a new database, which is not replicated, whatever the application says. */
class TestSliceTests {

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {}

    /** What application.properties of an application would say; a slice must not connect to it. */
    private static final String REPLICATED = "ha.sqlite.name=sliced";

    @Nested
    @JdbcTest(properties = REPLICATED)
    class OfJdbc {

        @Autowired
        private DataSource dataSource;

        @Autowired
        private JdbcClient client;

        @Value("${ha.sqlite.path}")
        private Path path;

        @Test
        void hasALocalDatabase() {
            assertThat(dataSource).isInstanceOf(HaSqliteDataSource.class);
            assertThat(((HaSqliteDataSource) dataSource).replicationStatus().replicating())
                    .isFalse();
            assertThat(path).exists();
            client.sql("CREATE TABLE t(a)").update();
            client.sql("INSERT INTO t VALUES(1)").update();
            assertThat(client.sql("SELECT a FROM t").query(Integer.class).single())
                    .isEqualTo(1);
        }
    }

    @Nested
    @JdbcTest(properties = "ha.sqlite.path=target/of-the-test.db")
    class WithAPathOfItsOwn {

        @Value("${ha.sqlite.path}")
        private String path;

        @Test
        void hasThat() {
            assertThat(path).isEqualTo("target/of-the-test.db");
        }
    }

    @Nested
    @JdbcTest
    @TestPropertySource(locations = "classpath:io/github/hasqlite/starter/databases.properties")
    class WithSeveralDatabases {

        @Autowired
        @Qualifier("orders")
        private HaSqliteDataSource orders;

        @Autowired
        @Qualifier("orders")
        private JdbcClient client;

        @Value("${ha.sqlite.databases.orders.path}")
        private Path path;

        @Test
        void hasALocalDatabaseForEach() {
            assertThat(orders.replicationStatus().replicating()).isFalse();
            client.sql("CREATE TABLE t(a)").update();
            assertThat(path).hasFileName("orders.db").exists();
            assertThat(path).asString().doesNotContain("of-the-application");
        }
    }

    record Item(@Id @Nullable Long id, String name) {}

    @Nested
    @DataJdbcTest
    class OfDataJdbc {

        @Autowired
        private JdbcAggregateTemplate template;

        @Autowired
        private DataSource dataSource;

        @Autowired
        private JdbcClient client;

        @Test
        void hasALocalDatabaseWithADialect() {
            assertThat(dataSource).isInstanceOf(HaSqliteDataSource.class);
            client.sql("CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)").update();
            Item saved = template.insert(new Item(null, "a"));
            assertThat(template.findById(saved.id(), Item.class)).isEqualTo(saved);
        }
    }

    @Entity(name = "note")
    static class Note {
        @jakarta.persistence.Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        LocalDate day;
    }

    @Nested
    @DataJpaTest
    class OfDataJpa {

        @Autowired
        private TestEntityManager entities;

        @Autowired
        private JdbcClient client;

        @Autowired
        private DataSource dataSource;

        @Test
        void hasALocalDatabaseWithTheTablesOfItsEntitiesAndTheDialect() {
            assertThat(dataSource).isInstanceOf(HaSqliteDataSource.class);
            assertThat(((HaSqliteDataSource) dataSource).replicationStatus().replicating())
                    .isFalse();
            Note note = new Note();
            note.day = LocalDate.of(2026, 3, 29);
            entities.persistAndFlush(note);
            assertThat(client.sql("SELECT id || ' ' || day FROM note").query().singleValue())
                    .isEqualTo(note.id + " 2026-03-29");
        }
    }

    @Nested
    @JooqTest(properties = "ha.sqlite.path=target/jooq-${random.uuid}.db")
    class OfJooq {

        @Autowired
        private DSLContext jooq;

        @Autowired
        private DataSource dataSource;

        @Test
        void hasTheDataSource() {
            assertThat(dataSource).isInstanceOf(HaSqliteDataSource.class);
            assertThat(jooq.fetchValue("SELECT 1")).isEqualTo(1);
        }
    }

    @Nested
    @MybatisTest
    class OfMybatis {

        @Autowired
        private SqlSession session;

        @Autowired
        private DataSource dataSource;

        @Test
        void hasALocalDatabase() throws SQLException {
            assertThat(dataSource).isInstanceOf(HaSqliteDataSource.class);
            try (Statement statement = session.getConnection().createStatement();
                    ResultSet result = statement.executeQuery("SELECT count(*) FROM sqlite_schema")) {
                assertThat(result.next()).isTrue();
            }
        }
    }
}
