package io.github.hasqlite.starter;

import io.github.hasqlite.testing.NatsServer;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An application in a process of its own, with libraries that the other tests do without: those that Maven has copied
 * into the folder {@code target/libraries}.
 * It is killed after two minutes.
 */
final class ApplicationProcess implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 120;

    private final Process process;
    private final BufferedReader output;
    private final StringBuilder log = new StringBuilder();

    /**
     * Starts it.
     *
     * @param main its class
     * @param libraries what the names of the libraries begin with
     * @param more folders that come first on its class path
     */
    ApplicationProcess(
            Class<?> main, List<String> libraries, List<Path> more, NatsServer server, Path file, String... properties)
            throws IOException {
        List<String> classPath = new ArrayList<>();
        more.forEach(folder -> classPath.add(folder.toString()));
        classPath.add(System.getProperty("java.class.path"));
        try (Stream<Path> copied = Files.list(Path.of("target", "libraries"))) {
            copied.filter(jar -> libraries.stream()
                            .anyMatch(name -> jar.getFileName().toString().startsWith(name)))
                    .map(Path::toAbsolutePath)
                    .forEach(jar -> classPath.add(jar.toString()));
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx192m",
                "-cp",
                String.join(File.pathSeparator, classPath),
                main.getName(),
                "--ha.sqlite.replication-url=" + server.url(),
                "--ha.sqlite.replication-id=test",
                "--ha.sqlite.name=application",
                "--ha.sqlite.path=" + file,
                "--spring.main.banner-mode=off",
                "--spring.jmx.enabled=false"));
        for (String property : properties) {
            command.add("--" + property);
        }
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output = process.inputReader();
        // reading cannot be interrupted
        process.onExit()
                .completeOnTimeout(process, PATIENCE_SECONDS, TimeUnit.SECONDS)
                .thenAccept(Process::destroyForcibly);
    }

    /** Reads what it says until a line contains a text; what it has said so far. */
    String awaitSaying(String text) throws IOException {
        String line;
        do {
            line = output.readLine();
            if (line == null) {
                throw new AssertionError("It ended without saying " + text + ":\n" + log);
            }
            log.append(line).append('\n');
        } while (!line.contains(text));
        return log.toString();
    }

    /** Asks it to end, and waits until it has. */
    void stop() {
        process.destroy();
        process.onExit().join();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        output.close();
    }
}
