package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Nodes that are opened by a URL, with a real nats-server. */
@Tag("system")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class HaSqliteDriverTests extends UrlConnections {

    @Test
    void twoUrlsAreTwoNodesOfOneDatabase() throws Exception {
        String options = options("two");
        try (Connection one = open(folder.resolve("new/n1.db") + options);
                Connection two = open(folder.resolve("n2.db") + options)) {
            execute(one, "CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)");
            execute(one, "INSERT INTO task VALUES(1, 'a')");
            awaitTitles(two, "a");
            execute(two, "INSERT INTO task VALUES(2, 'b')");
            awaitTitles(one, "a", "b");
        }
    }

    @Test
    void anotherUrlForTheSameFileHasToSayTheSame() throws Exception {
        String url = folder.resolve("n1.db") + options("same");
        try (Connection first = open(url)) {
            assertRefused(
                    () -> open(
                            url.replace("commitMode=async", "commitMode=sync") + "&nats.password=geheim&nats.user=u"),
                    "they differ in commit-mode, nats.password, nats.user");
            try (Connection same = open(url + "&pool.readers=10")) {
                // what is said holds anyway
                assertThat(same.isValid(1)).isTrue();
            }
        }
    }

    @Test
    void aReadOnlyUrlNeverWrites() throws Exception {
        String url = folder.resolve("n1.db") + options("reading");
        try (Connection writing = open(url);
                Connection reading = open(url + "&mode=ro")) {
            execute(writing, "CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)");
            assertThat(reading.isReadOnly()).isTrue();
            assertThat(titles(reading)).isEmpty();
            assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(reading, "PRAGMA query_only = OFF"));
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> execute(reading, "INSERT INTO task VALUES(1, 'a')"))
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("25006"));
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> reading.setReadOnly(false))
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("25006"));
        }
    }

    @Test
    void aNodeThatRunsAServerIsOneTheOthersReach() throws Exception {
        String binary = "&nats.embedded.binary=" + NatsServer.program().toAbsolutePath();
        int port = NatsServer.freePort();
        try (Connection one = open(folder.resolve("n1.db") + "?name=n1&replicationID=own&natsPort=" + port + binary);
                Connection two = open(folder.resolve("n2.db")
                        + "?name=n2&replicationID=own&replicationURL=nats://127.0.0.1:" + port)) {
            execute(one, "CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)");
            awaitTitles(two);
            execute(two, "INSERT INTO task VALUES(1, 'a')");
            awaitTitles(one, "a");
        }
    }

    @Test
    void withoutAServerItIsAPlainDatabase() throws Exception {
        try (Connection alone = open(folder.resolve("alone.db").toString())) {
            execute(alone, "CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)");
            assertThat(titles(alone)).isEmpty();
        }
    }

    @Test
    void whyItCannotBeOpenedIsSaid() throws Exception {
        assertRefused(() -> open("a.db?commitMod=async"), "did you mean commit-mode?");
        assertRefused(() -> open(":memory:"), "in memory");
        assertRefused(() -> open(folder + "?name=n1"), "is a folder");
        assertRefused(() -> open(folder.resolve("a.db") + "?replicationURL=http://x"), "ha.sqlite.replication-url");
        assertRefused(
                () -> open(folder.resolve("a.db") + "?replicationURL=nats://127.0.0.1:1&bootstrap.timeout=1s"),
                "Start the NATS server");
        Path text = Files.writeString(folder.resolve("text.db"), "This is no database");
        assertRefused(() -> open(text.toString()), "is not a SQLite database");
        // nothing of all that is left
        try (Connection alone = open(folder.resolve("a.db").toString())) {
            assertThat(alone.isValid(1)).isTrue();
        }
    }

    @Test
    void whatToolsAsk() throws Exception {
        assertThat(DriverManager.getDriver("jdbc:ha-sqlite:a.db")).isInstanceOf(HaSqliteDriver.class);
        assertThat(driver.acceptsURL("jdbc:sqlite:a.db")).isFalse();
        assertThat(driver.connect("jdbc:sqlite:a.db", null)).isNull();
        assertThat(driver.getParentLogger().getName()).isEqualTo("io.github.hasqlite");
        Properties more = new Properties();
        more.setProperty("commitMode", "strict");
        DriverPropertyInfo[] options = driver.getPropertyInfo("jdbc:ha-sqlite:a.db?name=n1", more);
        assertThat(options).extracting(option -> option.name).contains("replication-url", "nats.embedded.port");
        assertThat(options)
                .filteredOn(option -> option.name.equals("commit-mode"))
                .singleElement()
                .satisfies(option -> {
                    assertThat(option.value).isEqualTo("strict");
                    assertThat(option.choices).containsExactly("async", "sync", "strict");
                });
    }

    @Test
    void flywayMigratesWithNothingButTheUrl() throws Exception {
        String url = "jdbc:ha-sqlite:" + folder.resolve("tool.db") + options("flyway");
        try (Connection other = open(folder.resolve("n1.db") + options("flyway"))) {
            Flyway flyway = Flyway.configure()
                    .dataSource(url, null, null)
                    .locations("classpath:io/github/hasqlite/autoconfigure/migration")
                    .load();
            assertThat(flyway.migrate().migrationsExecuted).isEqualTo(2);
            assertThat(flyway.migrate().migrationsExecuted).isZero();
            Awaitility.await()
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(
                                    column(other, "SELECT version FROM flyway_schema_history ORDER BY installed_rank"))
                            .containsExactly("1", "2"));
        }
    }

    @Test
    void aMissingJarIsNamed() throws Exception {
        for (String jar : List.of("jnats", "spring-context")) {
            Process process = run(folder.resolve("jars.db") + options("jars"), 1, jar);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(() -> errors()).isNotZero();
            assertThat(errors()).contains("a jar is missing on the class path, the one with ");
            Files.delete(folder.resolve("errors"));
        }
    }

    private static void assertRefused(ThrowingCallable opening, String reason) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(opening)
                .withMessageContaining(reason)
                .withMessageNotContaining("geheim")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08001"));
    }

    private static void awaitTitles(Connection connection, String... titles) {
        Awaitility.await()
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(titles(connection)).containsExactly(titles));
    }
}
