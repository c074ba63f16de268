package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

/** What the log says when a node starts and ends. */
@Tag("system")
@ExtendWith(OutputCaptureExtension.class)
class StartSummaryTests {

    @TempDir
    private Path folder;

    @Test
    void oneLineSaysWhatHasStarted(CapturedOutput output) {
        try (NatsServer server = NatsServer.start()) {
            run(server, "--ha.sqlite.commit-mode=async");
            assertThat(output.toString())
                    .containsPattern("Node n1 has started in \\d+ ms: " + folder.resolve("app.db")
                            + ", commit mode async, stream ha_replication at " + server.url()
                            + " \\(nats-server [\\d.]+\\), caught up at \\d+");
            assertThat(output).doesNotContain("com.zaxxer", "HikariPool", "HikariDataSource", "Connected to NATS");

            server.stop();
            run(server, "--logging.level.com.zaxxer.hikari=debug");
            assertThat(output.toString())
                    .containsPattern("commit mode sync, stream ha_replication at " + server.url()
                            + ", which cannot be reached, so it goes on with what it has applied at \\d+");
            assertThat(output).contains("HikariPool");
        }
    }

    private void run(NatsServer server, String property) {
        String[] arguments = Stream.of(
                        "--spring.main.banner-mode=off",
                        "--ha.sqlite.name=n1",
                        "--ha.sqlite.bootstrap.timeout=1s",
                        "--ha.sqlite.path=" + folder.resolve("app.db"),
                        "--ha.sqlite.replication-url=" + server.url(),
                        property)
                .toArray(String[]::new);
        new SpringApplication(Application.class).run(arguments).close();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(HaSqliteAutoConfiguration.class)
    static class Application {}
}
