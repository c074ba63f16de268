package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;

/** Each way to fail at start, as the one who starts the application sees it. */
class StartFailureAnalysisTests {

    private static final String SECRET = "s3cr3t";

    @TempDir
    private Path folder;

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(HaSqliteAutoConfiguration.class, DataSourceAutoConfiguration.class));

    @Test
    void pathMissing() {
        assertAnalysis(contextRunner, "ha.sqlite.path is not set", "Set ha.sqlite.path to a file");
    }

    @Test
    void pathIsAFolder() {
        assertAnalysis(at(folder), "is a folder, not a database file", "Set ha.sqlite.path to a file");
    }

    @Test
    void pathIsAUrl() {
        assertAnalysis(
                contextRunner.withPropertyValues("ha.sqlite.path=jdbc:sqlite:app.db"),
                "not the path of a file",
                "plain path");
        assertAnalysis(
                contextRunner.withPropertyValues("ha.sqlite.path=:memory:"), "not the path of a file", "plain path");
    }

    @Test
    void folderCannotBeCreated() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertAnalysis(at(file.resolve("app.db")), "cannot be created", "Set ha.sqlite.path");
    }

    @Test
    void folderIsNotWritable() throws IOException {
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
        Assumptions.assumeFalse(Files.isWritable(closed), "the superuser may write anywhere");
        assertAnalysis(at(closed.resolve("app.db")), "cannot be written to", "permission");
    }

    @Test
    void fileIsNoDatabase() throws IOException {
        Path file = Files.writeString(folder.resolve("notes.txt"), "Water the plants, please. ".repeat(100));
        assertAnalysis(at(file), "is not a SQLite database", "Nothing was changed");
        assertThat(Files.readString(file)).startsWith("Water");
    }

    @Test
    void fileIsADamagedDatabase() throws IOException {
        byte[] bytes = new byte[8192];
        byte[] magic = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(magic, 0, bytes, 0, magic.length);
        assertAnalysis(at(Files.write(folder.resolve("app.db"), bytes)), "app.db", "ha.sqlite.path");
    }

    @Test
    void extensionIsNotThere() {
        assertAnalysis(
                valid().withPropertyValues("ha.sqlite.extensions=absent.so"),
                "'absent.so' cannot be loaded",
                "ha.sqlite.extensions");
    }

    @Test
    void propertyIsMisspelledAndItsValueIsNotShown() {
        assertAnalysis(
                valid().withPropertyValues("ha.sqlite.nats.pasword=" + SECRET),
                "ha.sqlite.nats.pasword",
                "Correct the name");
    }

    @Test
    void valueIsUnknown() {
        assertAnalysis(valid().withPropertyValues("ha.sqlite.commit-mode=eventually"), "eventually", "SYNC");
    }

    @Test
    void valuesAreOutOfRange() {
        assertInvalid("ha.sqlite.pool.writers=0", "At least one connection");
        assertInvalid("ha.sqlite.pool.readers=0", "At least one connection");
        assertInvalid("ha.sqlite.pool.connection-timeout=1ms", "at least 250ms");
        assertInvalid("ha.sqlite.pool.lock-timeout=-1s", "cannot be negative");
        assertInvalid("ha.sqlite.pool.cache-size=10B", "at least 1KB");
        assertInvalid("ha.sqlite.publisher.timeout=0s", "longer than nothing");
        assertInvalid("ha.sqlite.bootstrap.timeout=-1s", "longer than nothing");
        for (String name : new String[] {
            "publisher.timeout",
            "bootstrap.timeout",
            "members.age",
            "leader.lease",
            "pool.connection-timeout",
            "pool.lock-timeout",
            "http.forward.timeout",
            "http.read-your-writes.timeout"
        }) {
            assertInvalid("ha.sqlite." + name + "=300000d", "at most 36500d");
        }
        assertInvalid("ha.sqlite.http.forward.url-patterns=api/*", "for example /tasks, /api/* or *.do");
    }

    @Test
    void valuesAboutNatsAreOutOfRange() {
        assertInvalid("ha.sqlite.replicas=6", "1 to 5");
        assertInvalid("ha.sqlite.stream=a.b", "cannot contain blanks, dots");
        assertInvalid("ha.sqlite.stream-max-age=0s", "longer than nothing");
        assertInvalid("ha.sqlite.stream-reserve=-1s", "cannot be negative");
        assertInvalid("ha.sqlite.stream-max-bytes=0", "larger than nothing");
        assertInvalid("ha.sqlite.snapshotter.interval=0s", "longer than nothing");
        assertInvalid("ha.sqlite.snapshotter.interval=13h", "twice the interval");
        assertInvalid("ha.sqlite.snapshotter.keep=0", "At least one snapshot");
        assertInvalid("ha.sqlite.replication-id=./.", "NATS subject");
        assertInvalid("ha.sqlite.nats.embedded.port=70000", "between 1 and 65535");
        assertInvalid("ha.sqlite.nats.embedded.name=a b", "takes no name");
        assertInvalid("ha.sqlite.nats.user=app", "belong together");
        assertInvalid("ha.sqlite.nats.embedded.user=app", "belong together");
        assertInvalid("ha.sqlite.nats.ssl.bundle=nats", "no TLS");
        assertInvalid("ha.sqlite.nats.token=" + SECRET, "ha.sqlite.nats.embedded.user");
    }

    @Test
    void sslBundleIsUnknown() {
        assertAnalysis(
                valid().withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
                        .withPropertyValues(
                                "ha.sqlite.replication-url=tls://127.0.0.1:1", "ha.sqlite.nats.ssl.bundle=missing"),
                "Define the bundle with spring.ssl.bundle",
                "");
    }

    @Test
    void urlIsNoneOfANatsServer() {
        for (String url : new String[] {
            "http://host:4222",
            "nats://",
            "nats://host:port",
            "nats://host:99999",
            "nats://with_underscore:4222",
            "nats://a:1;nats://b:1",
            "${NATS_URL}",
            "nats://u:" + SECRET + "@",
            "nats://u:p@" + SECRET + "@host"
        }) {
            assertAnalysis(
                    valid().withPropertyValues("ha.sqlite.replication-url=" + url),
                    "It has to be the URL of a NATS server",
                    "");
        }
    }

    @Test
    void credentialsAreAmbiguous() {
        assertAnalysis(
                valid().withPropertyValues(
                                "ha.sqlite.replication-url=nats://127.0.0.1:1",
                                "ha.sqlite.nats.token=" + SECRET,
                                "ha.sqlite.nats.user=app",
                                "ha.sqlite.nats.password=" + SECRET),
                "ha.sqlite.nats.token",
                "");
    }

    @Test
    void embeddedServerThatNobodyWouldUse() {
        assertAnalysis(
                embedded(4222).withPropertyValues("ha.sqlite.replication-url=nats://other:4333"),
                "nobody would use the embedded one",
                "");
    }

    @Test
    void noNatsServerProgram() {
        assertAnalysis(
                embedded(0).withPropertyValues("ha.sqlite.nats.embedded.binary=" + folder.resolve("no-such-program")),
                "no-such-program",
                "Correct ha.sqlite.nats.embedded.binary");
    }

    @Test
    @Tag("nats")
    void portTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertAnalysis(
                    embedded(taken.getLocalPort()),
                    "cannot listen on 127.0.0.1:" + taken.getLocalPort(),
                    "ha.sqlite.nats.embedded.port");
        }
    }

    @Test
    @Tag("nats")
    void listenerWithoutCredentials() {
        assertAnalysis(
                embedded(0).withPropertyValues("ha.sqlite.nats.embedded.host=0.0.0.0"),
                "without credentials",
                "Set ha.sqlite.nats.embedded.user");
    }

    @Test
    @Tag("nats")
    void storeInUse() {
        embedded(0)
                .withPropertyValues("ha.sqlite.nats.embedded.store-dir=" + folder.resolve("store"))
                .run(first -> {
                    assertThat(first).hasNotFailed();
                    assertAnalysis(
                            embedded(0)
                                    .withPropertyValues(
                                            "ha.sqlite.path=" + folder.resolve("other.db"),
                                            "ha.sqlite.nats.embedded.store-dir=" + folder.resolve("store")),
                            "runs on the folder",
                            "ha.sqlite.nats.embedded.store-dir");
                });
    }

    @Test
    @Tag("nats")
    void streamUnreachableForANewNode() {
        assertAnalysis(
                valid().withPropertyValues(
                                "ha.sqlite.replication-url=nats://app:" + SECRET + "@127.0.0.1:1",
                                "ha.sqlite.bootstrap.timeout=1s"),
                "cannot be reached",
                "ha.sqlite.replication-url");
    }

    @Test
    @Tag("nats")
    void authenticationRefused() {
        try (NatsServer server = NatsServer.start("authorization { user: app, password: \"the right one\" }")) {
            assertAnalysis(
                    valid().withPropertyValues(
                                    "ha.sqlite.replication-url=" + server.url(),
                                    "ha.sqlite.nats.user=app",
                                    "ha.sqlite.nats.password=" + SECRET),
                    "refused to authenticate",
                    "ha.sqlite.nats.user");
        }
    }

    @Test
    @Tag("nats")
    void jetStreamOff() {
        try (NatsServer server = NatsServer.startWithoutJetStream()) {
            assertAnalysis(
                    valid().withPropertyValues("ha.sqlite.replication-url=" + server.url()), "no JetStream", "-js");
        }
    }

    @Test
    @Tag("nats")
    void moreReplicasThanServers() {
        try (NatsServer server = NatsServer.start()) {
            assertAnalysis(
                    valid().withPropertyValues("ha.sqlite.replication-url=" + server.url(), "ha.sqlite.replicas=3"),
                    "cannot have 3 replicas",
                    "ha.sqlite.replicas");
        }
    }

    @Test
    @Tag("nats")
    void streamConflict() {
        try (NatsServer server = NatsServer.start()) {
            valid().withPropertyValues("ha.sqlite.replication-url=" + server.url(), "ha.sqlite.stream=a")
                    .run(first -> assertThat(first).hasNotFailed());
            // another stream cannot take the subjects of the first one
            try (var nats = server.connect()) {
                nats.jetStreamManagement()
                        .addStream(StreamConfiguration.builder()
                                .name("other")
                                .subjects("b.>")
                                .build());
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            assertAnalysis(
                    valid().withPropertyValues("ha.sqlite.replication-url=" + server.url(), "ha.sqlite.stream=b"),
                    "cannot carry the subject",
                    "ha.sqlite.stream");
        }
    }

    @Test
    void serverForgotten() {
        for (String property : new String[] {
            "commit-mode=strict",
            "replicas=3",
            "nats.token=" + SECRET,
            "nats.embedded.port=4222",
            "nats.embedded.cluster.routes=nats://b:6222"
        }) {
            ApplicationContextRunner forgetful = valid().withPropertyValues("ha.sqlite." + property);
            assertAnalysis(forgetful, "needs a NATS server, and none is configured", "ha.sqlite.replication-url");
            forgetful
                    .withPropertyValues("ha.sqlite.replication-url=")
                    .run(context -> assertThat(context).hasNotFailed());
        }
    }

    @Test
    @Tag("nats")
    void hostUnknownForANewNode() {
        assertAnalysis(
                valid().withPropertyValues(
                                "ha.sqlite.replication-url=nats://no-such-host.invalid:4222",
                                "ha.sqlite.bootstrap.timeout=1s"),
                "the host is not known",
                "ha.sqlite.replication-url");
    }

    private void assertInvalid(String property, String reason) {
        assertAnalysis(embedded(0).withPropertyValues(property), reason, "");
    }

    private ApplicationContextRunner at(Path file) {
        return contextRunner.withPropertyValues("ha.sqlite.path=" + file);
    }

    private ApplicationContextRunner valid() {
        return at(folder.resolve("app.db"));
    }

    private ApplicationContextRunner embedded(int port) {
        return valid().withPropertyValues(
                        "ha.sqlite.nats.embedded.enabled=true", "ha.sqlite.nats.embedded.port=" + port);
    }

    static void assertAnalysis(ApplicationContextRunner runner, String description, String action) {
        AtomicReference<ConfigurableEnvironment> environment = new AtomicReference<>();
        AtomicReference<BeanFactory> beans = new AtomicReference<>();
        runner.withInitializer(context -> {
                    environment.set(context.getEnvironment());
                    beans.set(context.getBeanFactory());
                })
                .run(context -> {
                    assertThat(context).hasFailed();
                    Throwable failure = context.getStartupFailure();
                    FailureAnalysis analysis = analyze(failure, environment.get(), beans.get());
                    assertThat(analysis).as("analysis of %s", failure).isNotNull();
                    assertThat(analysis.getDescription()).contains(description).doesNotContain(SECRET);
                    assertThat(analysis.getAction()).contains(action).doesNotContain(SECRET);
                    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                        assertThat(String.valueOf(cause.getMessage())).doesNotContain(SECRET);
                    }
                });
    }

    /** As Spring Boot does: the first analyzer that has something to say. */
    static FailureAnalysis analyze(Throwable failure, Environment environment, BeanFactory beans) {
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(
                        FailureAnalyzer.class,
                        ArgumentResolver.of(Environment.class, environment).and(BeanFactory.class, beans),
                        (factory, name, e) -> {})
                .stream()
                .map(analyzer -> analyzer.analyze(failure))
                .filter(analysis -> analysis != null)
                .findFirst()
                .orElse(null);
    }
}
