package io.github.hasqlite.benchmark;

import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.testing.NatsServer;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

/**
 * How long an application with a node that has caught up needs to start, beside the same application with plain SQLite, in
 * one run: from the start of its process to the answer of its first query. System property: {@code rounds} (11).
 */
public final class StartBenchmark {

    private static final int WARM_UP = 2;
    private static final int ROWS = 1_000;
    private static final double WANTED_MILLIS = 1_000;
    private static final String READY = "rows: ";

    private StartBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("ha-sqlite-start");
        try (NatsServer server = NatsServer.start()) {
            String[] plain = {
                "--ha.sqlite.enabled=false",
                "--spring.datasource.url=jdbc:sqlite:" + folder.resolve("plain.db"),
                "--spring.datasource.driver-class-name=org.sqlite.JDBC"
            };
            String[] node = {
                "--ha.sqlite.path=" + folder.resolve("node.db"),
                "--ha.sqlite.name=n1",
                "--ha.sqlite.replication-id=start",
                "--ha.sqlite.replication-url=" + server.url()
            };
            List<Double> without = new ArrayList<>();
            List<Double> with = new ArrayList<>();
            for (int round = -WARM_UP; round < Integer.getInteger("rounds", 11); round++) {
                double one = millis(plain);
                double other = millis(node);
                if (round >= 0) {
                    without.add(one);
                    with.add(other);
                }
            }
            double more = Rounds.median(with) - Rounds.median(without);
            System.out.printf(
                    Locale.ROOT,
                    "start: %.0f ms with plain SQLite (%.0f to %.0f), %.0f ms with a node (%.0f to %.0f), %.0f ms more, wanted"
                            + " at most %.0f%n",
                    Rounds.median(without),
                    Collections.min(without),
                    Collections.max(without),
                    Rounds.median(with),
                    Collections.min(with),
                    Collections.max(with),
                    more,
                    WANTED_MILLIS);
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static double millis(String... properties) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Application.class.getName(),
                "--spring.main.banner-mode=off",
                "--spring.docker.compose.enabled=false"));
        command.addAll(List.of(properties));
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StringBuilder log = new StringBuilder();
        try (BufferedReader output = process.inputReader()) {
            String line = output.readLine();
            while (line != null && !line.startsWith(READY)) {
                log.append(line).append('\n');
                line = output.readLine();
            }
            if (line == null) {
                throw new IllegalStateException("The application has not started:\n" + log);
            }
            double took = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start) / 1e3;
            process.getOutputStream().close();
            output.lines().forEach(any -> {});
            process.waitFor();
            return took;
        } finally {
            process.destroyForcibly();
        }
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        SslAutoConfiguration.class,
        HaSqliteAutoConfiguration.class,
        DataSourceAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class,
        JdbcClientAutoConfiguration.class
    })
    static class Application {

        /** Answers one query and ends with its input. */
        public static void main(String[] args) throws Exception {
            try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .run(args)) {
                JdbcClient client = context.getBean(JdbcClient.class);
                client.sql("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, v TEXT)")
                        .update();
                int rows = client.sql("SELECT count(*) FROM t")
                        .query(Integer.class)
                        .single();
                System.out.println(READY + rows);
                for (int i = rows; i < ROWS; i++) {
                    client.sql("INSERT INTO t(v) VALUES(?)").param("value " + i).update();
                }
                while (System.in.read() >= 0) {
                    // until it is told to end
                }
                SpringApplication.exit(context);
            }
        }
    }
}
