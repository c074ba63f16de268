package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs that are clients of PostgreSQL. What they need is brought by .ci/install-postgres-clients. */
final class ClientProcess {

    private static final int SECONDS = 40;

    /** What a program said, both streams together, and how it ended. */
    record Ended(int status, String output) {

        /** Fails with all that was said unless it went well. */
        String successful() {
            assertThat(status).as(output).isZero();
            return output;
        }
    }

    private ClientProcess() {}

    /** Where the packages of Python or Node are. */
    static Path packages(String language) {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path root = cache == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
        return root.resolve("ha-sqlite/postgres-clients").resolve(language);
    }

    static boolean isOnPath(String program) {
        for (String folder : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    /** @param settings of the environment, beside those that name the server */
    static Ended run(int port, Map<String, String> settings, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("client", ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            Map<String, String> environment = builder.environment();
            environment.put("PGHOST", "127.0.0.1");
            environment.put("PGPORT", Integer.toString(port));
            environment.put("PGUSER", RunningServer.USER);
            environment.put("PGPASSWORD", RunningServer.PASSWORD);
            environment.put("PGDATABASE", "app");
            environment.put("LC_ALL", "C.UTF-8");
            environment.put("PAGER", "cat");
            environment.put("PYTHONDONTWRITEBYTECODE", "1");
            environment.putAll(settings);
            Process process = builder.start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }
}
