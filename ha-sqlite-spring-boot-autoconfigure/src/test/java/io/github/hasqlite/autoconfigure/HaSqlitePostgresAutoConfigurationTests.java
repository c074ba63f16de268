package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import io.github.hasqlite.postgres.PostgresServer;
import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** Whether PostgreSQL's protocol is spoken, and by whom. */
@Tag("system")
class HaSqlitePostgresAutoConfigurationTests {

    private static final String ON = "ha.sqlite.postgres.enabled=true";
    private static final String ANY_PORT = "ha.sqlite.postgres.port=0";

    @TempDir
    private Path folder;

    private ApplicationContextRunner runner(String name) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        SslAutoConfiguration.class,
                        HaSqliteAutoConfiguration.class,
                        HaSqlitePostgresAutoConfiguration.class))
                .withPropertyValues(
                        "ha.sqlite.path=" + folder.resolve(name + "/app.db"),
                        "ha.sqlite.name=" + name,
                        "ha.sqlite.replication-id=app");
    }

    @Test
    void isOffUnlessAskedForAndWithoutNetty() {
        runner("n1").run(context -> assertThat(context).doesNotHaveBean(PostgresServer.class));
        runner("n1")
                .withPropertyValues(ON, ANY_PORT)
                .withClassLoader(new FilteredClassLoader("io.netty"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("haSqlitePostgresServer"));
    }

    @Test
    void badValuesAreRefusedAndSecretsNotShown() {
        for (String bad : List.of(
                "host=0.0.0.0",
                "user=me",
                "port=70000",
                "ssl.required=true",
                "ssl.bundle=nowhere",
                "max-connections=0",
                "idle-timeout=-1s",
                "transaction-timeout=0s",
                "max-message-size=1KB")) {
            runner("n1")
                    .withPropertyValues(ON, ANY_PORT, "ha.sqlite.postgres." + bad)
                    .run(context -> assertThat(context)
                            .getFailure()
                            .hasStackTraceContaining("ha.sqlite.postgres." + bad.replaceAll("=.*", "")));
        }
        runner("n1")
                .withPropertyValues(
                        ON,
                        "ha.sqlite.postgres.port=70000",
                        "ha.sqlite.postgres.user=u",
                        "ha.sqlite.postgres.password=hidden")
                .run(context -> assertThat(context.getStartupFailure())
                        .satisfies(failure ->
                                assertThat(Throwables.getStackTrace(failure)).doesNotContain("hidden")));
    }

    @Test
    void clientsOfTwoNodesSeeEachOthersRows() {
        embedding()
                .run(one -> runner("n2")
                        .withPropertyValues(
                                ON,
                                ANY_PORT,
                                "ha.sqlite.replication-url="
                                        + one.getBean(EmbeddedNatsServer.class).url())
                        .run(two -> readEachOther(one, two)));
    }

    private ApplicationContextRunner embedding() {
        return runner("n1")
                .withPropertyValues(
                        ON,
                        ANY_PORT,
                        "ha.sqlite.nats.embedded.enabled=true",
                        "ha.sqlite.nats.embedded.port=0",
                        "ha.sqlite.nats.embedded.binary=" + NatsServer.program().toAbsolutePath());
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void whatWasCommittedIsShownAndTakenBack(String mode) {
        embedding().run(context -> {
            try (Connection connection = connect(context, "&preferQueryMode=" + mode);
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE price(id INTEGER PRIMARY KEY, amount INT)");
                statement.execute("INSERT INTO price VALUES (1, 10), (2, 20)");
                statement.execute("UPDATE price SET amount = 0");
                long mistake = 0;
                List<String> texts = new ArrayList<>();
                try (ResultSet rows = statement.executeQuery("HISTORY '5m'")) {
                    while (rows.next()) {
                        mistake = rows.getLong("seq");
                        texts.add(rows.getString("sql"));
                    }
                }
                assertThat(texts).hasSize(3);
                assertThat(texts.get(2)).contains("UPDATE");
                try (ResultSet rows = statement.executeQuery("EXPLAIN UNDO " + mistake)) {
                    assertThat(rows.next()).isTrue();
                }
                try (ResultSet rows = statement.executeQuery("UNDOT " + mistake)) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getLong("rows_affected")).isEqualTo(2);
                }
                try (ResultSet rows = statement.executeQuery("SELECT sum(amount) FROM price")) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getLong(1)).isEqualTo(30);
                }
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> statement.execute("UNDO 1"))
                        .withMessageContaining("schema");
            }
        });
    }

    private static void readEachOther(ApplicationContext one, ApplicationContext two) throws SQLException {
        try (Connection first = connect(one);
                Connection second = connect(two);
                Statement writer = first.createStatement();
                Statement reader = second.createStatement()) {
            writer.execute("CREATE TABLE price(id SERIAL PRIMARY KEY, amount NUMERIC(8,2), paid BOOLEAN)");
            writer.execute("INSERT INTO price(amount, paid) VALUES (1.25, true)");
            String position;
            try (ResultSet rows = writer.executeQuery("SHOW ha.position")) {
                assertThat(rows.next()).isTrue();
                position = rows.getString(1);
            }
            assertThat(Long.parseLong(position)).isPositive();
            reader.execute("SET ha.position = '" + position + "'");
            try (ResultSet rows = reader.executeQuery("SELECT amount, paid FROM price")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getBigDecimal(1)).isEqualByComparingTo("1.25");
                assertThat(rows.getObject(2)).isEqualTo(true);
            }
            // what the node has not applied yet when somebody begins to listen is told, too
            writer.execute("SET ha.position = '" + position + "'");
            writer.execute("LISTEN ha_changes_price");
            reader.execute("UPDATE price SET paid = false");
            PGNotification[] told = first.unwrap(PGConnection.class).getNotifications(10_000);
            assertThat(told).hasSize(1);
            assertThat(told[0].getName()).isEqualTo("ha_changes_price");
            assertThat(told[0].getParameter()).startsWith("{\"table\":\"price\",\"position\":");
            await().untilAsserted(() -> {
                try (ResultSet rows = writer.executeQuery("SELECT paid FROM price")) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getBoolean(1)).isFalse();
                }
            });
        }
    }

    private static Connection connect(ApplicationContext context) throws SQLException {
        return connect(context, "");
    }

    private static Connection connect(ApplicationContext context, String options) throws SQLException {
        int port = context.getBean(PostgresServer.class).port();
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/app?user=anybody" + options);
    }
}
