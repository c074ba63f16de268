package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.hasqlite.testing.NatsServer;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Nodes that are opened by a URL, with a real nats-server. */
@Tag("system")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class HaSqliteDriverTests {

    /** What docs/jdbc-url.md lists, and no more of Spring. */
    private static final Pattern NEEDED = Pattern.compile(
            "(ha-sqlite-spring-boot-autoconfigure|sqlite-jdbc|HikariCP|slf4j-api|jnats|bcprov-lts8on|jackson-core|zstd-jni"
                    + "|spring-boot|spring-core|spring-beans|spring-context|commons-logging)-\\d.*\\.jar");

    private static NatsServer server;

    private final UrlNodes nodes = new UrlNodes(Duration.ofMillis(100));
    private final Driver driver = new HaSqliteDriver(nodes);

    @TempDir
    private Path folder;

    @BeforeAll
    static void startServer() {
        server = NatsServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @AfterEach
    void endNodes() {
        nodes.endAll();
    }

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
    void connectionsByOneFileShareItsNodeWhichEndsAfterTheLast() throws Exception {
        Path file = folder.resolve("n1.db");
        Path link = Files.createSymbolicLink(folder.resolve("link.db"), file);
        Connection first = open(file + options("shared"));
        execute(first, "CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)");
        try (Connection second = open(link + options("shared"))) {
            execute(second, "INSERT INTO task VALUES(1, 'a')");
            first.close();
            first.close();
            assertThat(titles(second)).containsExactly("a");
        }
        Awaitility.await().until(() -> !nodes.hasNode(file));
        // the file is free: another node may have it, with other options
        try (Connection again = open(file + options("shared") + "&pool.writers=3")) {
            assertThat(titles(again)).containsExactly("a");
        }
    }

    @Test
    void connectionsThatAreOpenedAndClosedAtOnceNeverFindTheNodeInTheWay() throws Exception {
        UrlNodes impatient = new UrlNodes(Duration.ZERO);
        Driver opening = new HaSqliteDriver(impatient);
        String url = "jdbc:ha-sqlite:" + folder.resolve("n1.db") + options("busy");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                all.add(threads.submit(() -> {
                    try (Connection connection = opening.connect(url, new Properties())) {
                        return connection.isValid(1);
                    }
                }));
            }
            for (Future<Boolean> each : all) {
                assertThat(each.get(1, TimeUnit.MINUTES)).isTrue();
            }
            Awaitility.await().until(() -> !impatient.hasNode(folder.resolve("n1.db")));
        } finally {
            threads.shutdownNow();
            impatient.endAll();
        }
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> opening.connect(url, new Properties()))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("57P01"));
    }

    @Test
    void whoHasWaitedForAStartThatFailsGetsItsError() throws Exception {
        String rest = folder.resolve("n1.db") + "?replicationURL=nats://127.0.0.1:1&bootstrap.timeout=3s";
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Connection> first = threads.submit(() -> open(rest));
            Awaitility.await().until(() -> nodes.hasNode(folder.resolve("n1.db")));
            Future<Connection> second = threads.submit(() -> open(rest));
            Throwable failure =
                    catchThrowable(() -> first.get(1, TimeUnit.MINUTES)).getCause();
            assertThat(catchThrowable(() -> second.get(1, TimeUnit.MINUTES)).getCause())
                    .hasMessage(failure.getMessage())
                    .hasCause(failure);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aFileWhoseNodeIsEndingIsOpenedAgainWhenItHasEnded() throws Exception {
        Path file = folder.resolve("n1.db");
        try (NatsServer slow = NatsServer.start()) {
            String rest =
                    file + "?replicationID=slow&commitMode=async&publisher.timeout=2s&replicationURL=" + slow.url();
            try (Connection connection = open(rest)) {
                execute(connection, "CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)");
                slow.suspend();
                execute(connection, "INSERT INTO task VALUES(1, 'kept')");
            }
            // it tries to publish that for two seconds
            Awaitility.await().until(() -> nodes.isStartingOrEnding(file));
            try (Connection again = open(rest)) {
                assertThat(titles(again)).containsExactly("kept");
            } finally {
                slow.resume();
            }
        }
    }

    @Test
    void theEndOfTheProcessDoesNotWaitForANodeThatWaitsForTheStream() throws Exception {
        UrlNodes ending = new UrlNodes(Duration.ZERO);
        Driver opening = new HaSqliteDriver(ending);
        Path file = folder.resolve("n1.db");
        String url = "jdbc:ha-sqlite:" + file + "?replicationURL=nats://127.0.0.1:1&bootstrap.timeout=8s";
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<Connection> started = thread.submit(() -> opening.connect(url, new Properties()));
            Awaitility.await().until(() -> ending.hasNode(file));
            ending.endAll();
            assertThat(started.isDone()).isFalse();
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> started.get(1, TimeUnit.MINUTES));
        } finally {
            thread.shutdownNow();
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
    void whatAProcessHasCommittedIsNotLostWhenItIsKilled() throws Exception {
        Path file = folder.resolve("killed.db");
        String url = file + options("killed");
        Process process = run(url, 0);
        long acknowledged = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            while (acknowledged < 200) {
                String line = lines.readLine();
                assertThat(line).as(() -> errors()).isNotNull();
                acknowledged = Long.parseLong(line.substring("ack ".length()));
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        long atLeast = acknowledged;
        try (Connection other = open(folder.resolve("n2.db") + options("killed"));
                Connection again = open(url)) {
            List<String> kept = column(again, "SELECT id FROM task ORDER BY id");
            assertThat(kept).hasSizeGreaterThanOrEqualTo((int) atLeast);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(column(other, "SELECT id FROM task ORDER BY id"))
                            .isEqualTo(kept));
        }
    }

    @Test
    void aProcessThatClosesNothingEndsAndHasPublished() throws Exception {
        Process process = run(folder.resolve("once.db") + options("once"), 3);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(() -> errors()).isZero();
        try (Connection other = open(folder.resolve("n2.db") + options("once"))) {
            assertThat(titles(other)).hasSize(3);
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

    private Process run(String rest, long rows) throws Exception {
        return run(rest, rows, "none");
    }

    /** With no jars but those that are needed. */
    private Process run(String rest, long rows, String without) throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith(".jar")
                        || NEEDED.matcher(Path.of(entry).getFileName().toString())
                                .matches())
                .filter(entry -> !entry.contains("/" + without + "-"))
                .collect(Collectors.joining(File.pathSeparator));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx192m",
                        "-cp",
                        classPath,
                        UrlWriterMain.class.getName(),
                        "jdbc:ha-sqlite:" + rest,
                        String.valueOf(rows))
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("errors").toFile()))
                .start();
    }

    private String errors() {
        try {
            return Files.readString(folder.resolve("errors"));
        } catch (IOException e) {
            return String.valueOf(e);
        }
    }

    private static String options(String id) {
        return "?replicationID=" + id + "&replicationURL=" + server.url() + "&replicationStream=" + id
                + "&commitMode=async&verification.interval=0s";
    }

    private Connection open(String rest) throws SQLException {
        return driver.connect("jdbc:ha-sqlite:" + rest, new Properties());
    }

    private static void assertRefused(ThrowingCallable opening, String reason) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(opening)
                .withMessageContaining(reason)
                .withMessageNotContaining("geheim")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08001"));
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> column(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    private static List<String> titles(Connection connection) throws SQLException {
        return column(connection, "SELECT title FROM task ORDER BY id");
    }

    private static void awaitTitles(Connection connection, String... titles) {
        Awaitility.await()
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(titles(connection)).containsExactly(titles));
    }
}
