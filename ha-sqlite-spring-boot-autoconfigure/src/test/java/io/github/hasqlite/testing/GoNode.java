package io.github.hasqlite.testing;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * A node of the Go implementation in a process of its own, which ends with this JVM. The program is {@code
 * gonode} among the test resources. It is built once and kept in the temporary folder; where there is no Go,
 * or its modules cannot be had, tests that need it are skipped and say why.
 */
public final class GoNode implements AutoCloseable {

    private static final List<String> SOURCES = List.of("go.mod", "go.sum", "main.go");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long BUILD_MINUTES = 10;

    private static @Nullable Path program;
    private static @Nullable String absence;

    private final Process process;
    private final BufferedReader output;
    private final BufferedWriter input;
    private final Path log;

    private GoNode(Process process, Path log) throws IOException {
        this.process = process;
        this.log = log;
        output = process.inputReader(StandardCharsets.UTF_8);
        input = process.outputWriter(StandardCharsets.UTF_8);
        try {
            answer();
        } catch (IOException | RuntimeException | Error e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** Starts a node and waits until it has joined the stream. */
    public static GoNode start(NatsServer server, Path file, String name, String replicationId, String... more)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                program().toString(),
                "-url",
                server.url(),
                "-file",
                file.toString(),
                "-name",
                name,
                "-id",
                replicationId));
        command.addAll(List.of(more));
        Path log = file.resolveSibling(file.getFileName() + ".log");
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new GoNode(process, log);
    }

    /** Runs statements, each in a transaction of its own. */
    public void execute(String... sql) throws IOException {
        ask(Map.of("command", "exec", "sql", sql));
    }

    /**
     * Runs one statement with values.
     *
     * @param values strings, numbers, booleans, and {@code byte[]} for BLOBs
     */
    public void executeWith(String sql, Object... values) throws IOException {
        List<Object> args = new ArrayList<>();
        for (Object value : values) {
            args.add(value instanceof byte[] blob ? "x:" + HexFormat.of().formatHex(blob) : value);
        }
        ask(Map.of("command", "exec", "sql", List.of(sql), "args", args));
    }

    /** Runs statements as one transaction. */
    public void transaction(String... sql) throws IOException {
        ask(Map.of("command", "transaction", "sql", sql));
    }

    /** The rows of a query, each as its values joined by a bar; NULL is empty. */
    public List<String> query(String sql) throws IOException {
        List<String> rows = new ArrayList<>();
        for (JsonNode row : ask(Map.of("command", "query", "sql", List.of(sql))).path("rows")) {
            List<String> values = new ArrayList<>();
            row.forEach(value -> values.add(value.asString()));
            rows.add(String.join("|", values));
        }
        return rows;
    }

    /** Up to where it has applied the stream. */
    public long sequence() throws IOException {
        return ask(Map.of("command", "sequence")).path("sequence").asLong();
    }

    /** Stores a snapshot; the sequence it has, or 0 if there is nothing new. */
    public long takeSnapshot() throws IOException {
        return ask(Map.of("command", "snapshot")).path("sequence").asLong();
    }

    /** What it has written to its log. */
    public String log() throws IOException {
        return Files.readString(log);
    }

    private JsonNode ask(Map<String, Object> request) throws IOException {
        input.write(JSON.writeValueAsString(request));
        input.newLine();
        input.flush();
        return answer();
    }

    private JsonNode answer() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("the Go node has ended: " + log());
        }
        JsonNode answer = JSON.readTree(line);
        String error = answer.path("error").asString("");
        if (!error.isEmpty()) {
            throw new IOException("the Go node says: " + error);
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        process.onExit().join();
    }

    private static synchronized Path program() throws IOException {
        if (program == null && absence == null) {
            find();
        }
        Assumptions.assumeTrue(program != null, absence);
        return Objects.requireNonNull(program);
    }

    private static void find() throws IOException {
        Path go = Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .map(entry -> Path.of(entry, "go"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        if (go == null) {
            absence = "no Go on this machine";
            return;
        }
        Path built = Path.of(System.getProperty("java.io.tmpdir"), "ha-sqlite-gonode-" + digest());
        if (!Files.isExecutable(built)) {
            build(go, built);
        }
        if (absence == null) {
            program = built;
        }
    }

    private static void build(Path go, Path target) throws IOException {
        Path folder = Files.createTempDirectory("ha-sqlite-gonode");
        try {
            for (String source : SOURCES) {
                try (InputStream in = source(source)) {
                    Files.copy(in, folder.resolve(source));
                }
            }
            Path output = folder.resolve("build.log");
            Process build = new ProcessBuilder(
                            go.toString(), "build", "-trimpath", "-ldflags=-s -w", "-o", "gonode", ".")
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!build.waitFor(BUILD_MINUTES, TimeUnit.MINUTES)) {
                build.destroyForcibly().onExit().join();
                absence = "the Go node was not built within " + BUILD_MINUTES + " minutes";
            } else if (build.exitValue() != 0) {
                absence = "the Go node cannot be built: " + Files.readString(output);
            } else {
                Files.move(folder.resolve("gonode"), target, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            for (String file : List.of("go.mod", "go.sum", "main.go", "build.log", "gonode", "")) {
                Files.deleteIfExists(folder.resolve(file));
            }
        }
    }

    /** Another program for other sources. */
    private static String digest() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (String source : SOURCES) {
                try (InputStream in = source(source)) {
                    sha256.update(in.readAllBytes());
                }
            }
            return HexFormat.of().formatHex(sha256.digest()).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream source(String name) {
        return Objects.requireNonNull(GoNode.class.getResourceAsStream("/gonode/" + name), name);
    }
}
