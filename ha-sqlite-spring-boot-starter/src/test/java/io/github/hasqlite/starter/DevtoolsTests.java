package io.github.hasqlite.starter;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Spring Boot's devtools, which close an application and start it again in the same process when a class has changed. */
@Tag("system")
@Timeout(180)
class DevtoolsTests {

    private static final int RESTARTS = 2;

    @TempDir
    private Path folder;

    @Test
    void eachRestartGoesOnWithWhatWasWrittenAndReplicates() throws Exception {
        Path classes = Files.createDirectories(folder.resolve("classes"));
        Path changed = Files.writeString(classes.resolve("changed.txt"), "0");
        Path trigger = Files.writeString(classes.resolve("trigger"), "0");
        try (NatsServer server = NatsServer.start();
                ApplicationProcess application = new ApplicationProcess(
                        Application.class,
                        List.of("spring-boot-devtools"),
                        List.of(classes),
                        server,
                        folder.resolve("application.db"),
                        "spring.devtools.restart.trigger-file=trigger",
                        "spring.devtools.restart.poll-interval=200ms",
                        "spring.devtools.restart.quiet-period=100ms",
                        "spring.devtools.livereload.enabled=false")) {
            application.awaitSaying("starts: 1");
            String log = "";
            for (int i = 1; i <= RESTARTS; i++) {
                Files.writeString(changed, String.valueOf(i));
                Files.writeString(trigger, String.valueOf(i));
                log = application.awaitSaying("starts: " + (i + 1) + ", by RestartClassLoader");
            }
            assertThat(log).doesNotContain("ERROR");
            try (TestNode other = TestNode.open(server, folder.resolve("other.db"), "other", CommitMode.SYNC)) {
                assertThat(other.query("SELECT count(*) FROM start")).containsExactly(String.valueOf(RESTARTS + 1));
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        /** Returns, as devtools wants it; the process goes on until it is killed. */
        public static void main(String[] args) {
            SpringApplication.run(Application.class, args);
            new Thread(Application::waitForever).start();
        }

        private static void waitForever() {
            while (true) {
                LockSupport.park();
            }
        }

        @Bean
        ApplicationRunner writer(JdbcClient client) {
            return arguments -> {
                client.sql("CREATE TABLE IF NOT EXISTS start(id INTEGER PRIMARY KEY)")
                        .update();
                client.sql("INSERT INTO start DEFAULT VALUES").update();
                System.out.println("starts: "
                        + client.sql("SELECT count(*) FROM start")
                                .query(Integer.class)
                                .single()
                        + ", by "
                        + Application.class.getClassLoader().getClass().getSimpleName());
            };
        }
    }
}
