package io.github.hasqlite.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.hasqlite.testing.NatsServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the page about HTTP print what stands behind them. */
@Tag("system")
@Timeout(60)
class SqlApiExampleTests {

    private static final Path PAGE = Path.of("docs/http.md");

    private static final String TOKEN = "0123456789abcdef";

    @TempDir
    private Path folder;

    /** A command, and the line that it prints; empty if it prints none. */
    private record Example(String command, String prints) {}

    private static List<Example> examples() throws IOException {
        List<Example> examples = new ArrayList<>();
        boolean console = false;
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("```")) {
                console = line.equals("```console");
            } else if (console && line.startsWith("$ ")) {
                examples.add(new Example(line.substring(2), ""));
            } else if (console) {
                Example last = examples.remove(examples.size() - 1);
                examples.add(new Example(last.command(), last.prints() + line));
            }
        }
        return examples;
    }

    private String run(String command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("HA_TOKEN", TOKEN);
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(command + "\n" + printed).isZero();
        return printed.strip();
    }

    private static Pattern pattern(String prints) {
        return Pattern.compile(
                Arrays.stream(prints.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }

    @Test
    void thePagePrintsWhatItSays() throws Exception {
        assumeThat(run("command -v curl || true")).as("curl").isNotBlank();
        List<Example> examples = examples();
        assertThat(examples).hasSizeGreaterThan(10);
        try (NatsServer server = NatsServer.start();
                ApiApplication application =
                        ApiApplication.start(folder, "n1", "ha.sqlite.replication-url=" + server.url())) {
            for (Example example : examples) {
                String printed = run(example.command().replace("http://localhost:8080/ha", application.url()));
                assertThat(printed).as(example.command()).matches(pattern(example.prints()));
            }
        }
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.matches("database-.*\\.db"))
                    .anyMatch(name -> name.matches("snapshot-.*\\.db"));
        }
    }
}
