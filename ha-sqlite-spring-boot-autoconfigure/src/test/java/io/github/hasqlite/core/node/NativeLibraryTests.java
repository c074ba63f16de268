package io.github.hasqlite.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/** Where SQLite itself cannot be loaded, the start says so. Each start is a process, because loading is tried once. */
class NativeLibraryTests {

    @TempDir
    private Path folder;

    /** An application that has a replicated database and nothing else. */
    @ImportAutoConfiguration(HaSqliteAutoConfiguration.class)
    public static class Application {

        /**
         * Starts it.
         *
         * @param args properties
         */
        public static void main(String[] args) {
            SpringApplication application = new SpringApplication(Application.class);
            application.setWebApplicationType(WebApplicationType.NONE);
            application.run(args);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenToIsNamed() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertExplained(file);
    }

    @Test
    void aFolderWhoseFilesCannotBeLoadedIsNamed() throws Exception {
        Path mounted = Files.createDirectory(folder.resolve("noexec"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "noexec,size=32m", "tmpfs", mounted.toString())
                                .code()
                        == 0,
                "only the superuser may mount");
        try {
            assertExplained(mounted);
        } finally {
            assertThat(run("umount", mounted.toString()).code()).isZero();
        }
    }

    private void assertExplained(Path temporary) throws Exception {
        Result result = run(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.sqlite.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Application.class.getName(),
                "--ha.sqlite.path=" + folder.resolve("app.db"),
                "--ha.sqlite.publisher.enabled=false",
                "--ha.sqlite.subscriber.enabled=false");
        assertThat(result.code()).isNotZero();
        assertThat(result.output())
                .contains("SQLite's native library cannot be loaded", temporary.toString(), "-Dorg.sqlite.tmpdir")
                .doesNotContain("damaged");
    }

    private record Result(int code, String output) {}

    private Result run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }
}
