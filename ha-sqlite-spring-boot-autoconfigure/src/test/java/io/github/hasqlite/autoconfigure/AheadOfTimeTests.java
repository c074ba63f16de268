package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;

/** An application that is processed ahead of time without knowing any property, and then started as several kinds of node. */
@Tag("system")
@Timeout(180)
class AheadOfTimeTests {

    private static final String CLASS_PATH = System.getProperty("java.class.path");

    @TempDir
    private static Path built;

    @TempDir
    private Path folder;

    @BeforeAll
    static void process() throws Exception {
        Path sources = built.resolve("sources");
        Path classes = Files.createDirectories(built.resolve("classes"));
        run(
                List.of(
                        "-cp",
                        CLASS_PATH,
                        SpringApplicationAotProcessor.class.getName(),
                        AheadOfTimeApplication.class.getName(),
                        sources.toString(),
                        built.resolve("resources").toString(),
                        classes.toString(),
                        "test",
                        "test",
                        "--ha.sqlite.databases.orders.path=not-known-yet"),
                built.resolve("processing"));
        List<String> options = new ArrayList<>(List.of(
                "-proc:none", "-nowarn", "-cp", CLASS_PATH + File.pathSeparator + classes, "-d", classes.toString()));
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::toString)
                    .forEach(options::add);
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, options.toArray(String[]::new)))
                .isZero();
    }

    @Test
    void oneBuildServesNodesOfAllKinds() throws Exception {
        assertThat(start("alone"))
                .contains(
                        "replicating: false",
                        "members: LoneMember",
                        "leader: LoneLeader",
                        "orders: [alone]",
                        "titles: [alone, migrated]");
        try (NatsServer server = NatsServer.start()) {
            String url = "--ha.sqlite.replication-url=" + server.url();
            assertThat(start("n1", url))
                    .contains(
                            "replicating: true",
                            "members: JetStreamMembers",
                            "leader: JetStreamLeader",
                            "titles: [migrated, n1]");
            assertThat(start("n2", url, "--ha.sqlite.leader.enabled=false"))
                    .contains("replicating: true", "leader: ", "orders: [n1, n2]", "titles: [migrated, n1, n2]");
            assertThat(start("n3", url, "--ha.sqlite.publisher.enabled=false"))
                    .contains("replicating: true", "orders: [n1, n2]", "titles: [migrated, n1, n2]");
        }
        assertThat(start(
                        "embedded",
                        "--ha.sqlite.nats.embedded.enabled=true",
                        "--ha.sqlite.nats.embedded.port=0",
                        "--ha.sqlite.nats.embedded.binary="
                                + NatsServer.program().toAbsolutePath()))
                .contains("replicating: true", "members: JetStreamMembers", "titles: [embedded, migrated]");
    }

    @Test
    void whatIsFixedInTheBuildCannotBeSwitchedOff() throws Exception {
        Path output = folder.resolve("off.out");
        assertThat(execute(command("off", "--ha.sqlite.enabled=false"), output)).isOne();
        assertThat(output)
                .content()
                .contains("ha.sqlite.enabled is false, and the application was processed ahead of time")
                .contains("Set ha.sqlite.enabled=false when the application is built");
    }

    @Test
    void hintsNameWhatIsLookedUp() throws Exception {
        String metadata;
        try (Stream<Path> files = Files.walk(built.resolve("resources"))) {
            metadata = Files.readString(files.filter(file -> file.endsWith("reachability-metadata.json"))
                    .findFirst()
                    .orElseThrow());
        }
        assertThat(metadata)
                .contains(
                        "io.github.hasqlite.autoconfigure.HaSqliteProperties$Pool",
                        "io.github.hasqlite.autoconfigure.NatsReplicationConfiguration",
                        "libzstd-jni",
                        "sql-error-codes.xml");
    }

    private List<String> start(String name, String... properties) throws Exception {
        List<String> lines = run(command(name, properties), folder.resolve(name + ".out"));
        assertThat(lines).anyMatch(line -> line.contains("Starting AOT-processed AheadOfTimeApplication"));
        return lines;
    }

    private List<String> command(String name, String... properties) {
        List<String> command = new ArrayList<>(List.of(
                "-Dspring.aot.enabled=true",
                "-cp",
                built.resolve("classes")
                        + File.pathSeparator
                        + built.resolve("resources")
                        + File.pathSeparator
                        + CLASS_PATH,
                AheadOfTimeApplication.class.getName(),
                "--ha.sqlite.name=" + name,
                "--ha.sqlite.replication-id=app",
                "--ha.sqlite.databases.orders.path=" + folder.resolve(name + "-orders.db"),
                "--ha.sqlite.path=" + folder.resolve(name + ".db"),
                "--spring.flyway.locations=classpath:io/github/hasqlite/autoconfigure/migration"));
        command.addAll(List.of(properties));
        return command;
    }

    private static List<String> run(List<String> arguments, Path output) throws IOException, InterruptedException {
        assertThat(execute(arguments, output)).as(() -> text(output)).isZero();
        return Files.readAllLines(output);
    }

    private static int execute(List<String> arguments, Path output) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(90, TimeUnit.SECONDS))
                    .as(() -> text(output))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return process.exitValue();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return String.valueOf(e);
        }
    }
}
