package io.github.hasqlite.starter;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.HaSqliteDataSource;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.jdbc.test.autoconfigure.DataJdbcTest;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.core.JdbcAggregateTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

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
}
